"""What is said of a rule before anybody saves it, on real stores: counts, people, manual overrides, blanks,
mistakes."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.consent.suppressions import suppress
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.planning.edit_effects import MembershipEffect, effect_of_edit
from tamis.actions.segments.previews import (
    Preview,
    preview_rule,
    rule_of_text,
    suggested_values,
)
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import SegmentEdit, create_segment, edit_segment, segment_tag, size_of_rule
from tamis.actions.segments.sizes import listed_segments
from tamis.actions.services import Services
from tamis.actions.superseding import LatestRequests, Superseded
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.contacts import ContactType, encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Abandoned, Invalid, NotFound, Outdated
from tamis.domain.preconditions import Precondition
from tamis.domain.segments.segments import recipient_id_of_contact
from tamis.domain.values.fields import FieldSet, Kind, Value
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.records.segments import segments
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.settings import Settings


@dataclass(frozen=True)
class SampleData:
    """Forty people: number n is n years old, lives in the n-th of four countries, and likes the n-th of three arts."""

    services: Services
    account: Account
    stranger: Account
    type: ContactType
    fields: FieldSet

    def look(self, rule: object, segment_id: int | None = None) -> Preview:
        draft = from_json(json.dumps(rule))
        return preview_rule(self.services, self.account, self.type.id, draft, segment_id=segment_id)

    def older_than(self, age: object) -> dict[str, object]:
        return {"field": self.fields.by_key["age"].id, "operator": "is greater than", "values": [str(age)]}


@pytest.fixture
def sample_data(tmp_path: Path) -> Iterator[SampleData]:
    services = Services(Settings(tmp_path / "sample_data", columns_threads=2))
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    stranger, _ = services.write(create_account, "stranger@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    services.write(create_field, people, "Age", Kind.NUMBER, ())
    services.write(create_field, people, "Plan", Kind.CHOICE, ("Free", "Pro", "Trial"))
    services.write(create_field, people, "Arts", Kind.CHOICES, ("Music", "Dance", "Film", "Mime"))
    fields = types.fields_of_type(services.records.reader(), people.id)
    rows = []
    for number in range(40):
        values: dict[str, Value] = {
            "age": float(number),
            "country": ("India", "INDIA", "Peru", "Chad")[number % 4],
            "plan": ("Free", "Free", "Pro")[number % 3],
            "arts": (("Music",), ("Music", "Dance"), ("Film",))[number % 3],
        }
        address = f"p{number}@example.org"
        document = encode_values({fields.by_key[key].id: value for key, value in sorted(values.items())})
        rows.append(NewContact(address, address, document))
    services.write(upsert, people.id, fields, rows, ())
    yield SampleData(services, account, stranger, people, fields)
    services.close()


def test_every_part_has_its_count_and_the_sample_is_of_the_rule(sample_data: SampleData) -> None:
    looked = sample_data.look(
        {"all": [sample_data.older_than(9), {"not": {"any": [sample_data.older_than(29), sample_data.older_than(34)]}}]}
    )
    assert (looked.total, looked.count, looked.members) == (40, 20, None)
    assert looked.counts == {
        "rule": 20, "rule.all[0]": 30, "rule.all[1]": 30, "rule.all[1].not": 10,
        "rule.all[1].not.any[0]": 10, "rule.all[1].not.any[1]": 5,
    }  # fmt: skip
    assert looked.cumulative == {"rule.all[1]": 20, "rule.all[1].not.any[1]": 30}
    age = sample_data.fields.by_key["age"]
    assert looked.fields == (age,)
    assert len(looked.sample) == 10
    assert all(isinstance(years := c.value_of(age), float) and 9 < years <= 29 for c in looked.sample)
    assert [c.id for c in sample_data.look(sample_data.older_than(9)).sample] == [
        c.id for c in sample_data.look(sample_data.older_than(9)).sample
    ]


def test_only_complete_parts_of_an_incomplete_rule_are_counted(sample_data: SampleData) -> None:
    blank = {"field": sample_data.fields.by_key["age"].id, "operator": "is", "values": [""]}
    looked = sample_data.look({"any": [sample_data.older_than(9), blank]})
    assert (looked.count, looked.rule, looked.sample) == (None, None, [])
    assert looked.counts == {"rule.any[0]": 30}
    assert (looked.incomplete, looked.problems) == (("rule.any[1]",), ())


def test_a_rule_without_conditions_selects_nobody(sample_data: SampleData) -> None:
    looked = sample_data.look(None)
    assert (looked.total, looked.count, looked.sample, looked.counts) == (40, 0, [], {})


def test_a_preview_of_a_segment_includes_its_overrides(sample_data: SampleData) -> None:
    services, account = sample_data.services, sample_data.account
    segment = services.write(create_segment, account, sample_data.type, "Grown", from_text("age > 29"))
    for number in (31, 32):
        services.write(delete_recipient, account, recipient_id_of_contact(segment.id, number + 1))
    for address in ("p1@example.org", "p2@example.org", "nobody@example.org"):
        email = parse_email(address)
        assert email
        services.write(add_recipient, account, segment.id, email, "By", "Hand")
    for age in (29, 30, 31, 0, 50):
        looked = sample_data.look(sample_data.older_than(age), segment.id)
        services.write(edit_segment, account, segment.id, SegmentEdit(draft=from_text(f"age > {age}")))
        page = recipient_page(services, account.id, segment.id, 0, 100)
        assert looked.members
        assert looked.members[0] == len(page)
        assert (looked.members.added, looked.members.excluded) == (3, 2)
        assert looked.count == looked.mailable == max(39 - age, 0)


def test_a_preview_counts_who_can_be_mailed_beside_the_members(sample_data: SampleData) -> None:
    services, account = sample_data.services, sample_data.account
    segment = services.write(create_segment, account, sample_data.type, "Grown", from_text("age > 29"))
    services.write(create_segment, account, sample_data.type, "Old", from_text('is in segment "Grown"'))
    services.write(delete_recipient, account, recipient_id_of_contact(segment.id, 32))
    included = [email for text in ("p1@example.org", "nobody@example.org") if (email := parse_email(text))]
    for email in included:
        services.write(add_recipient, account, segment.id, email, "", "")
    others = [
        email for text in ("P31@example.org", "p35@example.org", "p2@example.org") if (email := parse_email(text))
    ]
    services.write(suppress, account, [*included, *others], SuppressionReason.BOUNCED, "test")
    for rule in (
        sample_data.older_than(29),
        {"any": [sample_data.older_than(33), {"not": sample_data.older_than(2)}]},
        {"all": [sample_data.older_than(age) for age in (20, 25, 30, 34)]},
        {"operator": "can be mailed"},
        {"operator": "is suppressed"},
        None,
    ):
        looked = sample_data.look(rule, segment.id)
        services.write(edit_segment, account, segment.id, SegmentEdit(draft=from_json(json.dumps(rule))))
        assert looked.members
        assert looked.members.mailable == len(recipient_page(services, account.id, segment.id, 0, 100))
        assert looked.members.members == members_of(services, account, segment.id)
        if rule:
            also = sample_data.look({"all": [rule, {"operator": "can be mailed"}]})
            assert looked.mailable == sample_data.look(rule).mailable == also.count == also.mailable
            size = size_of_rule(services, account.id, sample_data.type.id, json.dumps(rule))
            assert (size.count, size.mailable) == (looked.count, looked.mailable)
    in_segment = sample_data.look({"operator": "is in segment", "values": ["Grown"]})
    assert (in_segment.count, in_segment.mailable) == (2, 0), "those who were included"


def members_of(services: Services, account: Account, segment_id: int) -> int:
    """Return the number of members of a segment, suppressed or not."""
    (listed,) = listed_segments(services, account.id, segment_id)
    return listed.recipients


def test_the_effect_of_an_edit_is_previewed(sample_data: SampleData) -> None:
    services, account = sample_data.services, sample_data.account
    grown = services.write(create_segment, account, sample_data.type, "Grown", from_text("age > 29"))
    old = services.write(create_segment, account, sample_data.type, "Old", from_text("age > 35"))
    services.write(delete_recipient, account, recipient_id_of_contact(grown.id, 32))
    for address in ("p5@example.org", "p6@example.org", "nobody@example.org"):
        email = parse_email(address)
        assert email
        services.write(add_recipient, account, grown.id, email, "", "")

    def members() -> set[str]:
        return {json.loads(document)["email"] for _, document in recipient_page(services, account.id, grown.id, 0, 100)}

    before = members()
    for text in (
        "age > 30",
        "age < 9",
        'age < 9 or is in segment "Old"',
        'not (is in segment "Old")',
        None,
        "age >= 0",
    ):
        draft = None if text is None else from_text(text)
        effect = effect_of_edit(services, account, grown.id, SegmentEdit(name="Still grown", draft=draft))
        services.write(edit_segment, account, grown.id, SegmentEdit(draft=draft))
        after = members()
        assert effect == MembershipEffect(len(before), len(after), len(after - before), len(before - after)), text
        assert effect.changes_members == (after != before)
        before = after
    assert not effect_of_edit(services, account, grown.id, SegmentEdit(name="Another")).changes_members
    for name, rule in (("Near", 'is in segment "Grown"'), ("Far", 'age > 1 and not (is in segment "Near")')):
        services.write(create_segment, account, sample_data.type, name, from_text(rule))
    dependents = effect_of_edit(services, account, grown.id, SegmentEdit(draft=None)).dependents
    assert [dependent.segment.name for dependent in dependents] == ["Far", "Near"]
    assert not effect_of_edit(services, account, grown.id, SegmentEdit(draft=from_text("age > -1"))).changes_members
    with pytest.raises(Invalid, match="already been taken"):
        effect_of_edit(services, account, grown.id, SegmentEdit(name=old.name))
    with pytest.raises(NotFound):
        effect_of_edit(services, sample_data.stranger, grown.id, SegmentEdit())


def test_previews_of_rules_over_segments_detect_cycles(sample_data: SampleData) -> None:
    services, account = sample_data.services, sample_data.account
    grown = services.write(create_segment, account, sample_data.type, "Grown", from_text("age > 29"))
    in_grown = {"operator": "is in segment", "values": [str(grown.id)]}
    assert sample_data.look({"not": in_grown}).count == 30
    other = services.write(create_segment, account, sample_data.type, "Other", from_json(json.dumps(in_grown)))
    looked = sample_data.look(
        {"all": [sample_data.older_than(3), {"operator": "is in segment", "values": [str(other.id)]}]}, grown.id
    )
    assert looked.count is None
    assert looked.counts["rule.all[1]"] == 10
    assert [str(p) for p in looked.problems] == ["a segment cannot depend on itself: Grown → Other → Grown"]


def test_the_rule_text_is_parsed_and_written(sample_data: SampleData) -> None:
    rule = rule_of_text(sample_data.services, sample_data.account, sample_data.type.id, 'AGE > 29 and country = "peru"')
    assert to_text(rule) == 'age is greater than 29 and country is "peru"'
    assert sample_data.look(json.loads(to_json(rule))).count == 3
    with pytest.raises(Invalid, match='line 1, column 1: there is no field "agee"'):
        rule_of_text(sample_data.services, sample_data.account, sample_data.type.id, "agee > 29")


def test_values_are_suggested_with_their_counts(sample_data: SampleData) -> None:
    def suggested(key: str, typed: str = "") -> list[tuple[str, int]]:
        return suggested_values(
            sample_data.services, sample_data.account, sample_data.type.id, sample_data.fields.by_key[key].id, typed
        )

    assert suggested("country") == [("INDIA", 20), ("Chad", 10), ("Peru", 10)]
    assert suggested("country", " iNd ") == [("INDIA", 20)]
    assert suggested("country", "%") == []
    assert suggested("plan") == [("Free", 27), ("Pro", 13), ("Trial", 0)]
    assert suggested("arts") == [("Music", 27), ("Dance", 13), ("Film", 13), ("Mime", 0)]
    assert suggested("arts", "mi") == [("Mime", 0)]
    for key in ("email", "age"):
        with pytest.raises(NotFound):
            suggested(key)


def test_nothing_leaks_to_another_account(sample_data: SampleData) -> None:
    segment = sample_data.services.write(
        create_segment, sample_data.account, sample_data.type, "Grown", from_text("age > 29")
    )
    services, stranger, type_id = sample_data.services, sample_data.stranger, sample_data.type.id
    for type_of in (type_id, 999):
        with pytest.raises(NotFound, match=f"no contact type {type_of}"):
            preview_rule(services, stranger, type_of, None)
        with pytest.raises(NotFound, match=f"no contact type {type_of}"):
            rule_of_text(services, stranger, type_of, "age > 1")
        with pytest.raises(NotFound, match=f"no contact type {type_of}"):
            suggested_values(services, stranger, type_of, sample_data.fields.by_key["country"].id)
    own = services.write(create_type, stranger, "Own")
    with pytest.raises(NotFound, match="no segment"):
        preview_rule(services, stranger, own.id, None, segment_id=segment.id)


def test_an_edit_of_a_deleted_segment_is_refused(sample_data: SampleData) -> None:
    services, account = sample_data.services, sample_data.account
    seen = services.write(create_segment, account, sample_data.type, "Grown", from_text("age > 29"))
    is_as_seen = Precondition(frozenset({segment_tag(seen)}))
    first = services.write(edit_segment, account, seen.id, SegmentEdit(draft=from_text("age > 30")), is_as_seen)
    with pytest.raises(Outdated):
        services.write(edit_segment, account, seen.id, SegmentEdit(name="Mine", draft=None), is_as_seen)
    with pytest.raises(Outdated):
        effect_of_edit(services, account, seen.id, SegmentEdit(), is_as_seen)
    assert segments.live_by_id(services.records.reader(), account.id, seen.id) == first
    services.write(
        edit_segment, account, seen.id, SegmentEdit(name="Mine"), Precondition(frozenset({segment_tag(first)}))
    )


def test_a_newer_request_interrupts_an_older_one() -> None:
    latest, con = LatestRequests(), duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    outcome: list[str] = []

    def endless() -> None:
        try:
            with latest.begin("a", 1) as request:
                request.set_interrupt(con.interrupt)
                try:
                    con.execute("SELECT count(*) FROM range(1000000000) a, range(1000000000) b").fetchall()
                except duckdb.InterruptException:  # as a view does
                    raise Abandoned from None
        except Superseded as error:
            outcome.append(error.problems[0].code)

    older = threading.Thread(target=endless)
    older.start()
    while con.query_progress() <= 0:  # until it is being answered
        time.sleep(0.001)
    other = con.cursor()
    with latest.begin("b", 5):
        assert older.is_alive()
    with latest.begin("a", 2):
        older.join()
        assert other.execute("SELECT 1").fetchall() == [(1,)]
    assert outcome == ["newer_question"]
    assert con.execute("SELECT 2").fetchall() == [(2,)]
    con.close()


def test_a_superseded_request_is_not_answered() -> None:
    latest = LatestRequests()
    with latest.begin("a", 2), pytest.raises(Superseded), latest.begin("a", 1):
        pytest.fail("it was answered")
    with latest.begin("a", 1):  # nothing is remembered of what has ended
        pass


def test_a_request_superseded_before_its_query_runs_no_query() -> None:
    latest = LatestRequests()
    with pytest.raises(Superseded), latest.begin("a", 1) as older, latest.begin("a", 2):
        older.set_interrupt(lambda: pytest.fail("no query runs yet"))


def test_an_abandoned_request_was_not_superseded() -> None:
    with pytest.raises(Abandoned), LatestRequests().begin("a", 1):
        raise Abandoned


def test_pages_that_open_at_the_same_time_do_not_stop_each_other(sample_data: SampleData) -> None:
    long = {"any": [sample_data.older_than(age) for age in range(120)]}
    with ThreadPoolExecutor(3) as threads:
        looks = list(threads.map(lambda _: sample_data.look(long), range(6)))
    assert {look.count for look in looks} == {39}
