"""The change log: each write that the projection must follow appends a row, and the row's number orders the writes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

import msgspec

from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("change_log")


class Change(NamedTuple):
    """One write: its subject and the subject's ids, when it was made (`at`, in microseconds since 1970) and why."""

    change: int
    subject: str
    contact_type_id: int
    segment_id: int | None
    contact_id: int | None
    inclusion_id: int | None
    at: int
    cause: Cause


class ContactChanges(NamedTuple):
    """Contacts of one type that changed at one instant, in microseconds since 1970, for one reason."""

    contact_type_id: int
    at: int
    cause: Cause
    contact_ids: Sequence[int]


class Removal(NamedTuple):
    """The events of a name before an instant were removed; instants are in microseconds since 1970."""

    contact_type_id: int
    name_id: int
    before: int
    at: int


def record_change(
    db: Transaction,
    subject: str,
    type_id: int,
    now: datetime,
    cause: Cause,
    segment_id: int | None = None,
    contact_id: int | None = None,
    inclusion_id: int | None = None,
) -> None:
    """Append one change."""
    row = (subject, type_id, segment_id, contact_id, inclusion_id, to_micros(now), cause.value)
    run(db, SQL["insert"], row)


def record_contact_changes(
    db: Transaction, type_id: int, contact_ids: Iterable[int], now: datetime, cause: Cause = Cause.CONTACT
) -> None:
    """Record that contacts were changed or deleted."""
    ids = msgspec.json.encode(list(contact_ids)).decode()
    run(db, SQL["insert_contacts"], (type_id, to_micros(now), cause.value, ids))


def record_contact_range(
    db: Transaction, type_id: int, first_id: int, last_id: int, now: datetime, cause: Cause = Cause.CONTACT
) -> None:
    """Record, in one row, that contacts with consecutive ids were added."""
    run(db, SQL["insert_contact_range"], (type_id, first_id, last_id, to_micros(now), cause.value))


def record_segment_change(
    db: Transaction, type_id: int, segment_id: int, now: datetime, cause: Cause = Cause.RULE
) -> None:
    """Record that a segment was created, edited or deleted."""
    record_change(db, "segment", type_id, now, cause, segment_id)


def record_recipient_change(
    db: Transaction, segment: Segment, contact_id: int | None, inclusion_id: int | None, now: datetime
) -> None:
    """Record that a recipient was manually added or excluded, or that this was undone."""
    record_change(db, "recipient", segment.contact_type_id, now, Cause.OVERRIDE, segment.id, contact_id, inclusion_id)


def record_field_changes(db: Transaction, type_id: int, now: datetime) -> None:
    """Record that the fields of a contact type changed."""
    record_change(db, "fields", type_id, now, Cause.RULE)


def record_event_changes(db: Transaction, type_id: int, contact_ids: Iterable[int], now: datetime) -> None:
    """Record, in one row, that contacts have new events."""
    ids = msgspec.json.encode(list(contact_ids)).decode()
    run(db, SQL["insert_events"], (type_id, to_micros(now), Cause.EVENT.value, ids))


def record_catalogue_change(db: Transaction, type_id: int, now: datetime) -> None:
    """Record that the kind of a property of events changed."""
    record_change(db, "catalogue", type_id, now, Cause.RULE)


def record_removal(db: Transaction, type_id: int, name_id: int, before: datetime, now: datetime) -> None:
    """Record that the events of a name before an instant were removed."""
    run(db, SQL["insert_removal"], (type_id, name_id, to_micros(before), to_micros(now), Cause.RETENTION.value))


def next_change(db: Transaction) -> int:
    """Return the number of the next change of this transaction."""
    return last_change(db) + 1


def last_change(db: Reader) -> int:
    """Return the newest change number, 0 before the first."""
    return select_only(db, int, SQL["last_change"])


def time_of_first_after(db: Reader, change: int) -> datetime | None:
    """Return when the first change after a number was made, or None when there is none."""
    micros = scalar(db, int, SQL["time_of_first_after"], (change,))
    return None if micros is None else from_micros(micros)


def has_type_changed(db: Reader, type_id: int, after: int) -> bool:
    """Return whether contacts, fields or events of a type have changed after a change number."""
    return select_only(db, bool, SQL["has_type_changed"], (after, type_id))


def has_account_changed(db: Reader, account_id: int, after: int) -> bool:
    """Return whether anything of an account has changed after a change number."""
    return select_only(db, bool, SQL["has_account_changed"], (after, account_id))


def first_change(db: Reader) -> int | None:
    """Return the oldest change number still in the log, or None when the log is empty."""
    return scalar(db, int, SQL["first_change"])


def list_contact_changes(db: Reader, after: int, up_to: int) -> list[ContactChanges]:
    """List the contacts that changed in a span of changes, in the order of their last change."""
    groups = select(db, _listed, SQL["contact_changes"], (after, up_to))
    groups += select(db, _in_range, SQL["contact_ranges"], (after, up_to))
    return [changes for _, changes in sorted(groups, key=itemgetter(0))]


def list_event_changes(db: Reader, after: int, up_to: int) -> list[ContactChanges]:
    """List the contacts with new events in a span of changes, in order."""
    return select(db, _with_events, SQL["event_changes"], (after, up_to))


def list_removals(db: Reader, after: int, up_to: int) -> list[Removal]:
    """List the removals of old events in a span of changes, in order."""
    return select(db, Removal, SQL["removals"], (after, up_to))


def find_batch_end(db: Reader, after: int, contacts: int) -> int | None:
    """Return the change by which this many contacts have changed or got events since another one, or None when
    fewer have."""
    return scalar(db, int, SQL["batch_end"], (after, contacts))


def list_other_changes(db: Reader, after: int, up_to: int) -> list[Change]:
    """List the changes in a span whose subject is not a contact, in order."""
    return select(db, _change, SQL["other_changes"], (after, up_to))


def time_of_change(db: Reader, change: int) -> datetime | None:
    """Return when a change was made, or None when it is no longer in the log."""
    return select_one(db, from_micros, SQL["time_of_change"], (change,))


def trim(db: Transaction, up_to: int) -> None:
    """Delete changes that the projection has applied for good."""
    run(db, SQL["trim"], (up_to,))


def store_id(db: Reader) -> str:
    """Return the identity of these records, by which a projection recognises the records that it was made from."""
    return select_only(db, str, SQL["store_id"])


def _listed(change: int, type_id: int, at: int, cause: str, ids: str) -> tuple[int, ContactChanges]:
    return change, ContactChanges(type_id, at, Cause(cause), msgspec.json.decode(ids, type=list[int]))


def _with_events(type_id: int, at: int, cause: str, ids: str) -> ContactChanges:
    return ContactChanges(type_id, at, Cause(cause), msgspec.json.decode(ids, type=list[int]))


def _in_range(
    change: int, type_id: int, at: int, cause: str, first_id: int, last_id: int
) -> tuple[int, ContactChanges]:
    return change, ContactChanges(type_id, at, Cause(cause), range(first_id, last_id + 1))


def _change(
    change: int,
    subject: str,
    type_id: int,
    segment_id: int | None,
    contact_id: int | None,
    inclusion_id: int | None,
    at: int,
    cause: str,
) -> Change:
    return Change(change, subject, type_id, segment_id, contact_id, inclusion_id, at, Cause(cause))
