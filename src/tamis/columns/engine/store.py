"""The DuckDB file: who owns it, how it is opened, and what is done with one that cannot be used."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from tamis import log
from tamis.columns.engine.copies import copy_database, discard_unfinished
from tamis.columns.engine.files import FRESH_ENDING, NAME, SPILL_NAME, WAL_ENDING, put_aside
from tamis.columns.engine.gate import Gate
from tamis.columns.engine.one_moment import at_one_moment
from tamis.columns.engine.opening import Config, make_file, open_file
from tamis.columns.engine.owner import take_ownership
from tamis.columns.engine.state import EMPTY, State, read_standing, read_state, standing_of
from tamis.columns.engine.trouble import EngineFault, Trouble, keeps_out, message_of, trouble_of
from tamis.columns.history.link import HistoryLink, HistoryStore
from tamis.columns.interface.view import ColumnsView, Sized, Standing
from tamis.columns.layout.membership import MANY_RECENT, merge
from tamis.columns.layout.tables import make_anew
from tamis.columns.projector.batch import ChangeBatch
from tamis.columns.projector.pipeline import project
from tamis.columns.reads.view import DuckView
from tamis.domain.errors import Abandoned, Problem, Unavailable
from tamis.domain.history import KeptHistory
from tamis.files.durable import put_in_place


class Columns:
    """The column store of one directory, owned by this process until `close`.

    `applied` is the change number up to which it follows the records, None when it must be rebuilt from them.
    `sized` is up to where it stands, with how many recipients each segment has there: one pair, lest anybody read one
    half of it before a transaction and the other after it. `trimmed` is the day on which old history was dropped last.
    The file stands at the history that is kept when both have the same mark. `lock` is held by whoever lets it catch
    up. Through the gate `lasting` passes, before `lock` is taken, whoever reads for longer than a moment: who replaces
    the file waits for them before all others have to wait for the file.
    """

    def __init__(self, directory: Path, store_id: str, memory: str, threads: int, history: HistoryStore) -> None:
        self.path = directory / NAME
        self.set_aside: Path | None = None
        self.trouble: Trouble | None = None
        self.applied: int | None = None
        self.trimmed: date | None = None
        self.lock = threading.Lock()
        self._store_id = store_id
        self.history = HistoryLink(history, directory / SPILL_NAME)
        self._mark = 0
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        self._gate = Gate()
        self.lasting = Gate()
        self._rewriting = threading.Lock()
        self._state = EMPTY
        self.sized = Sized(standing_of(None, {}), {})
        self._published: Sized | None = None
        self._own = take_ownership(directory)
        try:
            self._config: Config = {
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": str(directory / SPILL_NAME),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            }
            self._discard_leftovers()
            shutil.rmtree(directory / SPILL_NAME, ignore_errors=True)
            self._open_again()
        except BaseException:
            os.close(self._own)
            raise

    @property
    def standing(self) -> Standing:
        """Up to where it follows the records and the time."""
        return self.sized.standing

    @property
    def is_behind(self) -> bool:
        """Whether the file stands at another history than the one that is kept, and has to be restored from it."""
        return self.applied is None or self._mark != self.history.kept.mark

    @contextmanager
    def view(self) -> Iterator[ColumnsView]:
        """Read the store as it is at one moment, on this thread's own connection; a thread reads one moment at a time.
        Raises Unavailable where the file is damaged or the database has stopped, which the next `recover` mends, and
        where memory and disk do not suffice, and Abandoned where it is interrupted."""
        with self._gate.passing():
            if self.applied is None or self.trouble:
                raise Unavailable("columns_being_built")
            try:
                con, known = self.cursor(), self._published
                with at_one_moment(con) as applied:
                    # Where nothing was committed between two looks, what is kept in memory is of the same moment.
                    same = known and known is self._published and known.standing.applied == applied
                    yield DuckView(con, known.standing if known and same else read_standing(con, applied))
            except duckdb.InterruptException:
                raise Abandoned from None
            except duckdb.Error as error:
                self._note(error, "answer")
                raise

    def recover(self) -> None:
        """Open a database again that has stopped; put a file aside that was found to be damaged, and begin an empty
        one, to be filled from the records. Raises Unavailable, and can then be tried again."""
        with self.lock, self._gate.alone():
            if self.trouble:
                self._close_database()
                if self.trouble is Trouble.DAMAGED and self.path.exists():
                    self.set_aside = put_aside(self.path, "damaged")
                self._open_again()

    def _copy(self, target: Path) -> None:
        try:
            copy_database(self._db, target, str(self._config["memory_limit"]), int(str(self._config["threads"])))
        except duckdb.Error as error:
            target.unlink(missing_ok=True)
            self._note(error, "be copied")
            raise Unavailable("columns_not_copied", reason=str(error)) from None

    def rewrite(self) -> int | None:
        """Replace the file by a copy that holds nothing of what was deleted; gives the change number that it stands at,
        None when it is still to be filled from the records. Reads go on, but for the moment of the exchange.

        Killed at any moment, it leaves the old file or the new one, each whole.
        """
        with self._rewriting, self.lasting.alone(), self.lock:
            fresh = self._beside(FRESH_ENDING)
            self._discard_leftovers()
            self._copy(fresh)
            with self._gate.alone():
                self.trouble = Trouble.STOPPED  # should anything fail before it is open again, `recover` mends it
                self._close_database()
                # Closing has written everything to the file; what a failure left in the log, the copy has as well.
                self._beside(WAL_ENDING).unlink(missing_ok=True)
                put_in_place(fresh, self.path)
                self._open_again()
            return self.applied

    def _note(self, error: BaseException, doing: str) -> None:
        """Raise what an error means for people as Unavailable, if it means anything for the store as a whole, and
        EngineFault for any other error of the engine."""
        if (trouble := trouble_of(error)) is None:
            if isinstance(error, duckdb.Error):
                raise EngineFault(type(error).__name__) from error
            return
        if trouble is Trouble.SCARCE:
            log.event("columns_short_of_room", level=logging.ERROR, error=error)
            raise Unavailable.of([Problem.of("", message_of(error, doing))]) from None
        if self.trouble is not Trouble.DAMAGED:
            self.trouble = trouble
        if trouble is Trouble.DAMAGED:
            raise Unavailable("columns_damaged") from None
        log.event("columns_stopped", level=logging.ERROR, error=error)
        raise Unavailable("columns_stopped") from None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return this thread's own connection for reading."""
        thread = threading.get_ident()
        if thread not in self._cursors:  # that of a thread which has ended serves the one that has its number now
            self._cursors[thread] = self._db.cursor()
        return self._cursors[thread]

    def interrupt(self, thread: int) -> None:
        """Stop the statement that a thread reads with, if it runs one: its `view` raises Abandoned."""
        if cursor := self._cursors.get(thread):
            cursor.interrupt()

    def project(self, batch: ChangeBatch) -> None:
        """Take in a batch of changes as a whole, in one transaction; raises Unavailable, and then nothing of it is.

        What it adds to the history is kept before the transaction is committed: a crash in between leaves a file that
        is behind what is kept, and is restored.
        """
        with self._transaction() as con:
            state = project(con, self._state, batch)
            self._published = None  # from here on, what is kept in memory may be of another moment than what is stored
            self.history.keep(con, state, batch)
        self._arrive(state, batch)

    def restore(self, kept: KeptHistory, batch: ChangeBatch) -> None:
        """Throw the copy away, and make one of the kept history and a batch that has everything else, in one
        transaction; raises Unavailable, and then nothing was done."""
        with self._transaction() as con:
            self._published = None
            make_anew(con, self._store_id)
            self.history.load(con, kept)
            state = replace(read_state(con), number=kept.position.number)
            state = project(con, state, batch)
            self.history.keep(con, state, batch)
        self._arrive(state, batch)

    def _arrive(self, state: State, batch: ChangeBatch) -> None:
        self._state = replace(state, days=state.days.committed())
        self._mark = self.history.kept.mark
        self.applied = batch.reached
        self.sized = self._published = Sized(standing_of(batch.reached, state.clocks), state.sizes)

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
            self._note(error, "follow the records")
            raise
        finally:
            con.close()

    def tidy(self, most: int = MANY_RECENT) -> None:
        """Merge the recent changes of memberships into the large table when there are more than `most`; for a quiet
        moment."""
        with self.lock, self._transaction() as con:
            merge(con, most)

    def trim(self, zones: Mapping[int, ZoneInfo], now: datetime, kept_days: int) -> None:
        """Drop history that is older than so many days, here and where it is kept, in steps between which others have
        their turn; raises Unavailable."""
        while self.trimmed != now.date():
            with self.lock:
                if self.is_behind:
                    raise Unavailable("columns_behind_history")
                with self._transaction() as con:
                    done = self.history.trim(con, self._state, zones, now, kept_days)
                self._mark = self.history.kept.mark
                if done:
                    self.trimmed = now.date()

    def start_over(self) -> None:
        """Let the copy be thrown away by the next that follow, who restore it from the records."""
        with self._transaction() as con:
            con.execute("UPDATE meta SET applied = -1, mark = 0")
        self._mark, self.applied = 0, None
        self.sized = Sized(standing_of(None, {}), {})

    def close(self) -> None:
        """Write everything to the file and let others have it; what is still being looked up is given up."""
        with self._gate.alone(self._cursors):
            self._close_database()
        os.close(self._own)

    def _close_database(self) -> None:
        while self._cursors:  # the file stays open as long as one of them does
            self._cursors.popitem()[1].close()
        self._db.close()

    def _discard_leftovers(self) -> None:
        """Remove what a killed process may have left unfinished: it holds values of contacts."""
        discard_unfinished(self.path.parent)
        for ending in (FRESH_ENDING, FRESH_ENDING + WAL_ENDING):
            self._beside(ending).unlink(missing_ok=True)

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(NAME + ending)

    def _open_again(self) -> None:
        self.history.look()
        self._db = self._open()
        with self._db.cursor() as con:
            applied, self._mark = con.execute("SELECT applied, mark FROM meta").fetchall()[0]
            self._state = read_state(con)
        self.applied = applied if applied >= 0 else None
        self.trimmed = self.history.kept.trimmed
        self.sized = self._published = Sized(standing_of(self.applied, self._state.clocks), self._state.sizes)
        self.trouble = None

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.path.exists():
            try:
                return open_file(self.path, self._config, self._store_id, self.history)
            except (duckdb.Error, RuntimeError) as error:
                if keeps_out(error):
                    raise Unavailable("columns_not_opened", file=str(self.path), reason=str(error)) from None
                self.set_aside = put_aside(self.path, "damaged, or of other records or another version")
        self._beside(WAL_ENDING).unlink(missing_ok=True)  # one without its file is of no use, and would be read
        self._discard_leftovers()
        make_file(self.path, self._beside(FRESH_ENDING), self._config, self._store_id)
        return open_file(self.path, self._config, self._store_id, self.history)
