"""Build the part of a batch of changes that is about events."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tamis.columns.projector.batch import ChangeGroup, ContactEvent, EventChanges, EventRows, RemovedEvents
from tamis.records import change_log, contacts, types
from tamis.records.events import catalogue, read
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed.lines import write_line
from tamis.records.handles import Reader

MOST_LOOKED_UP = 10_000


@dataclass
class EventDelta:
    """What a range of changes has changed in the events of one contact type."""

    changed: list[ChangeGroup] = field(default_factory=list)
    removed: list[RemovedEvents] = field(default_factory=list)
    has_new_kinds: bool = False
    are_events_gone: bool = False


def event_deltas(db: Reader, after: int, up_to: int, last: int) -> dict[int, EventDelta]:
    """Collect what a range of changes has changed in events, by contact type, and whether any were removed up to the
    `last` change."""
    deltas: dict[int, EventDelta] = defaultdict(EventDelta)
    for group in change_log.list_event_changes(db, after, up_to):
        deltas[group.contact_type_id].changed.append(ChangeGroup(group.at, group.cause, group.contact_ids))
    for type_id, name_id, before, instant in change_log.list_removals(db, after, up_to):
        deltas[type_id].removed.append(RemovedEvents(name_id, before, instant))
    for removal in change_log.list_removals(db, after, last):
        deltas[removal.contact_type_id].are_events_gone = True
    return deltas


def event_changes(
    db: Reader, type_id: int, after: int, up_to: int, delta: EventDelta, contact_ids: Sequence[int]
) -> EventChanges:
    """Build the changes of the events of a contact type above `after` up to `up_to`; `contact_ids` are the contacts
    that changed or were deleted."""
    known = catalogue.names_of_type(db, type_id)
    are_some_gone = delta.are_events_gone or (bool(known.names) and _are_some_deleted(db, type_id, contact_ids))

    def of_contacts(contact_ids: Sequence[int], name_ids: Collection[int]) -> Mapping[int, Sequence[ContactEvent]]:
        return _of_contacts(db, contact_ids, name_ids, after, up_to)

    return EventChanges(
        known,
        delta.changed,
        _added(db, type_id, after, up_to) if delta.changed else (),
        delta.removed,
        lambda name_id: _rows_of_name(db, name_id, up_to),
        None if are_some_gone else of_contacts,
        delta.has_new_kinds,
        is_type_deleted=not types.is_live(db, type_id),
    )


def _are_some_deleted(db: Reader, type_id: int, contact_ids: Sequence[int]) -> bool:
    """Return whether some contacts may be deleted; many are not looked up."""
    return len(contact_ids) > MOST_LOOKED_UP or len(contacts.existing_ids(db, type_id, contact_ids)) < len(contact_ids)


def all_event_rows(db: Reader) -> Iterator[tuple[int, int, EventRows]]:
    """Yield all events, by contact type and name."""
    for type_id, name_id, lines in read.all_lines(db):
        yield type_id, name_id, EventRows(lines)


def _rows_of_name(db: Reader, name_id: int, up_to: int) -> Iterator[EventRows]:
    for events in read.of_name(db, name_id):
        lines = [
            write_line(NewEvent(*event[:3], event.key, event.properties)) for event in events if event.change <= up_to
        ]
        if lines:
            yield EventRows(lines)


def _added(db: Reader, type_id: int, after: int, up_to: int) -> Iterator[tuple[int, EventRows]]:
    for name_id, lines in read.added_lines(db, type_id, after, up_to):
        yield name_id, EventRows(lines)


def _of_contacts(
    db: Reader, contact_ids: Sequence[int], name_ids: Collection[int], after: int, up_to: int
) -> Mapping[int, Sequence[ContactEvent]]:
    return {
        contact_id: [
            ContactEvent(event.name_id, event.at, event.properties, event.change > after)
            for event in events
            if event.change <= up_to
        ]
        for contact_id, events in read.of_contacts(db, contact_ids, name_ids).items()
    }
