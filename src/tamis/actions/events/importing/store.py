"""Storing a few events of a file as rows."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from tamis.actions.events.catalogue_growth import is_unreadable
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.values.fields import Kind
from tamis.records import change_log, contacts
from tamis.records.events import catalogue
from tamis.records.events.rows import EventOutcome, NewEvent, decode_properties
from tamis.records.events.write import append
from tamis.records.handles import Transaction
from tamis.records.importing import imports
from tamis.staging.events.rows import EventRow

EVENTS_PER_TRANSACTION = 1_000
"""A server stores events in smaller transactions, so that other accounts can write in between."""


@dataclass(frozen=True, slots=True)
class StoredName:
    """An event name in the records; `suspect` are the kinds of properties with values that may not be readable as
    them. In a dry run a new name has no id."""

    type_id: int
    name_id: int | None
    suspect: Mapping[int, Kind]


@dataclass(slots=True)
class StoredEvents:
    """What became of the events of a file so far: how many were accepted or repeated, and the rows whose id is that of
    an event with other content, or whose contact is gone."""

    accepted: int = 0
    repeated: int = 0
    conflicting: list[int] = field(default_factory=list)
    orphaned: list[int] = field(default_factory=list)

    def add(self, other: "StoredEvents") -> None:
        """Add the figures of a batch."""
        self.accepted += other.accepted
        self.repeated += other.repeated
        self.conflicting += other.conflicting
        self.orphaned += other.orphaned

    def subtract(self, other: "StoredEvents") -> None:
        """Take back the figures of the batch that was added last, except rows whose contact is gone."""
        self.repeated -= other.repeated
        del self.conflicting[len(self.conflicting) - len(other.conflicting) :]


class _DryRun(Exception):
    """Carries the figures of a batch out of its transaction, which is not committed."""

    def __init__(self, stored: StoredEvents) -> None:
        super().__init__()
        self.stored = stored


class RowWriter:
    """Stores events in order, and adds up what became of them."""

    def __init__(self, services: Services, account: Account, import_id: int | None) -> None:
        """Store events of the import with an ID, whose figures are updated; without one, nothing is kept."""
        self._services = services
        self._account = account
        self._import_id = import_id
        self._pending: list[Future[StoredEvents]] = []
        self._is_server = services.columns_if_open is not None
        self.total = StoredEvents()

    def write(self, name: StoredName, rows: Sequence[EventRow]) -> None:
        """Store events of a name after all earlier ones; `finish` waits until they are on disk."""
        size = EVENTS_PER_TRANSACTION if self._is_server else max(len(rows), 1)
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            self._pending.append(
                self._services.submit_of(self._account.id, _store, self._account, name, part, self._import_id)
            )

    def finish(self) -> None:
        """Wait until everything is on disk; raises the first error."""
        pending, self._pending = self._pending, []
        for part in pending:
            try:
                self.total.add(part.result())
            except _DryRun as found:
                self.total.add(found.stored)


def _store(
    db: Transaction, now: datetime, account: Account, name: StoredName, rows: Sequence[EventRow], import_id: int | None
) -> StoredEvents:
    """Store a batch, and update the figures of its import in the same transaction; without an import raises _DryRun
    with the figures."""
    type_by_id(db, account, name.type_id)
    known = contacts.existing_ids(db, name.type_id, list({row[1] for row in rows}))
    found = StoredEvents()
    events: list[NewEvent] = []
    numbers: list[int] = []
    for number, contact_id, at, key, properties, occurrence in rows:
        if contact_id in known and name.name_id is not None:
            events.append(NewEvent(contact_id, name.name_id, at, key, properties, occurrence))
            numbers.append(number)
        elif import_id is None:  # a dry run: the contact or the name would be new, so the event is, too
            found.accepted += 1
        else:
            found.orphaned.append(number)
    outcomes = append(db, events, change_log.next_change(db))
    stored = [event for event, outcome in zip(events, outcomes, strict=True) if outcome is EventOutcome.STORED]
    found.accepted += len(stored)
    found.conflicting = [n for n, o in zip(numbers, outcomes, strict=True) if o is EventOutcome.CONFLICTING]
    found.repeated = len(events) - len(stored) - len(found.conflicting)
    if import_id is None:
        raise _DryRun(found)
    imports.add_events(db, import_id, len(rows), found.accepted, found.repeated)
    if stored:
        change_log.record_event_changes(db, name.type_id, {event.contact_id for event in stored}, now)
        _count_unreadable(db, name.suspect, stored)
    return found


def _count_unreadable(db: Transaction, suspect: Mapping[int, Kind], stored: Sequence[NewEvent]) -> None:
    if not suspect:
        return
    counts = dict.fromkeys(suspect, 0)
    for event in stored:
        for id_, raw in decode_properties(event.properties).items():
            if id_ in suspect and is_unreadable(raw, suspect[id_]):
                counts[id_] += 1
    for id_, count in counts.items():
        if count:
            catalogue.add_unreadable(db, id_, count)
