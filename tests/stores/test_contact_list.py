"""The list of contacts: what is found, in which order, page by page, against plain Python over random contacts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contact_list import ContactFilter, count_contacts, find_contacts
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType, encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.paging import PageAnchor, SortOrder
from tamis.domain.segments.segments import recipient_id_of_contact
from tamis.domain.values.fields import FieldSet, Kind, Value
from tamis.domain.values.text import fold
from tamis.records import contacts as records
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.rules.search import MAX_WORDS
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.effort import examples

ZONE = ZoneInfo("Asia/Dhaka")
NAMES = ["Ann", "ANN", "ann marie", "Zoë", "zoe", "ΟΔΟΣ", "İstanbul", "O'Neil", "50%", "_a_", "Ann\nLee", "null", "42"]
PLANS = ("Free", "Pro", "Free trial")
TAGS = ("Music", "Old art", "Art, new", "42")
WORDS = ["ann", "ANN", "zo", "ë", "οδος", "İ", "i", "lee", "%", "_", "'", "42", "42.0", "2024-02-29", "2024-03-01",
         "art", "free", "pro", "@", "example", ".ORG", "p1", "nobody", "true", "\\", '"', "o'n"]  # fmt: skip


@dataclass(frozen=True)
class SampleData:
    """People of one type, and a segment with manual overrides."""

    services: Services
    account: Account
    type: ContactType
    fields: FieldSet
    people: list[Contact]
    segment_id: int
    in_segment: set[int]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleData]:
    services = Services(Settings(Path(tmp_path_factory.mktemp("sample")), columns_threads=2))
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    people = services.write(create_type, account, "People")
    for name, kind, options in (
        ("Age", Kind.NUMBER, ()),
        ("Born", Kind.DATE, ()),
        ("Seen", Kind.DATETIME, ()),
        ("Active", Kind.BOOLEAN, ()),
        ("Plan", Kind.CHOICE, PLANS),
        ("Tags", Kind.CHOICES, TAGS),
    ):
        services.write(create_field, people, name, kind, options)
    fields = types.fields_of_type(services.records.reader(), people.id)
    services.write(upsert, people.id, fields, _people(fields), ())
    segment = services.write(create_segment, account, people, "Annes", from_text('first_name contains "ann"'))
    db = services.records.reader()
    everyone = records.by_ids(db, list(range(1, 201)), fields)
    by_rule = [c for c in everyone if "ann" in fold(str(c.values.get(fields.by_key["first_name"].id, "")))]
    out = by_rule[:3]
    added = [c for c in everyone if c not in by_rule][:2]
    for contact in out:
        services.write(delete_recipient, account, recipient_id_of_contact(segment.id, contact.id))
    for address in [*(c.email for c in added), "stranger@example.org"]:
        email = parse_email(address)
        assert email
        services.write(add_recipient, account, segment.id, email, "By", "Hand")
    members = {c.id for c in [*by_rule, *added]} - {c.id for c in out}
    yield SampleData(services, account, people, fields, everyone, segment.id, members)
    services.close()


def _people(fields: FieldSet) -> list[NewContact]:
    draw = random.Random(7)
    pools: dict[str, list[Value]] = {
        "first_name": [*NAMES],
        "city": [*NAMES],
        "age": [42.0, -1.5, 0.0, 1e22],
        "born": [date(2024, 2, 29), date(2024, 3, 1), date(1, 1, 1)],
        "seen": [datetime(2024, 2, 28, 18, tzinfo=UTC), datetime(2024, 2, 29, 17, 59, 59, 999_999, tzinfo=UTC),
                 datetime(2024, 2, 29, 18, tzinfo=UTC), datetime(2024, 2, 28, 17, 59, 59, tzinfo=UTC)],
        "active": [True, False],
        "plan": [*PLANS],
        "tags": [("Music",), ("Music", "42"), ("Old art", "Art, new")],
    }  # fmt: skip
    people = []
    for number in range(200):
        address = f"{draw.choice(['P', 'p', 'ann.'])}{number}@{draw.choice(['example.org', 'mail.example'])}"
        values = {fields.by_key[key].id: draw.choice(pool) for key, pool in pools.items() if draw.random() < 0.6}
        people.append(NewContact(address, fold(address), encode_values(values)))
    return people


def _matches(contact: Contact, text: str, fields: FieldSet) -> bool:
    return all(
        any(_is_stored_value(word, contact.value_of(field)) for field in fields.fields) for word in fold(text).split()
    )


def _is_stored_value(word: str, value: Value | None) -> bool:
    if isinstance(value, str):
        return word in fold(value)
    if isinstance(value, tuple):
        return any(word in fold(option) for option in value)
    if isinstance(value, datetime):
        return word == f"{value.astimezone(ZONE):%Y-%m-%d}"
    if isinstance(value, date):
        return word == value.isoformat()
    if isinstance(value, float):
        try:
            return float(word) == value
        except ValueError:
            return False
    return False  # true and false are no words: they would find half of everybody


def _ordered(people: list[Contact], order: SortOrder) -> list[int]:
    by_id = sorted(people, key=lambda c: c.id)
    if order.field is None:
        return [c.id for c in (reversed(by_id) if order.descending else by_id)]
    field = order.field
    known = [(c.value_of(field), c.id) for c in by_id]
    there = [(fold(v) if isinstance(v, str) else v, id_) for v, id_ in known if v is not None]
    there.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [id_ for _, id_ in there] + [id_ for v, id_ in known if v is None]


texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
orders = st.tuples(st.integers(-1, 17), st.booleans())


@settings(max_examples=examples(60), deadline=None)
@given(text=texts, filtered=st.booleans(), ordering=orders, limit=st.sampled_from([1, 3, 7, 50, 200]))
def test_pages_match_a_search_in_python(
    sample: SampleData, text: str, filtered: bool, ordering: tuple[int, bool], limit: int
) -> None:
    order = SortOrder(None if ordering[0] < 0 else sample.fields.fields[ordering[0]], ordering[1])
    contact_filter = ContactFilter(text, sample.segment_id if filtered else None)
    found = [
        c for c in sample.people if _matches(c, text, sample.fields) and (not filtered or c.id in sample.in_segment)
    ]
    expected = _ordered(found, order)
    assert count_contacts(sample.services, sample.account, sample.type, contact_filter) == len(expected)
    forward: list[int] = []
    near: PageAnchor | None = None
    while True:
        page = find_contacts(sample.services, sample.account, sample.type, contact_filter, order, near, limit)
        assert page.more_before == bool(forward)
        assert page.total in (None, len(expected))
        forward += [c.id for c in page.contacts]
        if not page.more_after:
            break
        near = PageAnchor(forward[-1])
    assert forward == expected
    if expected[1:]:
        back = find_contacts(
            sample.services,
            sample.account,
            sample.type,
            contact_filter,
            order,
            PageAnchor(expected[-1], before=True),
            limit,
        )
        assert [c.id for c in back.contacts] == expected[:-1][-limit:]
        assert back.more_before == (len(expected) - 1 > limit)


def test_a_page_with_all_contacts_knows_the_total(sample: SampleData) -> None:
    page = find_contacts(sample.services, sample.account, sample.type, ContactFilter("p1 42"), SortOrder(), None, 200)
    assert page.total == len(page.contacts) > 0
    assert (
        find_contacts(sample.services, sample.account, sample.type, ContactFilter(), SortOrder(), None, 10).total
        is None
    )


def test_a_page_past_the_end_leads_to_the_first_page(sample: SampleData) -> None:
    for order in (SortOrder(), SortOrder(sample.fields.by_key["city"])):
        first = find_contacts(sample.services, sample.account, sample.type, ContactFilter(), order, None, 5)
        all_contacts = find_contacts(
            sample.services, sample.account, sample.type, ContactFilter(), order, None, 500
        ).contacts
        for near in (
            PageAnchor(999),
            PageAnchor(999, before=True),
            PageAnchor(all_contacts[-1].id),
            PageAnchor(all_contacts[0].id, before=True),
        ):
            page = find_contacts(sample.services, sample.account, sample.type, ContactFilter(), order, near, 5)
            assert (page.contacts, page.more_before, page.more_after) == (first.contacts, False, True)


def test_invalid_searches_are_refused(sample: SampleData) -> None:
    with pytest.raises(Invalid):
        find_contacts(sample.services, sample.account, sample.type, ContactFilter("a " * (MAX_WORDS + 1)), SortOrder())
    with pytest.raises(Invalid):
        find_contacts(sample.services, sample.account, sample.type, ContactFilter("a" * 256), SortOrder())
    with pytest.raises(NotFound):
        find_contacts(
            sample.services, sample.account, sample.type, ContactFilter(segment_id=sample.segment_id + 1), SortOrder()
        )


def test_recent_writes_are_found(sample: SampleData) -> None:
    moved = sample.services.clock() - timedelta(days=1)
    assert (
        find_contacts(
            sample.services, sample.account, sample.type, ContactFilter(f"{moved:%Y-%m-%d} xyzzy"), SortOrder()
        ).total
        == 0
    )
    row = NewContact("xyzzy@example.org", "xyzzy@example.org", "{}")
    sample.services.write(upsert, sample.type.id, sample.fields, [row], ())
    found = find_contacts(sample.services, sample.account, sample.type, ContactFilter("XYZZY"), SortOrder())
    assert [c.email for c in found.contacts] == ["xyzzy@example.org"]
    sample.people.append(found.contacts[0])
