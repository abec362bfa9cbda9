"""The one place that sees both stores: the columns follow the change log of the records, and the time."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from tamis import log
from tamis.actions.change_batches import changes_between, everything, set_back
from tamis.columns.engine.store import Columns
from tamis.columns.interface.view import Standing
from tamis.domain.errors import Unavailable
from tamis.records import change_log, types
from tamis.records.engine.store import Records
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.history.read import whole as whole_history
from tamis.records.history.write import note_followed

TOUCHED_A_STEP = 200_000
KEPT_CHANGES = 50_000


def catch_up(records: Records, columns: Columns, clock: Callable[[], datetime]) -> None:
    """Let the columns follow the records up to the last acknowledged write, and time up to now, or rebuild them when
    they cannot. Raises Unavailable."""
    db = records.reader()
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
    now, wanted = clock(), change_log.last_change(db)  # what is written from here on is not waited for
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
        _note_followed(records, columns)


def settle(db: Reader, columns: Columns, clock: Callable[[], datetime]) -> datetime:
    """Let the columns follow up to what a snapshot of the records has; gives the instant as of which they are right."""
    now = clock()
    while not _is_fresh(db, columns, now, change_log.last_change(db)):
        _step(db, columns, now)
    if ahead := _ahead(columns, clock):
        columns.project(set_back(db, columns.applied or 0, ahead))
    return now


def _is_fresh(db: Reader, columns: Columns, now: datetime, wanted: int) -> bool:
    """Return whether the columns have followed up to a wanted change, and time up to an instant."""
    if columns.is_behind or columns.applied is None or not wanted <= columns.applied <= change_log.last_change(db):
        return False
    return not any(due <= now for due in columns.standing.due.values())


def is_fresh_for(db: Reader, standing: Standing, now: datetime, account_id: int) -> bool:
    """Return whether a projection that stands like this lacks nothing of an account: no change, and nothing that time
    has brought up to `now`, which was read after it."""
    if standing.applied is None or standing.applied > change_log.last_change(db):
        return False
    if change_log.has_account_changed(db, account_id, standing.applied):
        return False
    if not standing.as_of:  # as a rule, nothing depends on the time
        return True
    of_account = {found.id for found in types.types_of_account(db, account_id)}
    if any(due <= now for type_id, due in standing.due.items() if type_id in of_account):
        return False
    return not any(as_of > now for type_id, as_of in standing.as_of.items() if type_id in of_account)


def _ahead(columns: Columns, clock: Callable[[], datetime]) -> dict[int, datetime]:
    """Find the contact types whose memberships are right as of a later instant than the clock shows, because somebody
    has set it back; gives what it shows."""
    reached = columns.standing.as_of  # read before the clock is: otherwise another thread may have gone further
    now = clock() if reached else None
    return {type_id: now for type_id, as_of in reached.items() if now and as_of > now}


def _step(db: Reader, columns: Columns, now: datetime) -> None:
    applied, first = columns.applied, change_log.first_change(db)
    last = change_log.last_change(db)
    is_cut = applied is not None and applied < last and (first is None or first > applied + 1)
    if applied is None or columns.is_behind or applied > last or is_cut:
        _restore(db, columns, now, last)
        return
    up_to = change_log.find_batch_end(db, applied, TOUCHED_A_STEP) or last
    if up_to < last:
        now = change_log.time_of_change(db, up_to) or now
    due = [type_id for type_id, instant in columns.standing.due.items() if instant <= now]
    columns.project(changes_between(db, applied, up_to, last, due, now))


def _restore(db: Reader, columns: Columns, now: datetime, last: int) -> None:
    log.event("columns_build_started")
    began = monotonic()
    kept = whole_history(db)
    columns.restore(kept, everything(db, kept.position, now, last))
    log.event("columns_build_finished", seconds=round(monotonic() - began, 1))


def _trim(records: Records, db: Reader, columns: Columns) -> None:
    """Drop old changes from the change log, but none that a restored projection would need: the history notes first how
    far the projection has followed."""
    first = change_log.first_change(db)
    if columns.applied and not columns.is_behind and first and columns.applied - first > 2 * KEPT_CHANGES:
        applied, mark, as_of = columns.applied, columns.history.kept.mark, columns.standing.as_of

        def trim(writer: Transaction) -> None:
            note_followed(writer, mark, applied, as_of)
            change_log.trim(writer, applied - KEPT_CHANGES)

        records.submit(trim)


def _note_followed(records: Records, columns: Columns) -> None:
    """Note now and then, without waiting for it, how far the projection has followed writes that changed no membership:
    restored from an earlier point, it would not know that they were followed before time went on."""
    standing, kept = columns.standing, columns.history.kept
    if columns.is_behind or not standing.as_of or standing.applied is None:
        return
    if columns.history.is_time_to_note(standing.applied):
        applied, as_of = standing.applied, standing.as_of
        records.submit(lambda writer: note_followed(writer, kept.mark, applied, as_of))
