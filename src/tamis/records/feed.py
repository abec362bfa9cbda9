"""The change feed: every write that the column store must follow gets the next change number."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

import msgspec

from tamis.domain.instants import from_micros, to_micros
from tamis.domain.segments import Segment
from tamis.domain.transitions import Cause
from tamis.records.engine.sql import run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("feed")


class Change(NamedTuple):
    """One write: what it was about, the ids that its subject has, when and why; `at` is in microseconds since 1970."""

    change: int
    subject: str
    contact_type_id: int
    segment_id: int | None
    contact_id: int | None
    added_id: int | None
    at: int
    cause: Cause


class Touched(NamedTuple):
    """Contacts of one type that were touched at one instant, in microseconds since 1970, for one reason."""

    contact_type_id: int
    at: int
    cause: Cause
    contact_ids: Sequence[int]


def tell(
    db: Transaction,
    subject: str,
    type_id: int,
    now: datetime,
    cause: Cause,
    segment_id: int | None = None,
    contact_id: int | None = None,
    added_id: int | None = None,
) -> None:
    """Add one change."""
    row = (subject, type_id, segment_id, contact_id, added_id, to_micros(now), cause.value)
    run(db, SQL["insert"], row)


def tell_contacts(
    db: Transaction, type_id: int, contact_ids: Iterable[int], now: datetime, cause: Cause = Cause.CONTACT
) -> None:
    """Tell that contacts were changed or deleted."""
    at, why = to_micros(now), cause.value
    ids = msgspec.json.encode(list(contact_ids)).decode()
    run(db, SQL["insert_contacts"], (type_id, at, why, ids))


def tell_contact_range(
    db: Transaction, type_id: int, first_id: int, last_id: int, now: datetime, cause: Cause = Cause.CONTACT
) -> None:
    """Tell, in one line, that contacts with consecutive ids were added."""
    run(db, SQL["insert_contact_range"], (type_id, first_id, last_id, to_micros(now), cause.value))


def tell_segment(db: Transaction, type_id: int, segment_id: int, now: datetime, cause: Cause = Cause.RULE) -> None:
    """Tell that a segment was made, edited or deleted."""
    tell(db, "segment", type_id, now, cause, segment_id)


def tell_recipient(
    db: Transaction, segment: Segment, contact_id: int | None, added_id: int | None, now: datetime
) -> None:
    """Tell that a recipient was added or removed by hand, or that this was undone."""
    tell(db, "recipient", segment.contact_type_id, now, Cause.HAND, segment.id, contact_id, added_id)


def tell_fields(db: Transaction, type_id: int, now: datetime) -> None:
    """Tell that the fields of a contact type are others than before."""
    tell(db, "fields", type_id, now, Cause.RULE)


def last_change(db: Reader) -> int:
    """Return the newest change number, 0 before the first."""
    return select_only(db, int, SQL["last_change"])


def has_changed(db: Reader, type_id: int, after: int) -> bool:
    """Return whether contacts or fields of a type have changed after a change number."""
    return select_only(db, bool, SQL["has_changed"], (after, type_id))


def has_changed_of_account(db: Reader, account_id: int, after: int) -> bool:
    """Return whether anything of an account has changed after a change number."""
    return select_only(db, bool, SQL["has_changed_of_account"], (after, account_id))


def first_kept_change(db: Reader) -> int | None:
    """Return the oldest change that the feed still has, or None when it has none."""
    return scalar(db, int, SQL["first_change"])


def touched_contacts(db: Reader, after: int, up_to: int) -> list[Touched]:
    """Collect the contacts that any changes in a span were about, in the order in which they were last touched."""
    groups = select(db, _listed, SQL["touched_contacts"], (after, up_to))
    groups += select(db, _in_range, SQL["arrived_contacts"], (after, up_to))
    return [touched for _, touched in sorted(groups, key=itemgetter(0))]


def end_of_step(db: Reader, after: int, contacts: int) -> int | None:
    """Return the change up to which about so many contacts were touched since another, or None when there were
    fewer."""
    return scalar(db, int, SQL["end_of_step"], (after, contacts))


def rare_changes(db: Reader, after: int, up_to: int) -> list[Change]:
    """List the changes in a span that were about more than one contact, in order."""
    return select(db, _change, SQL["rare_changes"], (after, up_to))


def instant_of(db: Reader, change: int) -> datetime | None:
    """Tell when a change was made, or None for one that the feed no longer has."""
    return select_one(db, from_micros, SQL["at"], (change,))


def trim(db: Transaction, up_to: int) -> None:
    """Drop changes that the column store has applied for good."""
    run(db, SQL["trim"], (up_to,))


def store_id(db: Reader) -> str:
    """Return the identity of these records, by which the column store knows whose copy it is."""
    return select_only(db, str, SQL["store_id"])


def _listed(change: int, type_id: int, at: int, cause: str, ids: str) -> tuple[int, Touched]:
    return change, Touched(type_id, at, Cause(cause), msgspec.json.decode(ids, type=list[int]))


def _in_range(change: int, type_id: int, at: int, cause: str, first_id: int, last_id: int) -> tuple[int, Touched]:
    return change, Touched(type_id, at, Cause(cause), range(first_id, last_id + 1))


def _change(
    change: int,
    subject: str,
    type_id: int,
    segment_id: int | None,
    contact_id: int | None,
    added_id: int | None,
    at: int,
    cause: str,
) -> Change:
    return Change(change, subject, type_id, segment_id, contact_id, added_id, at, Cause(cause))
