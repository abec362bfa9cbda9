"""Accepting the events that programs send: valid ones are stored, each once, and the others say why not."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tamis.actions.audit import record_part
from tamis.actions.batches import collector_paused
from tamis.actions.contacts.row_storage import store_rows
from tamis.actions.events.catalogue_growth import GrowingCatalogue
from tamis.actions.events.retention import kept_since
from tamis.actions.events.stated_events import ParsedEvent, StatedEvent, parse_event
from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, type_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Problem
from tamis.domain.events.events import MAX_PROPERTIES_SIZE, EventName, RawValue
from tamis.domain.values.dates import format_day
from tamis.domain.values.instants import day_of, to_micros
from tamis.domain.values.text import shorten
from tamis.records import change_log, contacts, types
from tamis.records.consent import forgotten_emails
from tamis.records.events.rows import EventOutcome, NewEvent, encode_values
from tamis.records.events.write import append
from tamis.records.handles import Reader, Transaction

EventStatus = Literal["accepted", "repeated", "rejected"]


class EventResult(NamedTuple):
    """What became of an event, and why it was rejected."""

    status: EventStatus
    problems: tuple[Problem, ...] = ()


ACCEPTED, REPEATED = EventResult("accepted"), EventResult("repeated")


class _ResolvedEvent(NamedTuple):
    """An event of a known contact: the ids of its properties, their values, and what is stored of it."""

    ids: tuple[int, ...]
    values: Sequence[RawValue]
    row: NewEvent


def parse_events(db: Reader, account: Account, type_id: int, items: Sequence[object]) -> list[ParsedEvent]:
    """Parse events before the writer's turn; an item may be a tuple of problems already. Raises NotFound."""
    type_by_id(db, account, type_id)
    zone = account.zone
    with collector_paused():
        return [item if isinstance(item, tuple) else parse_event(item, zone) for item in items]


def accept_events(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    events: Sequence[ParsedEvent],
    *,
    create_contacts: bool = False,
    request_id: str = "",
) -> list[EventResult]:
    """Store events of the contacts of a type, and return a result for each, in order.

    Emails that are not contacts are rejected, unless the events may create contacts. Raises NotFound.
    """
    with collector_paused():
        return _accept(db, now, account, type_id, events, create_contacts=create_contacts, request_id=request_id)


def _accept(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    events: Sequence[ParsedEvent],
    *,
    create_contacts: bool,
    request_id: str,
) -> list[EventResult]:
    contact_type = type_by_id(db, account, type_id)
    stated = [event for event in events if isinstance(event, StatedEvent)]
    refused: dict[str, Problem] = {}
    by_email = contacts.ids_by_email(db, type_id, _email_keys(stated))
    if create_contacts:
        refused = _create_contacts(db, now, account, contact_type, stated, by_email, request_id)
    by_id = contacts.existing_ids(db, type_id, [e.contact for e in stated if isinstance(e.contact, int)])
    catalogue = GrowingCatalogue(db, now, contact_type)
    micros = to_micros(now)

    def resolve(event: StatedEvent) -> _ResolvedEvent | Problem:
        contact = event.contact
        contact_id = by_email.get(contact.key) if isinstance(contact, Email) else contact if contact in by_id else None
        if contact_id is None:
            return _unknown_contact(contact, contact_type, refused)
        name = catalogue.name(event.name)
        if isinstance(name, Problem):
            return name
        at = micros if event.at is None else event.at
        if name.keep and (problem := _too_old(name, at, now, account)):
            return problem
        properties = event.properties
        found = catalogue.property_ids(name, properties)
        if isinstance(found, Problem):
            return found
        document = encode_values(found.ids, properties.values, are_ascending=found.are_ascending)
        if 4 * len(document) > MAX_PROPERTIES_SIZE and len(document.encode()) > MAX_PROPERTIES_SIZE:
            return Problem("properties", "event_properties_too_large", most=MAX_PROPERTIES_SIZE)
        return _ResolvedEvent(found.ids, properties.values, NewEvent(contact_id, name.id, at, event.id, document))

    found = [resolve(event) if isinstance(event, StatedEvent) else event for event in events]
    resolved = [event for event in found if isinstance(event, _ResolvedEvent)]
    outcomes = iter(_store(db, now, type_id, resolved, catalogue))
    return [_result(event, outcomes, catalogue) for event in found]


def _store(
    db: Transaction, now: datetime, type_id: int, events: Sequence[_ResolvedEvent], catalogue: GrowingCatalogue
) -> list[EventOutcome]:
    outcomes = append(db, [event.row for event in events], change_log.next_change(db))
    stored = [event for event, outcome in zip(events, outcomes, strict=True) if outcome is EventOutcome.STORED]
    if stored:
        change_log.record_event_changes(db, type_id, {event.row.contact_id for event in stored}, now)
        for event in stored:
            catalogue.count_unreadable(event.ids, event.values)
        catalogue.save_counts()
    return outcomes


def _result(
    event: _ResolvedEvent | Problem | tuple[Problem, ...], outcomes: Iterator[EventOutcome], catalogue: GrowingCatalogue
) -> EventResult:
    if isinstance(event, Problem):
        return EventResult("rejected", (event,))
    if not isinstance(event, _ResolvedEvent):
        return EventResult("rejected", event)
    outcome = next(outcomes)
    if outcome is EventOutcome.STORED:
        return ACCEPTED
    if outcome is EventOutcome.REPEATED:
        return REPEATED
    name, id_ = catalogue.name_of(event.row.name_id), shorten(event.row.key)
    return EventResult("rejected", (Problem("id", "event_id_of_other_content", event=name, id=id_),))


def _email_keys(events: Iterable[StatedEvent]) -> list[str]:
    return list({event.contact.key for event in events if isinstance(event.contact, Email)})


def _create_contacts(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    events: Sequence[StatedEvent],
    by_email: dict[str, int],
    request_id: str,
) -> dict[str, Problem]:
    """Create the contacts of events that have none, and add their ids to `by_email`; return why emails are refused."""
    new = {e.contact.key: e.contact for e in events if isinstance(e.contact, Email) and e.contact.key not in by_email}
    forgotten = forgotten_emails.find_forgotten(db, contact_type.id, list(new))
    rows = [(email.address, key, "{}") for key, email in new.items() if key not in forgotten]
    if rows:
        store_rows(db, now, contact_type.id, types.fields_of_type(db, contact_type.id), rows)
        by_email |= contacts.ids_by_email(db, contact_type.id, [key for _, key, _ in rows])
        counts = {"created": len(rows)}
        record_part(db, now, account.id, AuditAction.BATCH_WRITTEN, type_subject(contact_type), request_id, counts)
    days = {key: format_day(day_of(at, account.zone)) for key, at in forgotten.items()}
    return {key: Problem("email", "email_was_forgotten", day=day) for key, day in days.items()}


def _unknown_contact(contact: int | Email, contact_type: ContactType, refused: dict[str, Problem]) -> Problem:
    if isinstance(contact, int):
        return Problem("contact_id", "event_contact_id_unknown", contact=contact, contact_type=contact_type.name)
    unknown = Problem("email", "event_contact_unknown", email=shorten(contact.address), contact_type=contact_type.name)
    return refused.get(contact.key, unknown)


def _too_old(name: EventName, at: int, now: datetime, account: Account) -> Problem | None:
    assert name.keep
    since = kept_since(name.keep, now, account.zone)
    if at >= to_micros(since):
        return None
    day = format_day(day_of(since, account.zone))
    return Problem("at", "event_older_than_kept", before=day, event=name.name, keep=str(name.keep))
