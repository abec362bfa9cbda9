"""Events in the records: each is stored once, read in order, and removed with its contact."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.services import Services
from tamis.domain.events.events import EventName
from tamis.domain.values.fields import Kind
from tamis.records import change_log
from tamis.records.events import catalogue, read, write
from tamis.records.events.rows import EventOutcome, NewEvent, decode_properties, encode_properties
from tamis.records.handles import Transaction
from tests.stores.workspace import Workspace, new_workspace


class Events:
    """Two contacts of a type, and an event name."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.services = workspace, workspace.services
        workspace.write(ann={}, bob={})
        self.ann, self.bob = workspace.contact("ann").id, workspace.contact("bob").id
        self.order = self.name("order")

    @property
    def type_id(self) -> int:
        return self.workspace.type.id

    def name(self, name: str) -> EventName:
        return self.services.write(lambda db, now: catalogue.insert_name(db, self.type_id, name, now))

    def append(self, *events: NewEvent) -> list[EventOutcome]:
        return self.services.write(lambda db, _: write.append(db, events, change_log.next_change(db)))

    def of(self, *contact_ids: int, names: Sequence[int] | None = None) -> dict[int, list[tuple[int, str]]]:
        found = read.of_contacts(self.services.records.reader(), contact_ids, names)
        return {id_: [(event.at, event.key or event.properties) for event in events] for id_, events in found.items()}


@pytest.fixture
def events(services: Services) -> Events:
    return Events(new_workspace(services))


def _add(db: Transaction, now: datetime, type_id: int, batch: Sequence[NewEvent]) -> None:
    write.append(db, batch, change_log.next_change(db))
    change_log.record_event_changes(db, type_id, {event.contact_id for event in batch}, now)


STORED, REPEATED, CONFLICTING = EventOutcome.STORED, EventOutcome.REPEATED, EventOutcome.CONFLICTING


def test_an_event_is_stored_once(events: Events) -> None:
    ann, order = events.ann, events.order.id
    plain = NewEvent(ann, order, 5, "", '{"101":1}')
    assert events.append(plain, plain) == [STORED, REPEATED]
    assert events.append(plain, plain._replace(occurrence=2)) == [REPEATED, STORED]
    assert events.append(plain._replace(at=6), plain._replace(contact_id=events.bob)) == [STORED, STORED]
    assert events.of(ann, events.bob) == {
        ann: [(5, '{"101":1}'), (5, '{"101":1}'), (6, '{"101":1}')],
        events.bob: [(5, '{"101":1}')],
    }


def test_a_key_stands_for_one_event_of_a_contact_and_a_name(events: Events) -> None:
    keyed = NewEvent(events.ann, events.order.id, 5, "k", "{}")
    assert events.append(keyed) == [STORED]
    assert events.append(keyed, keyed._replace(at=6), keyed._replace(properties='{"101":1}')) == [
        REPEATED,
        CONFLICTING,
        CONFLICTING,
    ]
    other = events.name("visit")
    assert events.append(keyed._replace(name_id=other.id), keyed._replace(contact_id=events.bob)) == [STORED, STORED]
    assert events.of(events.ann, names=[other.id]) == {events.ann: [(5, "k")]}


def test_the_same_values_are_the_same_document() -> None:
    assert encode_properties({102: "a", 101: 2.0}) == encode_properties({101: 2, 102: "a"}) == '{"101":2,"102":"a"}'
    assert decode_properties('{"101":2,"102":"a"}') == {101: 2, 102: "a"}


def test_pages_of_a_contact_have_each_event_once_and_the_newest_first(events: Events) -> None:
    events.append(*(NewEvent(events.ann, events.order.id, n // 3, f"k{n}", "{}") for n in range(10)))
    db = events.services.records.reader()
    seen = []
    before = None
    while page := read.newest_of_contact(db, events.ann, 4, before):
        seen += page
        before = (page[-1].at, page[-1].identity)
    assert [event.at for event in seen] == [3, 2, 2, 2, 1, 1, 1, 0, 0, 0]
    assert sorted(event.key for event in seen) == [f"k{n}" for n in range(10)]


def test_the_events_of_some_changes_and_all_events_are_read_in_batches(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "BATCH_SIZE", 2)
    for number in range(3):
        batch = [NewEvent(events.ann, events.order.id, number, f"k{number}{n}", "{}") for n in range(3)]
        events.services.write(lambda db, now, batch=batch: _add(db, now, events.type_id, batch))  # type: ignore[misc]
    db = events.services.records.reader()
    last = change_log.last_change(db)
    added = [event.key for part in read.added_between(db, events.type_id, last - 2, last) for event in part]
    assert sorted(added) == ["k10", "k11", "k12", "k20", "k21", "k22"]
    of_all = [(type_id, name_id, len(part)) for type_id, name_id, part in read.all_events(db)]
    assert [row for row in of_all if row[0] == events.type_id] == [(events.type_id, events.order.id, 2)] * 4 + [
        (events.type_id, events.order.id, 1)
    ]
    (changes, *_) = change_log.list_event_changes(db, last - 1, last)
    assert (changes.contact_type_id, changes.contact_ids) == (events.type_id, [events.ann])


def test_events_are_removed_with_their_contact_and_before_an_instant(events: Events) -> None:
    events.append(*(NewEvent(id_, events.order.id, at, "", "{}") for id_ in (events.ann, events.bob) for at in (1, 2)))
    events.services.write(delete_contact, events.workspace.account, events.workspace.type, "ann@example.org")
    assert events.of(events.ann, events.bob) == {events.bob: [(1, "{}"), (2, "{}")]}
    assert events.services.write(lambda db, _: write.remove_before(db, events.order.id, 2))
    assert events.of(events.bob) == {events.bob: [(2, "{}")]}
    (name,) = catalogue.catalogue_of_type(events.services.records.reader(), events.type_id).names
    assert name.count == 1
    assert name.first_at == name.last_at


def test_the_catalogue_has_names_and_properties_in_the_order_of_their_appearance(events: Events) -> None:
    amount = events.services.write(
        lambda db, now: catalogue.insert_property(db, events.order.id, "amount", "Amount", Kind.NUMBER, now)
    )
    assert amount.field.id > 100
    events.name("Visit")
    found = catalogue.catalogue_of_type(events.services.records.reader(), events.type_id)
    assert [name.name for name in found.names] == ["order", "Visit"]
    assert found.find("ORDER") == events.order
    assert found.properties == (amount,)
