"""Take back what an import has done, piece by piece: what it made is deleted, what it changed is as it was before. What
is kept of a piece for that goes with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.instants import to_micros
from tamis.domain.membership_changes import Cause
from tamis.records import change_log, email_exclusions
from tamis.records.engine.sql import run, run_many, select, select_one, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import journal
from tamis.records.queries import load

SQL = load("undo")


class _Span(NamedTuple):
    first_id: int
    last_id: int


class Created(NamedTuple):
    """A piece of the contacts that an import has made: those of the ids from `first` to `last` that are there, and as
    the import has left them, or touched since."""

    first: int
    last: int
    as_left: list[int]
    touched: list[int]


class Before(NamedTuple):
    """What a contact was before an import changed it: `updated_at` is in microseconds since 1970, `import_before` the
    import that had written it last; whether it is there now, and as the import has left it."""

    id: int
    email: str
    document: str
    updated_at: int
    import_before: int | None
    is_there: bool
    as_left: bool


def size(db: Reader, import_id: int) -> int:
    """Count the contacts that are left to be looked at."""
    return select_only(db, int, SQL["size"], (import_id,))


def next_created(db: Reader, import_id: int, most: int) -> Created | None:
    """Return a piece of the contacts that an import has made, or None when nothing is left of them. A contact is
    touched when anybody else has written it, or has added or excluded it by hand since."""
    span = select_one(db, _Span, SQL["first_range"], (import_id,))
    if span is None:
        return None
    first, last = span.first_id, min(span.last_id, span.first_id + most - 1)
    rows = select_tuples(db, tuple[int, int], SQL["created"], (import_id, first, last))
    return Created(
        first, last, [id_ for id_, as_left in rows if as_left], [id_ for id_, as_left in rows if not as_left]
    )


def delete_created(db: Transaction, import_id: int, type_id: int, piece: Created, now: datetime) -> None:
    """Delete those contacts of a piece that are as the import has left them. What was done by hand with their addresses
    before they were contacts stays."""
    if piece.as_left:
        ids = _json(piece.as_left)
        run(db, SQL["record_inclusions"], (ids, to_micros(now), Cause.UNDO.value))
        run(db, SQL["forget_contacts"], (ids,))
        email_exclusions.keep_after_deletion(db, piece.as_left)
        run(db, SQL["delete_contacts"], (ids,))
        change_log.record_contact_changes(db, type_id, piece.as_left, now, Cause.UNDO)
    span = select_only(db, _Span, SQL["first_range"], (import_id,))
    run(db, SQL["drop_range"], (import_id, piece.first))
    if piece.last < span.last_id:
        journal.note_created(db, import_id, piece.last + 1, span.last_id)


def next_befores(db: Reader, import_id: int, most: int) -> list[Before]:
    """Return a piece of what contacts were before an import changed them, in order of id."""
    return select(db, _before, SQL["befores"], (import_id, most))


def restore(
    db: Transaction,
    import_id: int,
    type_id: int,
    piece: Sequence[Before],
    restored: Sequence[Before],
    now: datetime,
) -> None:
    """Let some contacts of a piece be what they were."""
    rows = ((b.email, b.document, b.updated_at, b.import_before, b.id) for b in restored)
    run_many(db, SQL["restore"], rows)
    change_log.record_contact_changes(db, type_id, (b.id for b in restored), now, Cause.UNDO)
    run(db, SQL["drop_befores"], (import_id, piece[-1].id))


def emails(db: Reader, contact_ids: Sequence[int]) -> list[str]:
    """Return the addresses of those of some contacts that are there, in order of id."""
    return select(db, str, SQL["emails"], (_json(contact_ids),))


def _before(
    id_: int, email: str, document: str, updated_at: int, import_before: int | None, is_there: int, as_left: int
) -> Before:
    return Before(id_, email, document, updated_at, import_before, bool(is_there), bool(as_left))


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
