"""A connection to PostgreSQL that takes the statements of the records and returns the values of SQLite."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
from psycopg import adapt, pq
from psycopg.abc import Buffer
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
from psycopg.types.string import StrBinaryDumper, StrDumper

from tamis.records.engine.interface import Bindings, Row, Value
from tamis.records.engine.postgresql.dialect import Statement, statement

BEGIN = "BEGIN"
MAX_PREPARED = 1_000
ROWS_PER_FETCH = 2_000
REPLACEMENT = "\ufffd"
INT64 = range(-(2**63), 2**63)


class PostgresConnection:
    """A connection that is opened when it is first needed, and again after it was lost.

    Statements are run when their rows are fetched. Iterating over rows fetches some at a time.
    """

    def __init__(self, open_session: Callable[[], "psycopg.Connection[Row]"], *, reads_only: bool) -> None:
        self._open_session = open_session
        self._reads_only = reads_only
        self._session: psycopg.Connection[Row] | None = None
        self._is_in_block = False
        """Whether a transaction was begun and not ended: if the session is lost meanwhile, it must not go on in
        another one."""
        self._changes = self._total_changes = 0
        self._cursor_numbers = count()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction or snapshot is open."""
        session = self._session
        if session is None or session.closed:
            self._is_in_block = False
            return False
        return session.info.transaction_status != pq.TransactionStatus.IDLE

    def execute(self, statements: str, bindings: Bindings | None = None, /) -> "PostgresRows":
        """Return the rows of a statement, which is run when they are fetched."""
        found = statement(statements)
        return PostgresRows(self, found, [_bound(value) for value in found.parameters(bindings or ())])

    def executemany(self, statements: str, sequenceofbindings: Iterable[Bindings], /) -> "PostgresRows | RowsOfMany":
        """Return the rows of a statement that is run for each row of parameters when they are fetched."""
        found = statement(statements)
        return RowsOfMany(self, found, sequenceofbindings)

    def changes(self) -> int:
        """Return how many rows the last statement inserted, updated or deleted."""
        return self._changes

    def total_changes(self) -> int:
        """Return how many rows all statements have inserted, updated or deleted."""
        return self._total_changes

    def close(self) -> None:
        """Close the session."""
        if self._session:
            self._session.close()

    def fetch(self, found: Statement, parameters: list[Value]) -> list[Row]:
        """Run a statement, and return all of its rows. If the session was lost before, it is run in a new one, unless
        it writes or is part of a transaction."""
        may_repeat = not self._is_in_block and (self._reads_only or found.sql == BEGIN)
        try:
            return self._fetch(found, parameters)
        except psycopg.OperationalError:
            if not may_repeat or self._session is None or not self._session.closed:
                raise
            self._is_in_block = False
            return self._fetch(found, parameters)

    def _fetch(self, found: Statement, parameters: list[Value]) -> list[Row]:
        cursor = self.session(found).cursor(binary=True)
        cursor.execute(found.sql.encode(), parameters)
        self._note(cursor)
        if cursor.description is None:
            return []
        return cursor.fetchall()

    def stream(self, found: Statement, parameters: list[Value]) -> Iterator[Row]:
        """Run a query, and yield its rows, of which only some are held at a time."""
        session = self.session(found)
        name = f"rows_{next(self._cursor_numbers)}"
        with psycopg.RawServerCursor(session, name, withhold=not self.in_transaction) as cursor:
            cursor.execute(found.sql.encode(), parameters, binary=True)
            while rows := cursor.fetchmany(ROWS_PER_FETCH):
                yield from rows

    def run_many(self, found: Statement, rows: list[list[Value]]) -> None:
        """Run a statement that writes for each row of parameters."""
        cursor = self.session(found).cursor()
        if found.sql.startswith("COPY"):
            with cursor.copy(found.sql.encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            return
        cursor.executemany(found.sql.encode(), rows)
        self._note(cursor)

    def session(self, found: Statement) -> "psycopg.Connection[Row]":
        """Return the open session for a statement; raises OperationalError."""
        begins = found.sql == BEGIN
        if self._session is None or self._session.closed:
            if self._is_in_block and not begins:
                raise psycopg.OperationalError("the connection was lost")
            self._session = self._open_session()
        if begins:
            self._is_in_block = True
        elif found.sql in ("COMMIT", "ROLLBACK"):
            self._is_in_block = False
        return self._session

    def _note(self, cursor: "psycopg.Cursor[Row]") -> None:
        wrote = (cursor.statusmessage or "").startswith(("INSERT", "UPDATE", "DELETE", "MERGE"))
        self._changes = max(cursor.rowcount, 0) if wrote else 0
        self._total_changes += self._changes


class PostgresRows:
    """The rows of one statement."""

    def __init__(self, db: PostgresConnection, found: Statement, parameters: list[Value]) -> None:
        self._db, self._found, self._parameters = db, found, parameters
        self._rows: Iterator[Row] | None = None

    def fetchall(self) -> list[Row]:
        """Run the statement, and return all rows."""
        return self._db.fetch(self._found, self._parameters)

    def __iter__(self) -> Iterator[Row]:
        return self._db.stream(self._found, self._parameters)

    def __next__(self) -> Row:
        if self._rows is None:
            self._rows = iter(self)
        return next(self._rows)


class RowsOfMany:
    """The rows of one statement for many rows of parameters."""

    def __init__(self, db: PostgresConnection, found: Statement, many: Iterable[Bindings]) -> None:
        self._db, self._found = db, found
        self._many = ([_bound(value) for value in found.parameters(bindings)] for bindings in many)
        self._rows: Iterator[Row] | None = None

    def fetchall(self) -> list[Row]:
        """Run a statement that writes for all rows of parameters."""
        self._db.run_many(self._found, list(self._many))
        return []

    def __iter__(self) -> Iterator[Row]:
        for parameters in self._many:
            yield from self._db.fetch(self._found, parameters)

    def __next__(self) -> Row:
        if self._rows is None:
            self._rows = iter(self)
        return next(self._rows)


def open_session(conninfo: str, *, read_only: bool) -> "psycopg.Connection[Row]":
    """Open a session in which values are those of SQLite; raises psycopg.Error.

    One that only reads sees one state in each transaction.
    """
    session: psycopg.Connection[Row] = psycopg.connect(
        conninfo, autocommit=True, cursor_factory=psycopg.RawCursor, application_name="tamis"
    )
    session.prepare_threshold = 2
    session.prepared_max = MAX_PREPARED
    adapters = session.adapters
    for dumper in (StrBinaryDumper, StrDumper):
        adapters.register_dumper(str, dumper)
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(bool, Int8BinaryDumper)
    adapters.register_loader("bool", _TruthLoader)
    adapters.register_loader("json", _DocumentLoader)
    adapters.register_loader("numeric", _NumberLoader)
    session.execute("SET client_min_messages = warning")
    if read_only:
        session.execute("SET default_transaction_isolation = 'repeatable read'")
        session.execute("SET default_transaction_read_only = on")
    return session


class _TruthLoader(adapt.Loader):
    format = pq.Format.BINARY

    def load(self, data: Buffer) -> int:
        return int(bytes(data) != b"\x00")


class _DocumentLoader(adapt.Loader):
    format = pq.Format.BINARY

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _NumberLoader(NumericBinaryLoader):
    def load(self, data: Buffer) -> Any:
        value: Decimal = super().load(data)
        return int(value) if value == value.to_integral_value() else float(value)


def _bound(value: Value) -> Value:
    if isinstance(value, int):
        if value not in INT64:
            raise OverflowError("an integer exceeds 64 bits")
    elif isinstance(value, str) and "\0" in value:
        return value.replace("\0", REPLACEMENT)  # PostgreSQL has no texts with it, so no stored text can be meant
    return value
