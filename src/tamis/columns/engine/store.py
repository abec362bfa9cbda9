"""The projection: one DuckDB file, with its transactions, views, recovery and compaction."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from tamis import log
from tamis.columns.engine.compaction import compact, discard_leftovers
from tamis.columns.engine.errors import EngineFault, StoreFailure, classify_error, is_external_cause, message_of
from tamis.columns.engine.files import NAME, NEW_SUFFIX, SPILL_NAME, WAL_SUFFIX, quarantine
from tamis.columns.engine.opening import make_config, make_file, open_file
from tamis.columns.engine.process_lock import acquire_lock
from tamis.columns.engine.read_transaction import read_transaction
from tamis.columns.engine.rwlock import RWLock
from tamis.columns.engine.state import EMPTY, State, read_state, read_watermark, watermark_of
from tamis.columns.history.link import HistoryLink, HistoryStore
from tamis.columns.interface.view import CachedSizes, ColumnsView, Watermark
from tamis.columns.layout.membership import MERGE_WHEN_IDLE, merge
from tamis.columns.layout.tables import recreate
from tamis.columns.projector.batch import ChangeBatch
from tamis.columns.projector.pipeline import project
from tamis.columns.reads.view import DuckView
from tamis.domain.errors import Abandoned, Problem, Unavailable
from tamis.domain.segments.history import KeptHistory, ProjectedBatch
from tamis.files.durable import replace_durably


class Columns:
    """The projection of one directory, locked by this process until `close`.

    `applied` is the number of the last change applied, None if the store must be rebuilt from the records.
    `segment_sizes` has the watermark and the sizes of segments: one object, so that no thread reads one of them before
    a transaction and the other after it. `trimmed` is the day on which old history was last dropped. The file is up to
    date with the kept history when both have the same mark.

    `announce` is called for each transaction of the projector, with what it has added. Writers hold `lock`. Long
    reads hold `rewrite_lock` as readers, acquired before `lock`: a rewrite waits for them before it makes short reads
    wait.
    """

    def __init__(self, directory: Path, store_id: str, memory: str, threads: int, history: HistoryStore) -> None:
        self.path = directory / NAME
        self.quarantined: Path | None = None
        self.failure: StoreFailure | None = None
        self.applied: int | None = None
        self.trimmed: date | None = None
        self.lock = threading.Lock()
        self._store_id = store_id
        self.announce: Callable[[ProjectedBatch], None] = lambda _: None
        self.history = HistoryLink(history, directory / SPILL_NAME)
        self._mark = 0
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        self._file_lock = RWLock()
        self.rewrite_lock = RWLock()
        self._rewriting = threading.Lock()
        self._state = EMPTY
        self._is_fresh = False
        self.cached_sizes = CachedSizes(watermark_of(None, {}), {})
        self._published: CachedSizes | None = None
        self._own = acquire_lock(directory)
        try:
            self._config = make_config(memory, threads, directory / SPILL_NAME)
            self._discard_leftovers()
            shutil.rmtree(directory / SPILL_NAME, ignore_errors=True)
            self._reopen()
        except BaseException:
            os.close(self._own)
            raise

    @property
    def watermark(self) -> Watermark:
        """How far the store is up to date."""
        return self.cached_sizes.watermark

    @property
    def is_behind(self) -> bool:
        """Whether the file is not up to date with the kept history, and has to be restored from it."""
        return self.applied is None or self._mark != self.history.kept.mark

    @contextmanager
    def view(self) -> Iterator[ColumnsView]:
        """Open a consistent view on this thread's own connection; a thread can have one at a time. Raises Unavailable
        if the file is damaged or the database has stopped, which `recover` repairs, or if memory or disk space runs
        out, and Abandoned if it is interrupted."""
        with self._file_lock.read():
            if self.applied is None or self.failure:
                raise Unavailable("columns_being_built")
            try:
                con, known = self.cursor(), self._published
                with read_transaction(con) as applied:
                    # If nothing was committed in between, the cached watermark is that of this transaction.
                    same = known and known is self._published and known.watermark.applied == applied
                    yield DuckView(con, known.watermark if known and same else read_watermark(con, applied))
            except duckdb.InterruptException:
                raise Abandoned from None
            except duckdb.Error as error:
                self._raise_failure(error, "answer")
                raise

    def recover(self) -> None:
        """Reopen a database that has stopped; quarantine a damaged file and create an empty one, to be restored from
        the records. Raises Unavailable, and can then be retried."""
        with self.lock, self._file_lock.write():
            if self.failure:
                self._close_database()
                if self.failure is StoreFailure.DAMAGED and self.path.exists():
                    self.quarantined = quarantine(self.path, "damaged")
                self._reopen()

    def _copy(self, target: Path) -> None:
        try:
            compact(self._db, target, str(self._config["memory_limit"]), int(str(self._config["threads"])))
        except duckdb.Error as error:
            target.unlink(missing_ok=True)
            self._raise_failure(error, "be copied")
            raise Unavailable("columns_not_copied", reason=str(error)) from None

    def rewrite(self) -> int | None:
        """Replace the file by a compacted copy without any trace of deleted rows. Return its change number, None if it
        still has to be restored from the records. Reads are blocked only while the files are swapped.

        A process killed at any time leaves either the old file or the new one, intact.
        """
        with self._rewriting, self.rewrite_lock.write(), self.lock:
            fresh = self._sibling(NEW_SUFFIX)
            self._discard_leftovers()
            self._copy(fresh)
            with self._file_lock.write():
                self.failure = StoreFailure.STOPPED  # if reopening fails, `recover` retries it
                self._close_database()
                # Closing has checkpointed the log; if that failed, the copy still has everything.
                self._sibling(WAL_SUFFIX).unlink(missing_ok=True)
                replace_durably(fresh, self.path)
                self._reopen()
            return self.applied

    def _raise_failure(self, error: BaseException, doing: str) -> None:
        """Raise Unavailable if an error is a failure of the store, and EngineFault for any other error of DuckDB."""
        if (failure := classify_error(error)) is None:
            if isinstance(error, duckdb.Error):
                raise EngineFault(type(error).__name__) from error
            return
        if failure is StoreFailure.SCARCE:
            log.event("columns_short_of_room", level=logging.ERROR, error=error)
            raise Unavailable.of([Problem.of("", message_of(error, doing))]) from None
        if self.failure is not StoreFailure.DAMAGED:
            self.failure = failure
        if failure is StoreFailure.DAMAGED:
            raise Unavailable("columns_damaged") from None
        log.event("columns_stopped", level=logging.ERROR, error=error)
        raise Unavailable("columns_stopped") from None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return this thread's own connection for reading."""
        thread = threading.get_ident()
        if thread not in self._cursors:  # a new thread may reuse the connection of an ended one
            self._cursors[thread] = self._db.cursor()
        return self._cursors[thread]

    def interrupt(self, thread: int) -> None:
        """Cancel the running query of a thread, if it has one: its `view` raises Abandoned."""
        if cursor := self._cursors.get(thread):
            cursor.interrupt()

    def project(self, batch: ChangeBatch) -> None:
        """Apply a batch of changes in one transaction; raises Unavailable if it was rolled back.

        New history is written to the records before the transaction is committed: a crash in between leaves a file that
        is behind the kept history, and is restored from it.
        """
        with self._transaction() as con:
            state = project(con, self._state, batch)
            self._published = None  # from here on, the cached sizes may differ from the stored ones
            done = self.history.keep(con, state, batch)
            if done.changes is not None:
                self.announce(done)  # it is true now, and whoever opens a view waits for the commit
        self._publish(state, done)
        if done.changes is None:
            self.announce(done)

    def restore(self, kept: KeptHistory, batch: ChangeBatch) -> None:
        """Rebuild the store from the kept history and a batch with everything else, in one transaction; raises
        Unavailable if it was rolled back."""
        with self._transaction() as con:
            self._published = None
            if not self._is_fresh:  # its tables are new and empty
                recreate(con, self._store_id)
            self.history.load(con, kept)
            state = replace(read_state(con), number=kept.position.number)
            state = project(con, state, batch)
            done = self.history.keep(con, state, batch)
        self._is_fresh = False
        self._publish(state, done)
        self.announce(done)

    def _publish(self, state: State, done: ProjectedBatch) -> None:
        self._state = state.committed()
        self._mark = self.history.kept.mark
        self.applied = done.change
        self.cached_sizes = self._published = CachedSizes(watermark_of(done.change, state.clocks), state.sizes)

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        con = self._db.cursor()
        try:
            con.execute("BEGIN TRANSACTION")
            yield con
            con.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):  # the failure may have ended the transaction already
                con.execute("ROLLBACK")
            self._raise_failure(error, "follow the records")
            raise
        finally:
            con.close()

    def tidy(self, most: int = MERGE_WHEN_IDLE) -> None:
        """Merge recent membership changes into the large table if there are more than `most`; called when idle."""
        with self.lock, self._transaction() as con:
            merge(con, most)

    def trim(self, zones: Mapping[int, ZoneInfo], purged: Collection[int], now: datetime, kept_days: int) -> None:
        """Drop old history, and that of purged segments, in both stores in short transactions; raises Unavailable."""
        while self.trimmed != now.date():
            with self.lock:
                if self.is_behind:
                    raise Unavailable("columns_behind_history")
                with self._transaction() as con:
                    done = self.history.trim(con, self._state, zones, purged, now, kept_days)
                self._mark = self.history.kept.mark
                if done:
                    self.trimmed = now.date()

    def mark_for_restore(self) -> None:
        """Mark the store as outdated, so that the next projection restores it from the records."""
        with self._transaction() as con:
            con.execute("UPDATE meta SET applied = -1, mark = 0")
        self._mark, self.applied = 0, None
        self.cached_sizes = CachedSizes(watermark_of(None, {}), {})

    def close(self) -> None:
        """Cancel running queries, checkpoint and close the file, and release the lock."""
        with self._file_lock.write(self._cursors):
            self._close_database()
        os.close(self._own)

    def _close_database(self) -> None:
        while self._cursors:  # the file stays open as long as any of them
            self._cursors.popitem()[1].close()
        self._db.close()

    def _discard_leftovers(self) -> None:
        """Remove unfinished files of a killed process: they contain values of contacts."""
        discard_leftovers(self.path.parent)
        for ending in (NEW_SUFFIX, NEW_SUFFIX + WAL_SUFFIX):
            self._sibling(ending).unlink(missing_ok=True)

    def _sibling(self, ending: str) -> Path:
        return self.path.with_name(NAME + ending)

    def _reopen(self) -> None:
        self.history.refresh_position()
        self._is_fresh = False
        self._db, self._state = self._open()
        with self._db.cursor() as con:
            applied, self._mark = con.execute("SELECT applied, mark FROM meta").fetchall()[0]
        self.applied = applied if applied >= 0 else None
        if not self.is_behind:  # the history may have skipped numbers after its last entry
            self._state = replace(self._state, number=self.history.kept.number)
        self.trimmed = self.history.kept.trimmed
        watermark = watermark_of(self.applied, self._state.clocks)
        self.cached_sizes = self._published = CachedSizes(watermark, self._state.sizes)
        self.failure = None

    def _open(self) -> tuple[duckdb.DuckDBPyConnection, State]:
        if self.path.exists():
            try:
                return open_file(self.path, self._config, self._store_id, self.history)
            except (duckdb.Error, RuntimeError) as error:
                if is_external_cause(error):
                    raise Unavailable("columns_not_opened", file=str(self.path), reason=str(error)) from None
                self.quarantined = quarantine(self.path, "damaged, or of other records or another version")
        # Left without its file, the log would be replayed into the new one.
        self._sibling(WAL_SUFFIX).unlink(missing_ok=True)
        self._discard_leftovers()
        make_file(self.path, self._sibling(NEW_SUFFIX), self._config, self._store_id)
        self._is_fresh = True
        return open_file(self.path, self._config, self._store_id, self.history)
