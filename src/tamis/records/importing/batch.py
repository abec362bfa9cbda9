"""Storing contacts in batches: SQLite compares them with existing ones, so that Python only handles changed
contacts."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.errors import Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.instants import to_micros
from tamis.records import change_log
from tamis.records.consent import email_exclusions
from tamis.records.contacts import ContactRow
from tamis.records.engine.sql import run, run_many, scalar, select, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import journal
from tamis.records.queries import load

SQL = load("batch")


class BatchComparison(NamedTuple):
    """How many rows of a batch are existing contacts, and the numbers, as JSON, of rows that may change these."""

    known: int
    differing: str


class ChangedRow(NamedTuple):
    """A row that may change a contact, by its number from 1 on, and what is stored of the contact."""

    number: int
    id: int
    email: str
    document: str
    present_email: str
    present_document: str


@contextmanager
def staged_rows(db: Transaction, rows: Sequence[ContactRow]) -> Iterator[None]:
    """Stage rows with distinct emails for the other functions during a block.

    An error in the block must end the transaction or its savepoint."""
    run(db, SQL["make"])
    run_many(db, SQL["add"], rows)
    yield
    run(db, SQL["clear"])


def compare_with_contacts(db: Reader, type_id: int, erasable: Collection[int]) -> BatchComparison:
    """Compare the staged rows with the contacts of a type.

    Values that a row lacks are kept, except of the fields in `erasable`; a null in a row's document clears one. Only
    rows without `erasable` fields may have nulls."""
    return select_only(db, BatchComparison, SQL["compare"], (type_id, _nulls(erasable)))


def known_rows(db: Reader, type_id: int) -> list[int]:
    """Return the numbers, from 1 on, of the staged rows whose emails are those of contacts."""
    return select(db, int, SQL["known"], (type_id,))


def changed_rows(db: Reader, type_id: int, numbers: str) -> list[ChangedRow]:
    """Return the staged rows that differ from their contacts by `compare_with_contacts`.

    Some may not change anything, because the same values can be written in two ways."""
    return select(db, ChangedRow, SQL["changed"], (type_id, numbers))


def insert_new(
    db: Transaction,
    type_id: int,
    count: int,
    known: int,
    now: datetime,
    cause: Cause = Cause.CONTACT,
    import_id: int | None = None,
) -> None:
    """Insert the new ones of `count` staged rows, of which `known` are contacts, in the order in which they were given.

    They get consecutive IDs. `import_id` is the import that can be undone. Raises Refused when IDs have run out."""
    new = count - known
    if not new:
        return
    first = (scalar(db, int, SQL["last_id"]) or 0) + 1
    if first + new > EXTERNAL_BIT:
        raise Refused("no_contact_numbers_left")
    if known:
        run(db, SQL["drop_known"], (type_id,))
    run(db, SQL["insert"], (type_id, to_micros(now), import_id))
    email_exclusions.transfer_to_new_contacts(db, type_id, first, first + new - 1)
    if import_id is not None:
        journal.record_created(db, import_id, first, first + new - 1)
    change_log.record_contact_range(db, type_id, first, first + new - 1, now, cause)


def _nulls(field_ids: Collection[int]) -> str:
    return msgspec.json.encode(dict.fromkeys(map(str, field_ids))).decode()
