"""Many contacts at once, held against those that there are by SQLite itself: rows become Python's matter only where a
contact changes."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.errors import Refused
from tamis.domain.instants import to_micros
from tamis.domain.membership_changes import Cause
from tamis.domain.segments import EXTERNAL_BIT
from tamis.records import change_log, email_exclusions
from tamis.records.contacts import ContactRow
from tamis.records.engine.sql import run, run_many, scalar, select, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import journal
from tamis.records.queries import load

SQL = load("batch")


class Compared(NamedTuple):
    """How many rows of a batch are contacts already, and which of these say something new of them: their numbers, as
    JSON."""

    known: int
    differing: str


class Differing(NamedTuple):
    """A row that says something new of a contact, and what is stored of it."""

    id: int
    email: str
    document: str
    present_email: str
    present_document: str


@contextmanager
def staged(db: Transaction, rows: Sequence[ContactRow]) -> Iterator[None]:
    """Let the other functions see rows, whose addresses differ from each other, during a block; an error in it must
    end the transaction or its savepoint."""
    run(db, SQL["make"])
    run_many(db, SQL["add"], rows)
    yield
    run(db, SQL["clear"])


def compare(db: Reader, type_id: int, erasable: Collection[int]) -> Compared:
    """Hold the staged rows against the contacts of a type. Of those a value stays that its row does not state, but for
    the fields in `erasable`."""
    return select_only(db, Compared, SQL["compare"], (type_id, _nulls(erasable)))


def differing(db: Reader, type_id: int, numbers: str) -> list[Differing]:
    """Return the staged rows that `compare` has found to say something new; some of them may not do so after all,
    because the same values can be written in two ways."""
    return select(db, Differing, SQL["changed"], (type_id, numbers))


def insert_new(
    db: Transaction,
    type_id: int,
    count: int,
    known: int,
    now: datetime,
    cause: Cause = Cause.CONTACT,
    import_id: int | None = None,
) -> None:
    """Add those of the `count` staged rows that are no contacts, in the order in which they were given; `known` of
    them are contacts. They get consecutive ids. `import_id` is the import that adds them, which can be undone. Raises
    Refused when there are no numbers left."""
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
        journal.note_created(db, import_id, first, first + new - 1)
    change_log.record_contact_range(db, type_id, first, first + new - 1, now, cause)


def _nulls(field_ids: Collection[int]) -> str:
    return msgspec.json.encode(dict.fromkeys(map(str, field_ids))).decode()
