"""The one place that sees both stores: the columns follow the change feed of the records, and the time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from time import monotonic
from typing import TypeVar

import duckdb

from tamis import log
from tamis.actions.change_batches import changes_between, everything, set_back
from tamis.columns.engine.one_moment import at_one_moment
from tamis.columns.engine.store import Columns
from tamis.domain.errors import Unavailable
from tamis.records import feed, types
from tamis.records.engine.store import Records
from tamis.records.handles import Reader, snapshot

T = TypeVar("T")

TOUCHED_A_STEP = 200_000
KEPT_CHANGES = 50_000


def catch_up(records: Records, columns: Columns, clock: Callable[[], datetime], account_id: int | None = None) -> None:
    """Let the columns follow the records up to the last acknowledged write, and time up to now, or rebuild them when
    they cannot; for an account, up to the last write of its own: what others have written, it does not wait for.
    Raises Unavailable."""
    db = records.reader()
    if account_id is not None and is_fresh_for(db, columns, clock, account_id):
        return
    with records.explaining():
        try:
            _follow_up(records, db, columns, clock)
        except Unavailable:
            if columns.trouble is None:
                raise
            _follow_up(records, db, columns, clock)  # it has recovered, or says why it cannot


def _follow_up(records: Records, db: Reader, columns: Columns, clock: Callable[[], datetime]) -> None:
    if columns.trouble:
        columns.recover()
    now, wanted = clock(), feed.last_change(db)  # what is written from here on is not waited for
    if _is_fresh(db, columns, now, wanted) and not _ahead(columns, clock):
        return
    with columns.lock:
        while True:
            now = min(now, clock())
            if not _is_fresh(db, columns, now, wanted):
                with snapshot(db):
                    _step(db, columns, now)
            elif ahead := _ahead(columns, clock):
                with snapshot(db):
                    columns.project(set_back(db, columns.applied or 0, ahead))
            else:
                break
        _trim(records, db, columns)


@contextmanager
def both_at_one_moment(
    records: Records, columns: Columns, clock: Callable[[], datetime]
) -> Iterator[tuple[Reader, duckdb.DuckDBPyConnection, datetime]]:
    """Give both stores as they stand after the same change, and the instant as of which they do, for a block that only
    reads and is short; writes and other reads go on beside it. Raises Unavailable."""
    if columns.trouble:
        columns.recover()
    db = records.reader()
    with ExitStack() as moment:
        with columns.lock:
            moment.enter_context(snapshot(db))  # what is written from here on is not waited for
            now = _settle(db, columns, clock)
            con = moment.enter_context(columns.reading())
            moment.enter_context(at_one_moment(con))
        yield db, con, now


@contextmanager
def columns_at_one_moment(
    records: Records,
    columns: Columns,
    clock: Callable[[], datetime],
    look: Callable[[Reader, datetime], T],
) -> Iterator[tuple[T, duckdb.DuckDBPyConnection]]:
    """Give the columns as they stand at one moment, for a block that reads and may last, and before them what a short
    look at the records after the same change, and the instant, has found; nobody waits for the block to end, but for
    who replaces the file of the columns. Raises Unavailable."""
    if columns.trouble:
        columns.recover()
    db = records.reader()
    with ExitStack() as moment:
        moment.enter_context(columns.lasting())
        with columns.lock, snapshot(db):
            found = look(db, _settle(db, columns, clock))
            con = moment.enter_context(columns.reading())
            moment.enter_context(at_one_moment(con))
        yield found, con


def _settle(db: Reader, columns: Columns, clock: Callable[[], datetime]) -> datetime:
    """Let the columns follow up to what a snapshot of the records has; gives the instant as of which they are right."""
    now = clock()
    while not _is_fresh(db, columns, now, feed.last_change(db)):
        _step(db, columns, now)
    if ahead := _ahead(columns, clock):
        columns.project(set_back(db, columns.applied or 0, ahead))
    return now


def _is_fresh(db: Reader, columns: Columns, now: datetime, wanted: int) -> bool:
    """Tell whether the columns have followed up to a wanted change, and time up to an instant."""
    if columns.applied is None or not wanted <= columns.applied <= feed.last_change(db):
        return False
    return not any(due <= now for due in columns.due.values())


def is_fresh_for(db: Reader, columns: Columns, clock: Callable[[], datetime], account_id: int) -> bool:
    """Tell whether nothing of an account is left to be followed, neither a change nor time."""
    applied = columns.applied  # read first: what is followed meanwhile only makes it fresher
    if columns.trouble or applied is None or applied > feed.last_change(db):
        return False
    if feed.has_changed_of_account(db, account_id, applied):
        return False
    of_account = {found.id for found in types.types_of_account(db, account_id)}
    if any(due <= clock() for type_id, due in columns.due.items() if type_id in of_account):
        return False
    return not _ahead(columns, clock).keys() & of_account


def _ahead(columns: Columns, clock: Callable[[], datetime]) -> dict[int, datetime]:
    """Find the contact types whose memberships are right as of a later instant than the clock shows, because somebody
    has set it back; gives what it shows."""
    reached = columns.as_of  # read before the clock is: otherwise another thread may have gone further meanwhile
    now = clock() if reached else None
    return {type_id: now for type_id, as_of in reached.items() if now and as_of > now}


def _step(db: Reader, columns: Columns, now: datetime) -> None:
    applied, first = columns.applied, feed.first_kept_change(db)
    last = feed.last_change(db)
    if applied is None or applied > last or (applied < last and (first is None or first > applied + 1)):
        _rebuild(db, columns, now, last)
        return
    up_to = feed.end_of_step(db, applied, TOUCHED_A_STEP) or last
    if up_to < last:
        now = feed.instant_of(db, up_to) or now
    due = [type_id for type_id, instant in columns.due.items() if instant <= now]
    columns.project(changes_between(db, applied, up_to, last, due, now))


def _rebuild(db: Reader, columns: Columns, now: datetime, last: int) -> None:
    log.event("columns_build_started")
    began = monotonic()
    columns.start_over()
    columns.project(everything(db, now, last))
    log.event("columns_build_finished", seconds=round(monotonic() - began, 1))


def _trim(records: Records, db: Reader, columns: Columns) -> None:
    first = feed.first_kept_change(db)
    if columns.applied and first and columns.applied - first > 2 * KEPT_CHANGES:
        keep_from = columns.applied - KEPT_CHANGES
        records.submit(lambda writer: feed.trim(writer, keep_from))
