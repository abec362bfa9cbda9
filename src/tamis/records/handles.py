"""What the records hand out to be passed on: a way to read, and the transaction that a write runs in.

Neither has anything of the engine to use. Questions and commands are the functions of this package; only these reach
the connection, through `tamis.records.engine.sql`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from tamis.records.integrity.health import FileHealth


class Reader:
    """A way to read the records: each question is answered as of its own moment, or as of one within `snapshot`."""

    __slots__ = ("_connection", "health")

    def __init__(self, connection: apsw.Connection, health: FileHealth | None = None) -> None:
        self._connection = connection
        self.health = health
        """Who is told of damage that a read meets."""


class Transaction(Reader):
    """The open transaction of the one writer: what is written through it is kept wholly or not at all."""

    __slots__ = ()


def connection_of(reader: Reader) -> apsw.Connection:
    """Return the connection behind a handle; for this package only."""
    return reader._connection


@contextmanager
def snapshot(reader: Reader) -> Iterator[None]:
    """Let all reads of a block see the records as they were at one moment."""
    db = connection_of(reader)
    db.execute("BEGIN").fetchall()
    try:
        yield
    finally:
        if db.in_transaction:  # a page that cannot be read ends it
            db.execute("COMMIT").fetchall()
