"""Undoing an import in batches: created contacts are deleted, changed ones get their previous state.

The undo data of a batch is dropped with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import to_micros
from tamis.records import change_log
from tamis.records.consent import email_exclusions
from tamis.records.engine.sql import run, run_many, select, select_one, select_only, select_tuples
from tamis.records.events.read import of_contacts
from tamis.records.events.write import remove_of_contacts
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import journal
from tamis.records.queries import load

SQL = load("undo")


class _Span(NamedTuple):
    first_id: int
    last_id: int


class CreatedBatch(NamedTuple):
    """A batch of contacts that an import created: those that exist with IDs from `first` to `last`, either as the
    import left them or touched since."""

    first: int
    last: int
    as_left: list[int]
    touched: list[int]


class PreviousState(NamedTuple):
    """The state of a contact before an import changed it.

    `updated_at` is in microseconds since 1970, `import_before` is the import that had written it last. `is_there` tells
    whether the contact exists, `as_left` whether it is as the import left it."""

    id: int
    email: str
    document: str
    updated_at: int
    import_previous_state: int | None
    is_there: bool
    as_left: bool


def size(db: Reader, import_id: int) -> int:
    """Count the contacts that are left to process."""
    return select_only(db, int, SQL["size"], (import_id,))


def next_created(db: Reader, import_id: int, most: int) -> CreatedBatch | None:
    """Return the next batch of contacts that an import created, or None when there are none left.

    A contact is touched when anything else has changed it, it was included or excluded manually, or it has events."""
    span = select_one(db, _Span, SQL["first_range"], (import_id,))
    if span is None:
        return None
    first, last = span.first_id, min(span.last_id, span.first_id + most - 1)
    rows = select_tuples(db, tuple[int, int], SQL["created"], (import_id, first, last))
    as_left = [id_ for id_, is_as_left in rows if is_as_left]
    with_events = of_contacts(db, as_left).keys() if as_left else set[int]()
    untouched = [id_ for id_ in as_left if id_ not in with_events]
    kept = set(untouched)
    return CreatedBatch(first, last, untouched, [id_ for id_, _ in rows if id_ not in kept])


def delete_created(db: Transaction, import_id: int, type_id: int, batch: CreatedBatch, now: datetime) -> None:
    """Delete the contacts of a batch that are as the import left them; older manual overrides of their emails stay."""
    if batch.as_left:
        ids = _json(batch.as_left)
        run(db, SQL["record_inclusions"], (ids, to_micros(now), Cause.UNDO.value))
        run(db, SQL["forget_contacts"], (ids,))
        remove_of_contacts(db, batch.as_left)
        email_exclusions.keep_after_deletion(db, batch.as_left)
        run(db, SQL["delete_contacts"], (ids,))
        change_log.record_contact_changes(db, type_id, batch.as_left, now, Cause.UNDO)
    span = select_only(db, _Span, SQL["first_range"], (import_id,))
    run(db, SQL["drop_range"], (import_id, batch.first))
    if batch.last < span.last_id:
        journal.record_created(db, import_id, batch.last + 1, span.last_id)


def next_changed(db: Reader, import_id: int, most: int) -> list[PreviousState]:
    """Return the next batch of previous states, by ID."""
    return select(db, _previous_state, SQL["previous"], (import_id, most))


def restore(
    db: Transaction,
    import_id: int,
    type_id: int,
    batch: Sequence[PreviousState],
    restored: Sequence[PreviousState],
    now: datetime,
) -> None:
    """Restore the previous state of some contacts of a batch."""
    rows = ((b.email, b.document, b.updated_at, b.import_previous_state, b.id) for b in restored)
    run_many(db, SQL["restore"], rows)
    change_log.record_contact_changes(db, type_id, (b.id for b in restored), now, Cause.UNDO)
    run(db, SQL["drop_previous"], (import_id, batch[-1].id))


def emails(db: Reader, contact_ids: Sequence[int]) -> list[str]:
    """Return the emails of those contacts that exist, by ID."""
    return select(db, str, SQL["emails"], (_json(contact_ids),))


def _previous_state(
    id_: int, email: str, document: str, updated_at: int, import_previous_state: int | None, is_there: int, as_left: int
) -> PreviousState:
    return PreviousState(id_, email, document, updated_at, import_previous_state, bool(is_there), bool(as_left))


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
