"""Sealing: moving rows of events into a run, those of some contacts in each transaction."""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from tamis.records.engine.sql import run, run_many, select, select_only, select_tuples
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed.lines import write_line
from tamis.records.events.sealed.merging import level_of
from tamis.records.events.sealed.runs import Run, append_lines, drop_empty_runs, insert_run
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
MAX_ROWS = 100_000
"""More rows than this are sealed: an index of more would take random pages of the file with every batch."""
ROWS_PER_STEP = 10_000
NEWEST_KEPT = 100
"""The number of newest events of each name that stay rows, since they are what people look at."""


class _Row(NamedTuple):
    contact_id: int
    name_id: int
    at: int
    key: str
    properties: str
    occurrence: int
    identity: bytes
    change: int


def has_rows_to_seal(db: Reader, applied: int) -> bool:
    """Return whether there are so many rows that they should be sealed."""
    if select_only(db, int, SQL["count_rows"]) <= MAX_ROWS:
        return False
    rows = select_tuples(db, tuple[int, int, int], SQL["sealable"], (NEWEST_KEPT, applied))
    return sum(number for _, _, number in rows) > MAX_ROWS // 2


def seal_some(db: Transaction, current: Run | None, applied: int) -> bool:
    """Move the rows of the next contacts into the run that is being filled or a new one; only rows of changes up to
    `applied`. Return whether there are more contacts."""
    run_id = current.id if current else insert_run(db)
    rows, has_more = _next_rows(db, select_only(db, int, SQL["sealing_after"]) if current else 0)
    sealable = select_tuples(db, tuple[int, int, int], SQL["sealable"], (NEWEST_KEPT, applied))
    up_to = {name_id: change for name_id, change, _ in sealable}
    sealed = [row for row in rows if row.change <= up_to.get(row.name_id, -1)]
    if sealed:
        append_lines(db, run_id, sorted(write_line(NewEvent(*row[:6])) for row in sealed))
        run_many(db, SQL["drop_row"], [(row.contact_id, row.name_id, row.identity) for row in sealed])
        run(db, SQL["note_sealed"], (max(row.change for row in sealed),))
    run(db, SQL["set_sealing_after"], (rows[-1].contact_id if rows else 0,))
    if not has_more:
        run(db, SQL["set_level"], (level_of(select_only(db, int, SQL["events_of_run"], (run_id,))), run_id))
        drop_empty_runs(db)
    return has_more


def _next_rows(db: Reader, after: int) -> tuple[Sequence[_Row], bool]:
    """Return all rows of the next contacts, and whether there may be more after these."""
    rows = select(db, _Row, SQL["rows_after_contact"], (after, ROWS_PER_STEP))
    if len(rows) < ROWS_PER_STEP:
        return rows, False
    last = rows[-1].contact_id
    if rows[0].contact_id == last:
        return select(db, _Row, SQL["rows_of_contact"], (last,)), True
    return list(takewhile(lambda row: row.contact_id != last, rows)), True
