"""The DuckDB file: who owns it, how it is opened, and what is done with one that cannot be used."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from tamis.columns.clocks import Clock, read_clocks
from tamis.columns.copies import copy_database, discard_unfinished
from tamis.columns.fold import Fold
from tamis.columns.gate import Gate
from tamis.columns.log import last_number
from tamis.columns.membership import MANY_RECENT, merge
from tamis.columns.owner import take_ownership
from tamis.columns.schema import HISTORY, HISTORY_TABLES, SCHEMA, VERSION
from tamis.domain.errors import Unavailable

FILE_NAME = "columns.duckdb"
WAL_ENDING = ".wal"
FRESH_ENDING = ".new"
SPILL_NAME = "columns.tmp"
DAMAGE = ("Corrupt", "checksum", "Could not read enough bytes")

log = logging.getLogger("tamis")


class Columns:
    """The column store of one directory, owned by this process until `close`.

    `applied` is the change number up to which it follows the records, None when it must be rebuilt from them; `sizes`
    tells how many recipients each segment has. `lock` is held by whoever lets it catch up.
    """

    def __init__(self, directory: Path, store_id: str, memory: str, threads: int) -> None:
        self.path = directory / FILE_NAME
        self.set_aside: Path | None = None
        self.damaged = False
        self._number = 0
        self._clocks: dict[int, Clock] = {}
        self.sizes: dict[int, int] = {}
        self.lock = threading.Lock()
        self._store_id = store_id
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        self._gate = Gate()
        self._own = take_ownership(directory)
        try:
            self._config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": str(directory / SPILL_NAME),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            }
            self._discard_leftovers()
            shutil.rmtree(directory / SPILL_NAME, ignore_errors=True)
            self._db = self._open()
        except BaseException:
            os.close(self._own)
            raise
        self.applied = self._applied()
        self._begin()

    @property
    def due(self) -> dict[int, datetime]:
        """When time alone will next change the memberships of a contact type, for those where it will."""
        return {type_id: clock.due for type_id, clock in self._clocks.items() if clock.due}

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give this thread's own connection for a block that reads; raises Unavailable where the file turns out to be
        damaged, after which the next `recover` begins a new one."""
        with self._gate.passing():
            try:
                yield self.cursor()
            except duckdb.Error as error:
                self._note(error)
                raise

    def recover(self) -> None:
        """Put a file aside that was found to be damaged, and begin an empty one, to be filled from the records."""
        with self.lock, self._gate.alone():
            if self.damaged:
                self._close_database()
                self.set_aside = self._put_aside()
                log.warning("the column store was damaged; it is kept as %s and built again", self.set_aside)
                self._db = self._open()
                self.applied, self.damaged = None, False
                self._begin()

    def copy(self, target: Path) -> None:
        """Write all tables to a new file, which holds nothing of what was deleted; whoever calls holds `lock`. Raises
        Unavailable."""
        try:
            copy_database(self._db, target, str(self._config["memory_limit"]), int(str(self._config["threads"])))
        except duckdb.Error as error:
            target.unlink(missing_ok=True)
            self._note(error)
            raise Unavailable(f"the column store cannot be copied: {error}") from None

    def rewrite(self) -> int | None:
        """Replace the file by a copy that holds nothing of what was deleted; gives the change number that it stands at,
        None when it is still to be filled from the records. Reads go on, but for the moment of the exchange.

        Killed at any moment, it leaves the old file or the new one, each whole.
        """
        with self.lock:
            fresh = self._beside(FRESH_ENDING)
            self._discard_leftovers()
            self.copy(fresh)
            with self._gate.alone():
                self._close_database()
                # Closing has written everything to the file; what a failure left in the log, the copy has as well.
                self._beside(WAL_ENDING).unlink(missing_ok=True)
                fresh.replace(self.path)
                _sync_directory(self.path.parent)
                self._db = self._open()
                self.applied = self._applied()
                self._begin()
            return self.applied

    def _note(self, error: BaseException) -> None:
        if _tells_damage(error):
            self.damaged = True
            raise Unavailable("the column store is damaged and will be built again: ask once more") from None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Give this thread's own connection for reading."""
        thread = threading.get_ident()
        cursor = self._cursors.get(thread)  # that of a thread which has ended serves the one that has its number now
        if cursor is None:
            cursor = self._cursors[thread] = self._db.cursor()
        return cursor

    @contextmanager
    def fold(self) -> Iterator[Fold]:
        """Apply changes in one transaction, which `Fold.finish` ends with the change number that was reached."""
        with self._transaction() as con:
            fold = Fold(con, self._number, dict(self.sizes), dict(self._clocks))
            yield fold
            assert fold.reached is not None, "a fold must be finished"
            con.execute("UPDATE meta SET applied = $1", [fold.reached])
        self.sizes, self._clocks, self._number = fold.log.sizes, fold.clocks, fold.log.last
        self.applied = fold.reached

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        con = self._db.cursor()
        con.execute("BEGIN TRANSACTION")
        try:
            yield con
            con.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):  # the failure may have ended the transaction already
                con.execute("ROLLBACK")
            self._note(error)
            if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
                raise Unavailable(f"the column store cannot follow the records: {error}") from None
            raise
        finally:
            con.close()

    def tidy(self, most: int = MANY_RECENT) -> None:
        """Merge the recent changes of memberships into the large table when there are more than `most`; for a quiet
        moment."""
        with self.lock, self._transaction() as con:
            merge(con, most)

    def start_over(self) -> None:
        """Throw the copy away, but not the history, and begin an empty one, to be filled from the records."""
        with self._transaction() as con:
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
            ).fetchall():
                if name not in HISTORY_TABLES:
                    con.execute(f'DROP TABLE "{name}"')
            self._create(con)
        self.applied = None
        self._begin()

    def close(self) -> None:
        """Write everything to the file and let others have it."""
        with self._gate.alone():
            self._close_database()
        os.close(self._own)

    def _close_database(self) -> None:
        for cursor in self._cursors.values():  # the file stays open as long as one of them does
            cursor.close()
        self._cursors = {}
        self._db.close()

    def _discard_leftovers(self) -> None:
        """Remove what a killed process may have left unfinished: it holds values of contacts."""
        discard_unfinished(self.path.parent)
        self._beside(FRESH_ENDING).unlink(missing_ok=True)

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(FILE_NAME + ending)

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.path.exists():
            try:
                return self._open_present()
            except (duckdb.Error, RuntimeError):
                self.set_aside = self._put_aside()
        try:
            db = duckdb.connect(str(self.path), config=self._config)
        except duckdb.Error as error:
            raise Unavailable(f"{self.path} cannot be made: {error}") from None
        self._create(db)
        return db

    def _open_present(self) -> duckdb.DuckDBPyConnection:
        db = duckdb.connect(str(self.path), config=self._config)
        try:
            if db.execute("SELECT version, store_id FROM meta").fetchall() != [(VERSION, self._store_id)]:
                raise duckdb.IOException("made by another version, or for other records")
            _sizes(db)
        except duckdb.Error:
            db.close()
            raise
        return db

    def _create(self, con: duckdb.DuckDBPyConnection) -> None:
        # A result that is not fetched keeps its transaction open, and with it the log from being written to the file.
        con.execute(SCHEMA).fetchall()
        con.execute(HISTORY).fetchall()
        con.execute("INSERT INTO meta VALUES ($1, $2, -1)", [VERSION, self._store_id]).fetchall()

    def _put_aside(self) -> Path:
        target = self.path.with_name(f"{FILE_NAME}.unusable-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
        self.path.replace(target)
        wal = self._beside(WAL_ENDING)
        if wal.exists():
            wal.replace(target.with_name(target.name + WAL_ENDING))
        return target

    def _begin(self) -> None:
        con = self._db.cursor()
        self.sizes, self._clocks, self._number = _sizes(con), read_clocks(con), last_number(con)
        con.close()

    def _applied(self) -> int | None:
        rows = self._db.execute("SELECT applied FROM meta").fetchall()
        return rows[0][0] if rows and rows[0][0] >= 0 else None


def _sizes(con: duckdb.DuckDBPyConnection) -> dict[int, int]:
    return dict(con.execute("SELECT segment_id, recipients FROM sizes").fetchall())


def _tells_damage(error: BaseException) -> bool:
    # A full disk gives errors of the same classes, so the words decide.
    return isinstance(error, duckdb.Error) and any(word in str(error) for word in DAMAGE)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
