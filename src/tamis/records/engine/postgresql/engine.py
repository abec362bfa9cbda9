"""The records in a PostgreSQL database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psycopg

from tamis.domain.errors import Damaged, Refused, Unavailable
from tamis.records.change_log import last_change
from tamis.records.engine.interface import DatabaseConnection, Row
from tamis.records.engine.postgresql import inspection
from tamis.records.engine.postgresql.connection import PostgresConnection, open_session
from tamis.records.engine.postgresql.errors import is_about_server, translate
from tamis.records.engine.postgresql.migration import CLAIMS, LOCKS, migrate
from tamis.records.handles import Reader


class NoKnownDamage:
    """PostgreSQL looks after its own pages: nothing is known here about damage of them."""

    damage = None

    def require_whole(self) -> None:
        """Do nothing."""

    def record(self, found: str) -> Damaged:  # noqa: ARG002
        """Return the error to raise."""
        return Damaged("records_damaged")

    def clear(self) -> None:
        """Do nothing."""


class PostgresEngine:
    """The records in the first schema of the search path of a database (see `Engine`); `url` may have a password."""

    place = "the database"
    examined = "what PostgreSQL knows of its pages and indexes"

    def __init__(self, url: str) -> None:
        self._url = url
        self.health = NoKnownDamage()
        self.writer = PostgresConnection(self._open_writer, reads_only=False)
        self._claim: psycopg.Connection[Row] | None = None
        self._last_begun = -1
        """The number of this process's last transaction among those of all writers; -1 if numbers of rows may have been
        lost in a transaction that was rolled back."""
        try:
            with _translated(), open_session(url, read_only=False) as session:
                migrate(session)
        except BaseException:
            self.writer.close()
            raise

    def _open_writer(self) -> "psycopg.Connection[Row]":
        """Open the session that writes. If one was lost, the claim may be lost as well, and another process may have
        it by now: nothing is written then."""
        if self._claim:
            try:
                self._claim.execute("SELECT 1")
            except psycopg.Error:
                self.release()
                self.claim()
        return open_session(self._url, read_only=False)

    def connect(self) -> PostgresConnection:
        """Return a connection that reads."""
        return PostgresConnection(lambda: open_session(self._url, read_only=True), reads_only=True)

    def version(self, reader: DatabaseConnection) -> int:
        """Return the count of commits, of all processes."""
        version: int = reader.execute("SELECT commits FROM store").fetchall()[0][0]
        return version

    def has_room(self) -> bool:
        """Return True: the server says when it has none."""
        return True

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Hold the lock of the one writer for a block, and commit what it writes.

        Other servers wait for it. So the numbers of changes are in the order of commits, and no number is skipped.
        """
        db, last = self.writer, self._last_begun
        self._last_begun = -1
        try:
            with _translated():
                db.execute("BEGIN").fetchall()
                db.execute(f"SELECT pg_advisory_xact_lock({LOCKS}, 'store'::regclass::oid::int)").fetchall()
                begun = db.execute("SELECT nextval('begun_writes')").fetchall()[0][0]
                if begun != last + 1:  # another process may have lost numbers in a transaction
                    db.execute("SELECT renumber()").fetchall()
                written = db.total_changes()
                yield
                if db.total_changes() != written:
                    db.execute("UPDATE store SET commits = commits + 1").fetchall()
                db.execute("COMMIT").fetchall()
                self._last_begun = begun
        except BaseException:
            with suppress(psycopg.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK").fetchall()
            raise

    def undo_job(self) -> None:
        """Go back to the savepoint, also with the numbers that rows were given since."""
        self.writer.execute("ROLLBACK TO job").fetchall()
        self.writer.execute("SELECT renumber()").fetchall()

    def ends_transaction(self, error: Exception) -> bool:
        """Return whether the connection is lost, or the server has no room."""
        return is_about_server(error)

    def translate(self, error: Exception) -> Exception:
        """Return the Tamis error for one of PostgreSQL."""
        return translate(error)

    def open_copy(self) -> AbstractContextManager[Callable[[Path], None]]:
        """Refuse: a server is backed up with its own programs."""
        raise Refused("records_on_server_not_copied")

    def truncate_log(self) -> bool:
        """Return True: the server's log is its operator's."""
        return True

    def rewrite(self) -> int | None:
        """Have the server reuse the space of deleted rows, and return the number of the last change."""
        with _translated():
            last = last_change(Reader(self.writer))
            self.writer.execute("VACUUM").fetchall()
            return last

    def find_problems(self) -> list[str]:
        """Return what PostgreSQL knows of damage."""
        with _translated(), open_session(self._url, read_only=False) as session:
            return inspection.find_problems(session)

    def compare_schema(self) -> list[str]:
        """Compare tables, indexes and functions with those that this version creates."""
        with _translated(), open_session(self._url, read_only=False) as session:
            return inspection.compare_schema(session)

    def claim(self) -> None:
        """Hold a lock of the server in a session of its own; raises Unavailable."""
        with _translated():
            session = open_session(self._url, read_only=True)
            lock = session.execute(
                f"SELECT pg_try_advisory_lock({CLAIMS}, 'store'::regclass::oid::int)".encode()
            ).fetchone()
        if lock != (True,):
            session.close()
            raise Unavailable("records_claimed")
        self._claim = session

    def release(self) -> None:
        """End the session that holds the lock."""
        if self._claim:
            self._claim.close()
            self._claim = None

    def check(self, pause: Callable[[float], bool]) -> str | None:  # noqa: ARG002
        """Return None: the server looks after its own pages."""
        return None

    def close(self) -> None:
        """Close the connection that writes, and give up the claim."""
        self.writer.close()
        self.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        translated = translate(error)
        if translated is error:
            raise
        raise translated from error
