"""The overlap of segments, and samples that depend on the person and the seed alone."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments import overlap, sampling
from tamis.actions.segments.recipients import add_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.reads.sampling import number_of_external as number_of_external_sql
from tamis.columns.reads.sampling import sampled
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.segments.sampling import (
    HASH_RANGE,
    MOST_GROUPS,
    Sample,
    hash_keys,
    includes,
    number_of_external,
    sample_of,
    sampling_hash,
)
from tamis.domain.segments.segments import EXTERNAL_BIT, Segment
from tamis.domain.values.fields import CITY, COUNTRY, RESERVED, FieldSet
from tamis.records.contacts import NewContact
from tamis.records.segments.segments import live_of_type
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.effort import ALL, examples

EVERYONE = 1 << 53
PEOPLE = 20_000 if ALL else 5_000
EXTERNALS = ("a@münchen.de", "A@XN--mnchen-3ya.de", "stranger@example.net", "STRANGER@example.net")


def numbered_contact(number: int) -> NewContact:
    """Make a contact, whose country and city tell the remainders of its number."""
    email = f"p{number}@example.org"
    return NewContact(email, email, encode_values({COUNTRY.id: f"c{number % 3}", CITY.id: f"t{number % 5}"}))


class OverlappingSegments:
    """Contacts, and segments that overlap."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.services = Services(Settings(directory, columns_threads=2))
        self.account, _ = self.services.write(create_account, "owner@example.org", "UTC", None)
        self.type = self.services.write(create_type, self.account, "People")
        self.services.write(upsert, self.type.id, FieldSet(RESERVED), [numbered_contact(n) for n in range(PEOPLE)], ())
        self.all = self.segment("All", "email is not blank")
        self.segments = [self.segment(f"c{n}", f'country = "c{n}" or city = "t0"') for n in range(3)]
        self.segments.append(self.segment("t", 'city = "t0"'))
        self.segments.append(self.segment("nobody", ""))
        for place, email in enumerate(EXTERNALS):
            self.add(self.segments[place], email)
        self.add(self.segments[4], "P1@example.org")

    def segment(self, name: str, rule: str) -> Segment:
        return self.services.write(create_segment, self.account, self.type, name, from_text(rule))

    def add(self, segment: Segment, email: str) -> None:
        parsed = parse_email(email)
        assert parsed
        self.services.write(add_recipient, self.account, segment.id, parsed, "By", "Hand")

    def persons(self, segment: Segment) -> set[object]:
        """Who is in a segment: contacts by id, external recipients by the key of their address."""
        found: list[object] = []
        for document in self.documents(segment):
            parsed = parse_email(document["email"])
            assert parsed
            found.append(document["contact_id"] or parsed.key)
        assert len(set(found)) == len(found)
        return set(found)

    def documents(self, segment: Segment) -> list[dict[str, Any]]:
        return [json.loads(d) for _, d in recipient_page(self.services, self.account.id, segment.id, 0, EVERYONE)]

    def sampled(self, segment: Segment, sample: Sample) -> list[dict[str, Any]]:
        """List a sample, page by page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            after, page = sampling.sampled_page(self.services, self.account.id, segment.id, sample, after)
            found += [json.loads(document) for _, document in page]
        return found


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverlappingSegments]:
    made = OverlappingSegments(tmp_path_factory.mktemp("overlap") / "data")
    yield made
    made.services.close()


# -- overlaps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 5])
def test_an_overlap_equals_the_intersection_of_person_sets(overlapping: OverlappingSegments, count: int) -> None:
    chosen = overlapping.segments[:count]
    persons = [overlapping.persons(segment) for segment in chosen]
    found = overlap.compare_segments(overlapping.services, overlapping.account.id, [segment.id for segment in chosen])
    assert found.sizes == [len(one) for one in persons]
    assert found.union == len(set().union(*persons))
    assert found.intersection == len(set.intersection(*persons))
    assert found.only == [len(one - set().union(*(other for other in persons if other is not one))) for one in persons]
    assert found.matrix == [[len(one & other) for other in persons] for one in persons]


def test_the_same_external_recipient_in_two_segments_is_one_person(overlapping: OverlappingSegments) -> None:
    one, two, three, four, _ = overlapping.segments
    for key, left, right in (("a@münchen.de", one, two), ("stranger@example.net", three, four)):
        assert key in overlapping.persons(left) & overlapping.persons(right)
    found = overlap.compare_segments(overlapping.services, overlapping.account.id, [three.id, four.id])
    contacts = {person for person in overlapping.persons(three) & overlapping.persons(four) if isinstance(person, int)}
    assert found.matrix[0][1] == len(contacts) + 1


def test_one_segment_is_compared_with_all_others_of_its_type_at_once(overlapping: OverlappingSegments) -> None:
    mine = overlapping.segments[2]
    size, found = overlap.compare_with_all(overlapping.services, overlapping.account.id, mine.id)
    persons = overlapping.persons(mine)
    assert size == len(persons)
    every = {one.id for one in live_of_type(overlapping.services.records.reader(), overlapping.type.id)}
    assert every == {mine.id, *(other.segment.id for other in found)}
    for other in found:
        theirs = overlapping.persons(other.segment)
        assert (other.recipients, other.shared) == (len(theirs), len(persons & theirs))
    assert [other.shared for other in found] == sorted((other.shared for other in found), reverse=True)


def test_at_most_twenty_segments_are_compared(overlapping: OverlappingSegments) -> None:
    made = [overlapping.segment(f"more {n}", f'email starts with "p{n}"') for n in range(21)]
    ids = [segment.id for segment in made]
    found = overlap.compare_segments(overlapping.services, overlapping.account.id, ids[:20])
    persons = [overlapping.persons(segment) for segment in made[:20]]
    assert found.matrix == [[len(one & other) for other in persons] for one in persons]
    for wrong in ([], ids[:1], ids):
        with pytest.raises(Invalid, match="compare 2 to 20 segments"):
            overlap.compare_segments(overlapping.services, overlapping.account.id, wrong)


def test_segments_that_cannot_be_compared_are_refused(overlapping: OverlappingSegments) -> None:
    services, account = overlapping.services, overlapping.account
    one = overlapping.segments[0]
    others = services.write(create_type, account, "Others")
    other = services.write(create_segment, account, others, "Others", None)
    with pytest.raises(Invalid, match="have different contact types"):
        overlap.compare_segments(services, account.id, [one.id, other.id])
    with pytest.raises(Invalid, match="listed twice"):
        overlap.compare_segments(services, account.id, [one.id, one.id])
    with pytest.raises(NotFound, match="there is no segment 2097151"):
        overlap.compare_segments(services, account.id, [one.id, 2_097_151])


def test_segments_of_another_account_are_neither_compared_nor_sampled(overlapping: OverlappingSegments) -> None:
    stranger, _ = overlapping.services.write(create_account, "stranger@example.net", "UTC", None)
    of_type = overlapping.services.write(create_type, stranger, "People")
    own = overlapping.services.write(create_segment, stranger, of_type, "Own", None)
    one, two = (segment.id for segment in overlapping.segments[:2])
    missing = f"there is no segment {one}"
    for ids in ([one, two], [own.id, one]):
        with pytest.raises(NotFound, match=missing):
            overlap.compare_segments(overlapping.services, stranger.id, ids)
    with pytest.raises(NotFound, match=missing):
        sampling.sampled_page(overlapping.services, stranger.id, one, Sample("s", HASH_RANGE, 1), 0)
    with pytest.raises(NotFound, match=missing):
        overlap.compare_with_all(overlapping.services, stranger.id, one)
    assert overlap.compare_with_all(overlapping.services, stranger.id, own.id) == (0, [])
    with pytest.raises(NotFound, match=missing):
        sampling.group_sizes(overlapping.services, stranger.id, one, Sample("s", HASH_RANGE, 2))


# -- samples
# -------------------------------------------------------------------------------------------------------------

seeds = st.text(max_size=20)
numbers = st.integers(1, EXTERNAL_BIT - 1)


@given(
    seed=seeds, numbers=st.lists(numbers, min_size=1), below=st.integers(0, HASH_RANGE - 1), groups=st.integers(2, 9)
)
def test_sql_and_python_sample_alike(seed: str, numbers: list[int], below: int, groups: int) -> None:
    con = duckdb.connect()
    for group in (None, 1, groups):
        sample = Sample(seed, below, groups, group)
        query = sampled("SELECT unnest($1::BIGINT[]) AS number", "number", sample)
        found = [row[0] for row in con.execute(f"SELECT number FROM ({query})", [numbers]).fetchall()]
        assert sorted(found) == sorted(number for number in numbers if includes(sample, number))
    con.close()


def test_samples_are_stable_since_the_first_version() -> None:
    assert [sampling_hash(number, hash_keys("tamis")[0]) for number in (1, 2, 3)] == FIRST_HASHES
    assert number_of_external("a@münchen.de") == FIRST_EXTERNAL
    con = duckdb.connect()
    found = con.execute(f"SELECT {number_of_external_sql('$1')}", ["a@münchen.de"]).fetchall()
    con.close()
    assert found == [(FIRST_EXTERNAL,)]


@given(seed=seeds, smaller=st.floats(0.001, 100), larger=st.floats(0.001, 100), number=numbers)
def test_a_larger_sample_contains_the_smaller_one(seed: str, smaller: float, larger: float, number: int) -> None:
    smaller, larger = sorted((smaller, larger))
    inner, outer = (sample_of(percent, None, None, seed) for percent in (smaller, larger))
    assert includes(outer, number) or not includes(inner, number)
    assert includes(sample_of(100, None, None, seed), number)


@given(seed=seeds, groups=st.integers(2, MOST_GROUPS), number=numbers)
def test_each_person_is_in_exactly_one_group(seed: str, groups: int, number: int) -> None:
    assert sum(includes(sample_of(None, groups, group, seed), number) for group in range(1, groups + 1)) == 1


@pytest.mark.parametrize(
    ("percent", "split", "group", "reason"),
    [
        (None, None, None, "choose a percentage"),
        (0, None, None, "more than 0"),
        (100.1, None, None, "at most 100"),
        (float("nan"), None, None, "at most 100"),
        (None, 1, None, "from 2 to 1,000"),
        (None, 1_001, None, "from 2 to 1,000"),
        (None, 3, 0, "from 1 to 3"),
        (None, 3, 4, "from 1 to 3"),
        (10, None, 1, "needs the number of groups"),
    ],
)
def test_invalid_samples_are_refused(percent: float | None, split: int | None, group: int | None, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        sample_of(percent, split, group, "seed")


# -- samples of segments -----------------------------------------------------------------------------------------------


def within_bounds(found: int, people: int, share: float) -> bool:
    """Return whether a count lies within five standard deviations of what is expected."""
    return abs(found - people * share) <= 5 * math.sqrt(people * share * (1 - share)) + 1


@settings(max_examples=examples(15))
@given(percent=st.floats(0.5, 99.5), seed=st.sampled_from(["", "tamis", "summer", "ß"]))
def test_a_sample_has_the_selected_members(overlapping: OverlappingSegments, percent: float, seed: str) -> None:
    sample = sample_of(percent, None, None, seed)
    everyone, drawn = overlapping.documents(overlapping.all), overlapping.sampled(overlapping.all, sample)
    assert drawn == [document for document in everyone if includes(sample, document["contact_id"])]
    assert within_bounds(len(drawn), len(everyone), percent / 100)


@pytest.mark.parametrize("percent", [None, 40])
def test_groups_are_disjoint_of_about_the_same_size_and_cover_the_sample(
    overlapping: OverlappingSegments, percent: float | None
) -> None:
    whole = overlapping.sampled(overlapping.all, sample_of(percent or 100, None, None, "spring"))
    sizes = sampling.group_sizes(
        overlapping.services, overlapping.account.id, overlapping.all.id, Sample("spring", whole_below(percent), 7)
    )
    groups = [overlapping.sampled(overlapping.all, sample_of(percent, 7, group, "spring")) for group in range(1, 8)]
    assert [len(group) for group in groups] == sizes
    assert sorted(d["id"] for group in groups for d in group) == [d["id"] for d in whole]
    assert all(within_bounds(size, len(whole), 1 / 7) for size in sizes)


def whole_below(percent: float | None) -> int:
    """Return the bound of a sample."""
    return sample_of(percent or 100, None, None, "").below


def test_an_external_recipient_is_sampled_alike_in_two_segments(overlapping: OverlappingSegments) -> None:
    three, four = overlapping.segments[2:4]
    for n in range(20):
        sample = sample_of(30, None, None, f"seed {n}")
        expected = includes(sample, number_of_external("stranger@example.net"))
        for segment in (three, four):
            found = [d for d in overlapping.sampled(segment, sample) if d["contact_id"] is None]
            assert bool(found) is expected
        munich = includes(sample, number_of_external("a@münchen.de"))
        assert any(d["email"] == "a@münchen.de" for d in overlapping.sampled(overlapping.segments[0], sample)) is munich


def test_samples_and_groups_are_stable_as_a_segment_grows_and_after_a_rebuild(
    tmp_path: Path,
) -> None:
    small = OverlappingSegments(tmp_path / "data")
    samples = [sample_of(10, None, None, "s"), sample_of(None, 3, 2, "s")]
    before = [{d["id"] for d in small.sampled(small.all, sample)} for sample in samples]
    more = [numbered_contact(n) for n in range(PEOPLE, 2 * PEOPLE)]
    small.services.write(upsert, small.type.id, FieldSet(RESERVED), more, ())
    grown = [{d["id"] for d in small.sampled(small.all, sample)} for sample in samples]
    small.services.close()
    (tmp_path / "data" / FILE_NAME).unlink()
    small.services = Services(Settings(tmp_path / "data", columns_threads=2))
    rebuilt = [{d["id"] for d in small.sampled(small.all, sample)} for sample in samples]
    small.services.close()
    old = {d["id"] for d in small_ids(small.all, PEOPLE)}
    assert grown == rebuilt
    assert [group & old for group in grown] == before


def small_ids(segment: Segment, people: int) -> list[dict[str, int]]:
    """Return the numbers that the first contacts have in a segment."""
    return [{"id": segment.id << 32 | contact_id} for contact_id in range(1, people + 1)]


FIRST_HASHES = [1276702415, 1544711920, 1451830761]
FIRST_EXTERNAL = 2899701477
