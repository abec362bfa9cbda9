"""What a contact did, newest first, and what all contacts did last."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tamis.actions.events.catalogue import TypedEvents, event_named
from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.events.events import RawValue
from tamis.domain.values.instants import from_micros
from tamis.records import contacts
from tamis.records.events import catalogue, read
from tamis.records.events.rows import StoredEvent, decode_properties
from tamis.records.handles import Reader, snapshot

ALL = (1 << 63) - 1


class TimelinePosition(NamedTuple):
    """The place of an event in a timeline: its instant in microseconds since 1970, and what orders those of the same
    instant, in hexadecimal digits."""

    at: int
    identity: str


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event with its name, and its properties by their keys, as they were sent."""

    contact_id: int
    name: str
    at: datetime
    id: str
    properties: Mapping[str, RawValue]
    position: TimelinePosition


class LatestEvent(NamedTuple):
    """An event, and the email of its contact."""

    email: str
    event: ShownEvent


def events_of_contact(
    db: Reader,
    contact_type: ContactType,
    contact_id: int,
    limit: int = ALL,
    before: TimelinePosition | None = None,
    names: Sequence[str] = (),
) -> list[ShownEvent]:
    """Return events of a contact, newest first, at most `limit`; of some names, or all of them. Raises NotFound."""
    events = TypedEvents(contact_type, catalogue.catalogue_of_type(db, contact_type.id))
    name_ids: Collection[int] | None = {event_named(events, name).id for name in names} if names else None
    place = None if before is None else (before.at, bytes.fromhex(before.identity))
    return shown_events(read.newest_of_contact(db, contact_id, limit, place, name_ids), events)


def latest_events(db: Reader, account: Account, type_id: int, limit: int) -> list[LatestEvent]:
    """Return the events of a contact type that were added last, newest first; raises NotFound."""
    contact_type = type_by_id(db, account, type_id)
    with snapshot(db):
        events = TypedEvents(contact_type, catalogue.catalogue_of_type(db, type_id))
        found = shown_events(read.newest_of_type(db, type_id, limit), events)
        emails = dict(contacts.emails_of(db, list({event.contact_id for event in found})))
    return [LatestEvent(emails[event.contact_id], event) for event in found if event.contact_id in emails]


def shown_events(stored: Sequence[StoredEvent], events: TypedEvents) -> list[ShownEvent]:
    """Return stored events as people see them; those of names that are gone are left out."""
    names = events.catalogue.by_id
    keys = {each.field.id: each.field.key for each in events.catalogue.properties}
    return [
        ShownEvent(
            event.contact_id,
            names[event.name_id].name,
            from_micros(event.at),
            event.key,
            {keys[id_]: raw for id_, raw in decode_properties(event.properties).items() if id_ in keys},
            TimelinePosition(event.at, event.identity.hex()),
        )
        for event in stored
        if event.name_id in names
    ]
