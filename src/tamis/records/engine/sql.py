"""How the functions of this package run their SQL through a handle: rows come back typed, errors in the project's own
words.

`make` is called with the columns of a row: a record's class, `int` or `str` for a single column, or a function whose
parameters name the columns. `kind` is the type of the rows where they are wanted as plain tuples, because there are
many; it is for the type checker only.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import apsw

from tamis.records.engine.errors import raise_translated
from tamis.records.handles import Reader, Transaction

Row = tuple[Any, ...]
Value = int | float | str | bytes | None
Bindings = Sequence[Value] | Mapping[str, Value]
T = TypeVar("T")


def fetch(db: Reader, sql: str, parameters: Bindings = ()) -> list[Row]:
    """Return all rows of a query as they are; leaves no read open. Raises Damaged, DiskFull and Unavailable."""
    try:
        return db._connection.execute(sql, parameters).fetchall()
    except apsw.Error as error:
        raise_translated(error, db.health)


def one(db: Reader, sql: str, parameters: Bindings = ()) -> Row | None:
    """Return the only row of a query as it is, or None. No row has a number that needs more than 64 bits, which people
    may well ask for."""
    try:
        rows = db._connection.execute(sql, parameters).fetchall()
    except OverflowError:
        return None
    except apsw.Error as error:
        raise_translated(error, db.health)
    return rows[0] if rows else None


def each(db: Reader, sql: str, parameters: Bindings = ()) -> Iterator[Row]:
    """Return the rows of a query one by one, for one that has too many to hold."""
    try:
        yield from db._connection.execute(sql, parameters)
    except apsw.Error as error:
        raise_translated(error, db.health)


def select(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> list[T]:
    """Return what is made of each row of a query."""
    return [make(*row) for row in fetch(db, sql, parameters)]


def select_one(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T | None:
    """Return what is made of the only row of a query, or None where there is none."""
    row = one(db, sql, parameters)
    return None if row is None else make(*row)


def select_only(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T:
    """Return what is made of the row that a query always has."""
    (row,) = fetch(db, sql, parameters)
    return make(*row)


def scalar(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> T | None:  # noqa: ARG001
    """Return the only column of the only row of a query, or None where there is none or nothing in it."""
    row = one(db, sql, parameters)
    return row[0] if row else None


def select_tuples(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> list[T]:  # noqa: ARG001
    """Return all rows of a query as tuples."""
    rows: list[Any] = fetch(db, sql, parameters)
    return rows


def each_tuple(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> Iterator[T]:  # noqa: ARG001
    """Return the rows of a query as tuples, one by one, for one that has too many to hold."""
    rows: Iterator[Any] = each(db, sql, parameters)
    return rows


def exists(db: Reader, sql: str, parameters: Bindings = ()) -> bool:
    """Return whether a query has a row."""
    return one(db, sql, parameters) is not None


def run(db: Transaction, sql: str, parameters: Bindings = ()) -> int:
    """Run a statement that writes; returns how many rows it inserted, changed or deleted."""
    connection = db._connection
    connection.execute(sql, parameters).fetchall()
    return connection.changes()


def run_many(db: Transaction, sql: str, rows: Iterable[Bindings]) -> None:
    """Run a statement that writes once for each row of parameters."""
    db._connection.executemany(sql, rows).fetchall()


def insert(db: Transaction, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T:
    """Run a statement that adds one row, and return what is made of the columns that it returns."""
    return select_only(db, make, sql, parameters)
