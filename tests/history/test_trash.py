"""A deleted segment can be restored for some days: its members are computed again, and nothing else has changed."""

import json
from collections.abc import Iterator

import pytest

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.fields import create_field, delete_field
from tamis.actions.fields.types import delete_type
from tamis.actions.maintenance.retention import Retention
from tamis.actions.segments.history import contact_history
from tamis.actions.segments.overrides import list_overrides
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.recovery import trash
from tamis.actions.segments.recovery.versions import list_versions
from tamis.actions.segments.segments import SegmentEdit, delete_segment, edit_segment, segment_by_id
from tamis.domain.errors import NotFound, Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.records.segments import segments
from tamis.rules.syntaxes.text import from_text
from tests.history.history_model import EVERYONE, Past, email, fresh_past
from tests.support.records import records_of

DAYS = 30


@pytest.fixture
def past() -> Iterator[Past]:
    with fresh_past() as made:
        made.write({"a@example.org": "India", "b@example.org": "India", "c@example.org": "Peru"})
        made.look()
        yield made


def restore(past: Past, segment: Segment | None = None) -> Segment:
    return past.services.write(trash.restore_deleted, past.account, DAYS, (segment or past.segment).id)


def trashed(past: Past) -> list[str]:
    found = trash.list_trash(past.services.records.reader(), past.now, past.account, DAYS)
    return [deleted.segment.name for deleted in found]


def delete(past: Past, segment: Segment) -> None:
    past.services.write(delete_segment, past.account, segment.id)


def members(past: Past, segment: Segment) -> dict[str, int]:
    """Return the recipient ids of the members of a segment, by email."""
    rows = recipient_page(past.services, past.account.id, segment.id, 0, EVERYONE)
    return {json.loads(document)["email"]: recipient_id for recipient_id, document in rows}


def exclude(past: Past, segment: Segment, address: str) -> None:
    past.services.write(delete_recipient, past.account, members(past, segment)[address])


def stored(past: Past, query: str) -> list[tuple[object, ...]]:
    with records_of(past.settings.data) as db:
        return list(db.execute(query))


def test_a_restored_segment_is_what_it_was(past: Past) -> None:
    past.add("guest@example.org")
    past.add("c@example.org")
    before = past.look()
    past.remove_one()
    members = past.look()
    past.later(days=1)
    past.delete_segment()
    past.services.project()
    with pytest.raises(NotFound):
        segment_by_id(past.services.records.reader(), past.account, past.segment.id)
    assert trashed(past) == ["Indians"]

    past.later(days=2)
    restored = restore(past)
    assert (restored.id, restored.name, restored.rule) == (past.segment.id, "Indians", past.segment.rule)
    assert past.look() == members
    assert len(members) == len(before) - 1
    assert trashed(past) == []
    overrides = list_overrides(past.services.records.reader(), past.account, past.segment.id, 9)
    assert (overrides.included_total, overrides.excluded_total) == (2, 1)
    assert [v.version.number for v in list_versions(past.services, past.account, past.segment.id, 9)] == [1]


def test_the_history_says_that_it_was_gone(past: Past) -> None:
    past.later(days=1)
    past.delete_segment()
    past.services.project()
    past.later(days=2)
    past.write({"d@example.org": "India"})
    restore(past)
    past.look()

    days = past.sizes(4)
    assert [(day.recipients, day.entered, day.departed, day.snapshot) for day in days] == [
        (2, 2, 0, Cause.FIRST),
        (0, 0, 2, Cause.DELETION),
        (0, 0, 0, None),
        (3, 3, 0, Cause.RESTORED),
    ]
    (last, *_) = contact_history(past.services, past.account.id, past.type.id, 1, "a@example.org")
    assert (last.delta, last.cause, last.instant, last.is_live) == (1, Cause.RESTORED, past.now, True)
    assert past.known_since() == past.now


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_segment_restored_at_once_has_lost_nobody(past: Past, is_seen: bool) -> None:
    members = past.look()
    past.delete_segment()
    if is_seen:
        past.services.project()
    restore(past)

    assert past.look() == members
    assert past.sizes(1)[-1].recipients == 2


def test_what_happened_to_contacts_meanwhile_counts(past: Past) -> None:
    past.write({"x@example.org": "India", "y@example.org": "India"})
    past.services.write(delete_contact, past.account, past.type, "x@example.org")
    past.add("guest@example.org")
    exclude(past, past.segment, "a@example.org")
    past.delete_segment()
    past.services.project()
    past.delete("a@example.org")  # only a hash is left of its exclusion
    past.write({"a@example.org": "India", "guest@example.org": "Peru", "z@example.org": "India"})
    past.services.project()
    restore(past)

    restored = members(past, past.segment)
    assert restored.keys() == {"b@example.org", "y@example.org", "z@example.org", "guest@example.org"}
    past.rebuild()
    assert members(past, past.segment) == restored


def test_an_excluded_external_recipient_stays_excluded(past: Past) -> None:
    guests = past.make_segment("Guests", 'country = "Chile"')
    past.services.write(add_recipient, past.account, guests.id, email("guest@example.org"), "A", "Guest")
    users = past.make_segment("Users", 'is in segment "Guests"')
    assert members(past, users).keys() == {"guest@example.org"}
    exclude(past, users, "guest@example.org")
    delete(past, users)
    past.services.project()
    restore(past, users)

    assert members(past, users) == {}
    past.rebuild()
    assert members(past, users) == {}


def test_a_name_that_is_taken_gets_a_number(past: Past) -> None:
    past.delete_segment()
    past.make_segment("Indians", 'country = "Peru"')

    assert restore(past).name == "Indians (2)"


def test_what_the_rule_needs_must_be_there(past: Past) -> None:
    field = past.services.write(create_field, past.type, "Plan", Kind.TEXT)
    past.services.write(edit_segment, past.account, past.segment.id, SegmentEdit(draft=from_text('plan = "pro"')))
    base = past.make_segment("Base", 'country = "India"')
    user = past.make_segment("User", 'is in segment "Base"')
    for segment in (user, base, past.segment):
        delete(past, segment)
    past.services.write(delete_field, past.type, field.key)

    with pytest.raises(Refused, match='the segment "Indians" cannot be restored'):
        restore(past)
    with pytest.raises(Refused, match='the segment "User" cannot be restored'):
        restore(past, user)
    restore(past, base)
    assert restore(past, user).name == "User"
    for segment in (user, base):
        delete(past, segment)
    for address in "abc":
        past.delete(f"{address}@example.org")
    past.services.write(delete_type, past.type)
    with pytest.raises(Refused, match='its contact type "People" was deleted'):
        restore(past, base)


def test_after_thirty_days_nothing_is_left_but_the_name(past: Past) -> None:
    past.add("guest@example.org")
    exclude(past, past.segment, "a@example.org")
    past.delete_segment()
    kept = past.make_segment("Kept", 'country = "Peru"')
    past.services.project()
    past.later(days=DAYS, seconds=-1)
    Retention(past.services).run_if_due()
    assert trashed(past) == ["Indians"]
    past.later(seconds=1)
    assert trashed(past) == []
    with pytest.raises(NotFound, match="in the trash"):
        restore(past)
    past.later(days=1)
    Retention(past.services).run_if_due()

    db = past.services.records.reader()
    assert segments.names(db, past.type.id, {past.segment.id}) == {past.segment.id: ("Indians", False)}
    overrides = stored(past, "SELECT count(*) FROM inclusions UNION ALL SELECT count(*) FROM contact_exclusions")
    assert overrides == [(0,), (0,)]
    assert stored(past, "SELECT rule FROM segments WHERE name = 'Indians'") == [("null",)]
    assert stored(past, "SELECT segment_id FROM segment_versions") == [(kept.id,)]
    left = "SELECT cause FROM membership_snapshots WHERE segment_id = " + str(past.segment.id)
    assert stored(past, left) == [("deletion",)]
    assert stored(past, f"SELECT count(*) FROM daily_sizes WHERE segment_id = {past.segment.id}") == [(0,)]
    past.services.open_columns().mark_for_restore()
    past.services.project()
    assert stored(past, left) == [("deletion",)]


def test_the_trash_can_be_emptied(past: Past) -> None:
    past.delete_segment()

    assert trash.empty_trash(past.services, past.account) == 1
    assert trash.empty_trash(past.services, past.account) == 0
    assert trashed(past) == []
    assert past.make_segment("Indians", 'country = "India"').id > past.segment.id
