"""The records in one SQLite file of a data directory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import apsw

from tamis.records.change_log import last_change
from tamis.records.engine.disk import has_room
from tamis.records.engine.interface import DatabaseConnection
from tamis.records.engine.sqlite.database import BUSY_SECONDS, FILE_NAME, connect, migrate
from tamis.records.engine.sqlite.errors import translate, translate_errors
from tamis.records.engine.sqlite.inspection import check_file, compare_schema
from tamis.records.handles import Reader, snapshot
from tamis.records.integrity.check import CheckStopped, find_damage
from tamis.records.integrity.checksums import prepare
from tamis.records.integrity.commits import WitnessedCommits
from tamis.records.integrity.health import FileHealth
from tamis.records.maintenance.backup import write_copy

CHECKPOINT_TIMEOUT_MS = 2_000


class SqliteEngine:
    """The file of records in a directory (see `Engine`).

    A migration first calls `require_unused`, which may raise. Acknowledged writes that the file lacks raise Damaged,
    unless `accepts_loss`.
    """

    place = FILE_NAME
    examined = "every page and index entry"

    def __init__(
        self, directory: Path, *, accepts_loss: bool = False, require_unused: Callable[[], None] = lambda: None
    ) -> None:
        self.path = directory / FILE_NAME
        self.health = FileHealth(self.path)
        with translate_errors(self.path):
            prepare(self.path)
        self.writer = connect(self.path)
        try:
            with translate_errors(self.path):
                migrate(self.writer, require_unused)
                self._witnessed = WitnessedCommits(self.writer, self.path)
                self._witnessed.require_all(accepts_loss=accepts_loss)
        except BaseException:
            self.writer.close()
            raise

    def connect(self) -> apsw.Connection:
        """Open a connection that reads; raises Unavailable."""
        return connect(self.path)

    def version(self, reader: DatabaseConnection) -> int:
        """Return SQLite's version of the data, which differs after a commit of any other connection."""
        version: int = cast(apsw.Connection, reader).pragma("data_version")
        return version

    def has_room(self) -> bool:
        """Return whether the disk has room for a write."""
        return has_room(self.path)

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Hold the write lock for a block; commit it and record it with the witness, or roll it back."""
        try:
            with translate_errors(self.path, self.health):
                self.writer.execute("BEGIN IMMEDIATE").fetchall()
                with self._witnessed.commit():
                    yield
        except BaseException:
            if self.writer.in_transaction:
                with suppress(apsw.Error):  # whatever happens to the disk, the waiting callers must be answered
                    self.writer.execute("ROLLBACK").fetchall()
            raise

    def undo_job(self) -> None:
        """Go back to the savepoint."""
        self.writer.execute("ROLLBACK TO job").fetchall()

    def ends_transaction(self, error: Exception) -> bool:
        """Return whether SQLite may have rolled back the whole transaction."""
        return isinstance(error, apsw.FullError | apsw.IOError | apsw.CorruptError | apsw.NotADBError)

    def translate(self, error: Exception) -> Exception:
        """Return the Tamis error for one of SQLite, recording damage."""
        return translate(error, self.path, self.health) if isinstance(error, apsw.Error) else error

    @contextmanager
    def open_copy(self) -> Iterator[Callable[[Path], None]]:
        """Open a snapshot for a block, and yield a function that writes it to a file. Writes go on meanwhile."""
        self.health.require_whole()
        db = connect(self.path)
        try:
            with translate_errors(self.path, self.health), snapshot(Reader(db)):
                db.execute("SELECT id FROM store").fetchall()  # the first read opens the snapshot
                yield lambda directory: write_copy(db, directory / FILE_NAME)
        finally:
            db.close()

    def truncate_log(self) -> bool:
        """Copy the write-ahead log to the file and empty it."""
        with translate_errors(self.path, self.health):
            return _truncate_log(self.writer)

    def rewrite(self) -> int | None:
        """Rewrite the file, about two seconds for a million contacts, and empty the log."""
        # Deleted rows are overwritten at once (`secure_delete`), but pages keep copies of rows that moved to another
        # page. Only a rewritten file has none.
        with translate_errors(self.path, self.health):
            last = last_change(Reader(self.writer))
            self.writer.execute("VACUUM").fetchall()
            return last if _truncate_log(self.writer) else None

    def find_problems(self) -> list[str]:
        """Let SQLite check every page, index entry and reference."""
        return self._inspect(check_file)

    def compare_schema(self) -> list[str]:
        """Compare the tables and indexes with those that the migrations make."""
        return self._inspect(compare_schema)

    def _inspect(self, find: Callable[[Reader], list[str]]) -> list[str]:
        db = connect(self.path)
        try:
            return find(Reader(db, self.translate))
        finally:
            db.close()

    def claim(self) -> None:
        """Do nothing: the lock of the projection is in the same directory."""

    def release(self) -> None:
        """Do nothing."""

    def check(self, pause: Callable[[float], bool]) -> str | None:
        """Read the whole file with pauses (see `find_damage`); what is found is recorded, and an earlier record of
        damage removed when nothing is."""
        try:
            with translate_errors(self.path):
                found = find_damage(self.path, pause)
        except CheckStopped:
            return None
        if found is None:
            self.health.clear()
        else:
            self.health.record(found)
        return found

    def close(self) -> None:
        """Close the connection that writes, and the witness."""
        self.writer.close()
        self._witnessed.close()


def _truncate_log(db: apsw.Connection) -> bool:
    db.set_busy_timeout(CHECKPOINT_TIMEOUT_MS)  # the writer must not wait long for readers
    try:
        return db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
    finally:
        db.set_busy_timeout(BUSY_SECONDS * 1000)
