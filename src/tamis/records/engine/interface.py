"""What the records need of an engine, whichever it is (docs/decisions/0054-one-seam-for-the-engines-of-records.md)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Row = tuple[Any, ...]
Value = int | float | str | bytes | None
Bindings = Sequence[Value] | Mapping[str, Value]


class Rows(Protocol):
    """The rows of a statement that has been run, which may still have to be fetched."""

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Row]: ...

    def __next__(self) -> Row: ...


class DatabaseConnection(Protocol):
    """A connection to the records; one thread uses it at a time.

    Statements are those of `records/queries`, with the parameters and values of SQLite: integers, floats, texts, bytes
    and None, and truth as 0 and 1. Without a transaction, each statement is one of its own.
    """

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction or snapshot is open."""

    def execute(self, statements: str, bindings: Bindings | None = None, /) -> Rows:
        """Run a statement; raises OverflowError for a parameter that exceeds 64 bits."""

    def executemany(self, statements: str, sequenceofbindings: Iterable[Bindings], /) -> Rows:
        """Run a statement for each row of parameters, and return the rows of all of them."""

    def changes(self) -> int:
        """Return how many rows the last statement inserted, updated or deleted."""

    def total_changes(self) -> int:
        """Return how many rows all statements have inserted, updated or deleted."""

    def close(self) -> None:
        """Close it; an open transaction is rolled back."""


class KnownDamage(Protocol):
    """What is known about damage of the records."""

    @property
    def damage(self) -> str | None:
        """The first damage found, for the operator; None when none is known."""

    def require_whole(self) -> None:
        """Raise Damaged when damage is known."""

    def record(self, found: str) -> Exception:
        """Record the damage that was found, and return the error to raise."""

    def clear(self) -> None:
        """Remove the record of damage, after a check of everything has found none."""


class Engine(Protocol):
    """One place where records are kept, and the one connection that writes to it."""

    @property
    def health(self) -> KnownDamage:
        """What is known about damage."""

    @property
    def place(self) -> str:
        """What `tamis doctor` calls the place of the records."""

    @property
    def examined(self) -> str:
        """What `find_problems` looks at, for a person."""

    @property
    def writer(self) -> DatabaseConnection:
        """The connection that writes."""

    def connect(self) -> DatabaseConnection:
        """Open a connection that reads; raises Unavailable."""

    def version(self, reader: DatabaseConnection) -> int:
        """Return a number that differs whenever any process has committed a write since the last call with the same
        connection; far cheaper than a query of rows."""

    def has_room(self) -> bool:
        """Return whether there is room for a write."""

    def commit(self) -> AbstractContextManager[None]:
        """Hold the transaction of the writer for a block, and commit it; roll it back when the block or the commit
        raises. Errors are translated."""

    def undo_job(self) -> None:
        """Undo what the writer has done since the savepoint `job`, in a transaction that goes on."""

    def ends_transaction(self, error: Exception) -> bool:
        """Return whether an error of a statement leaves nothing of the transaction around it."""

    def translate(self, error: Exception) -> Exception:
        """Return the Tamis error for an error of the engine, recording damage; any other error is returned
        unchanged."""

    def open_copy(self) -> AbstractContextManager[Callable[[Path], None]]:
        """Open a snapshot for a block, and yield a function that writes it to a new file in a directory, without
        deleted data. Raises Damaged, Refused and Unavailable."""

    def truncate_log(self) -> bool:
        """Empty the write-ahead log, so that it holds no deleted data; return False when a reader prevented it. Only
        between two transactions of the writer."""

    def rewrite(self) -> int | None:
        """Rewrite everything without deleted data, and return the number of the last change, or None when a reader
        prevented it. Only between two transactions of the writer."""

    def find_problems(self) -> list[str]:
        """Check everything at once, as far as the engine can, and return the problems found."""

    def compare_schema(self) -> list[str]:
        """Compare tables and indexes with those of this version, and return the names of those that differ."""

    def claim(self) -> None:
        """Claim the records for the projection of this process, until `release`; raises Unavailable if another process
        has them."""

    def release(self) -> None:
        """Give up the claim, if there is one."""

    def check(self, pause: Callable[[float], bool]) -> str | None:
        """Look for damage with pauses, and return what is wrong, or None; raises Unavailable."""

    def close(self) -> None:
        """Close the connection that writes."""
