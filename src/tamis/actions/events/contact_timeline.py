"""The timeline of a contact: what it did, and the segments that it entered and left, together."""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from tamis.actions.contacts.contacts import contact_by_id
from tamis.actions.events.timeline import ShownEvent, TimelinePosition, events_of_contact
from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.history import ContactChange, changes_of_contact
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import email_key
from tamis.domain.values.instants import to_micros
from tamis.records import types

_WRITTEN = re.compile(r"(-?[0-9]{1,18})\.([01])\.((?:[0-9a-f]{2}){1,64})")
_AFTER_ALL_EVENTS = "ff" * 64
"""Greater than the identity of any event."""


class EntryPosition(NamedTuple):
    """The place of an entry in a timeline: its instant in microseconds since 1970, whether it is a change of a
    membership, which comes after the events of the same instant, and what orders those of the same kind, in hexadecimal
    digits."""

    at: int
    is_change: bool
    identity: str

    def __str__(self) -> str:
        return f"{self.at}.{self.is_change:d}.{self.identity}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a position as it is written in a URL; None if it is none."""
        found = _WRITTEN.fullmatch(text)
        return cls(int(found[1]), found[2] == "1", found[3]) if found else None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that a contact did, or a segment that it entered or left."""

    position: EntryPosition
    what: ShownEvent | ContactChange


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, newest first; `before` is the position after which the next page begins, None on the last one."""

    entries: list[TimelineEntry]
    before: EntryPosition | None


def contact_timeline(
    services: Services, account: Account, type_id: int, contact_id: int, limit: int, before: EntryPosition | None = None
) -> TimelinePage:
    """Return events and membership changes of a contact, newest first, at most `limit`; raises NotFound."""
    with services.view(account.id) as view:
        db = view.records
        contact_type = type_by_id(db, account, type_id)
        contact = contact_by_id(db, contact_type, contact_id, types.fields_of_type(db, type_id))
        events = events_of_contact(db, contact_type, contact_id, limit + 1, _event_position(before))
        changes = changes_of_contact(view, account.id, type_id, contact_id, email_key(contact.email) or "")
    entries = [_of_event(event) for event in events]
    entries += [entry for entry in map(_of_change, changes) if before is None or entry.position < before]
    entries.sort(key=lambda entry: entry.position, reverse=True)
    shown = entries[:limit]
    return TimelinePage(shown, shown[-1].position if len(entries) > limit else None)


def _event_position(before: EntryPosition | None) -> TimelinePosition | None:
    """Return the place before which the events of the next page are."""
    if before is None:
        return None
    return TimelinePosition(before.at, _AFTER_ALL_EVENTS if before.is_change else before.identity)


def _of_event(event: ShownEvent) -> TimelineEntry:
    return TimelineEntry(EntryPosition(event.position.at, False, event.position.identity), event)


def _of_change(change: ContactChange) -> TimelineEntry:
    order = f"{change.number:016x}{change.segment_id:016x}"
    return TimelineEntry(EntryPosition(to_micros(change.instant), True, order), change)
