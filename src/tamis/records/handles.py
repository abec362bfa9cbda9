"""The handles of the records that other packages pass around: a reader, and the transaction of a write.

They expose nothing of the engine. Only the functions of this package reach the connection, through
`tamis.records.engine.sql`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tamis.domain.accounts.actors import SERVER, Actor
from tamis.records.engine.interface import DatabaseConnection


class Reader:
    """Reads the records; each query sees its own state, or one common state within `snapshot`."""

    __slots__ = ("_connection", "translate")

    def __init__(
        self, connection: DatabaseConnection, translate: Callable[[Exception], Exception] = lambda e: e
    ) -> None:
        self._connection = connection
        self.translate = translate
        """Turns an error of the engine into one of Tamis, and records damage that a read finds. Within a transaction,
        which is lost as a whole, errors are left as they are."""


class Transaction(Reader):
    """The open transaction of the one writer; it is committed as a whole or not at all."""

    __slots__ = ("actor",)

    def __init__(self, connection: DatabaseConnection, actor: Actor = SERVER) -> None:
        super().__init__(connection)
        self.actor = actor
        """Who makes the changes, for the audit log."""

    def acting_as(self, actor: Actor) -> "Transaction":
        """Return the same transaction for another actor."""
        return Transaction(self._connection, actor)


def connection_of(reader: Reader) -> DatabaseConnection:
    """Return the connection of a handle; only for this package."""
    return reader._connection


@contextmanager
def snapshot(reader: Reader) -> Iterator[None]:
    """Let all reads of a block see one consistent state of the records."""
    db = connection_of(reader)
    db.execute("BEGIN").fetchall()
    try:
        yield
    finally:
        if db.in_transaction:  # an unreadable page ends it
            db.execute("COMMIT").fetchall()


@contextmanager
def one_state(reader: Reader) -> Iterator[None]:
    """Let all reads of a block see one state of the records: that of the snapshot or transaction around it, if any."""
    if connection_of(reader).in_transaction:
        yield
    else:
        with snapshot(reader):
            yield
