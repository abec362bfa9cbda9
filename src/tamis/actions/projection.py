"""Bring the projection up to date with the change log and the time: the one module that moves data between the
stores."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from tamis import log
from tamis.actions.change_batches import changes_batch, restore_batch, rewind_batch
from tamis.columns.engine.store import Columns
from tamis.columns.interface.view import Watermark
from tamis.domain.errors import Unavailable
from tamis.records import change_log, types
from tamis.records.engine.store import Records
from tamis.records.events.sealed.upkeep import sealed_change
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.history.read import read_history as whole_history
from tamis.records.history.write import record_progress

CONTACTS_PER_BATCH = 200_000
KEPT_CHANGES = 50_000


def project(records: Records, columns: Columns, clock: Callable[[], datetime]) -> None:
    """Project every acknowledged write and the time up to now, or restore a projection that cannot follow; raises
    Unavailable."""
    db = records.reader()
    with records.diagnosing():
        try:
            _project(records, db, columns, clock)
        except Unavailable:
            if columns.failure is None:
                raise
            _project(records, db, columns, clock)  # either it has recovered, or this raises why not


def _project(records: Records, db: Reader, columns: Columns, clock: Callable[[], datetime]) -> None:
    if columns.failure:
        columns.recover()
    now, wanted = clock(), change_log.last_change(db)  # later writes need not be waited for
    if _is_fresh(db, columns, now, wanted) and not _types_ahead(columns, clock):
        return
    with columns.lock:
        while True:
            now = min(now, clock())
            if not _is_fresh(db, columns, now, wanted):
                with snapshot(db):
                    _project_batch(db, columns, now)
            elif ahead := _types_ahead(columns, clock):
                with snapshot(db):
                    columns.project(rewind_batch(db, columns.applied or 0, ahead))
            else:
                break
        _trim(records, db, columns)
        _note_followed(records, columns)


def project_snapshot(db: Reader, columns: Columns, clock: Callable[[], datetime]) -> datetime:
    """Project everything in an open snapshot of the records; returns the instant as of which the projection is
    right."""
    now = clock()
    while not _is_fresh(db, columns, now, change_log.last_change(db)):
        _project_batch(db, columns, now)
    if ahead := _types_ahead(columns, clock):
        columns.project(rewind_batch(db, columns.applied or 0, ahead))
    return now


def _is_fresh(db: Reader, columns: Columns, now: datetime, wanted: int) -> bool:
    """Return whether the projection has applied the wanted change, and the time up to `now`."""
    if columns.is_behind or columns.applied is None or not wanted <= columns.applied <= change_log.last_change(db):
        return False
    return not any(due <= now for due in columns.watermark.due.values())


def is_fresh_for_account(db: Reader, watermark: Watermark, now: datetime, account_id: int) -> bool:
    """Return whether a projection has every change of an account, and every effect of time up to `now`, which must be
    read from the clock after `watermark`."""
    if watermark.applied is None or watermark.applied > change_log.last_change(db):
        return False
    if change_log.has_account_changed(db, account_id, watermark.applied):
        return False
    if not watermark.as_of:  # most often nothing depends on the time
        return True
    type_ids = {found.id for found in types.types_of_account(db, account_id)}
    if any(due <= now for type_id, due in watermark.due.items() if type_id in type_ids):
        return False
    return not any(as_of > now for type_id, as_of in watermark.as_of.items() if type_id in type_ids)


def _types_ahead(columns: Columns, clock: Callable[[], datetime]) -> dict[int, datetime]:
    """Find the contact types that were evaluated as of a later instant than the clock shows, since it was set back;
    returns the clock's instant for each."""
    evaluated = columns.watermark.as_of  # read before the clock: otherwise another thread may have advanced it
    now = clock() if evaluated else None
    return {type_id: now for type_id, as_of in evaluated.items() if now and as_of > now}


def _project_batch(db: Reader, columns: Columns, now: datetime) -> None:
    applied, first = columns.applied, change_log.first_change(db)
    last = change_log.last_change(db)
    is_cut = applied is not None and applied < last and (first is None or first > applied + 1)
    is_cut |= applied is not None and applied < sealed_change(db)
    if applied is None or columns.is_behind or applied > last or is_cut:
        _restore(db, columns, now, last)
        return
    up_to = change_log.find_batch_end(db, applied, CONTACTS_PER_BATCH) or last
    if up_to < last:
        now = change_log.time_of_change(db, up_to) or now
    due = [type_id for type_id, instant in columns.watermark.due.items() if instant <= now]
    columns.project(changes_batch(db, applied, up_to, last, due, now))


def _restore(db: Reader, columns: Columns, now: datetime, last: int) -> None:
    log.event("columns_build_started")
    started = monotonic()
    kept = whole_history(db)
    columns.restore(kept, restore_batch(db, kept.position, now, last))
    log.event("columns_build_finished", seconds=round(monotonic() - started, 1))


def _trim(records: Records, db: Reader, columns: Columns) -> None:
    """Drop old changes from the change log, but none that restoring the projection would need: the history first notes
    how far the projection has come."""
    first = change_log.first_change(db)
    if columns.applied and not columns.is_behind and first and columns.applied - first > 2 * KEPT_CHANGES:
        applied, mark, as_of = columns.applied, columns.history.kept.mark, columns.watermark.as_of

        def trim(writer: Transaction) -> None:
            record_progress(writer, mark, applied, as_of)
            change_log.trim(writer, applied - KEPT_CHANGES)

        records.submit(trim)


def _note_followed(records: Records, columns: Columns) -> None:
    """Note now and then, without waiting, how far the projection has come with writes that changed no membership.

    Restored from an earlier point, it would not know that these were applied before time went on.
    """
    watermark, kept = columns.watermark, columns.history.kept
    if columns.is_behind or not watermark.as_of or watermark.applied is None:
        return
    if columns.history.is_time_to_record(watermark.applied):
        applied, as_of = watermark.applied, watermark.as_of
        records.submit(lambda writer: record_progress(writer, kept.mark, applied, as_of))
