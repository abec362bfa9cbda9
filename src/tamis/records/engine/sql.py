"""Run SQL through a handle: rows come back typed, errors as Tamis errors.

`make` is called with the columns of a row: a record class, `int` or `str` for a single column, or a function whose
parameters name the columns. `kind` is the type of rows returned as plain tuples, which are cheaper where there are
many; only the type checker uses it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn, TypeVar

from tamis.records.engine.interface import Bindings, Row
from tamis.records.handles import Reader, Transaction

T = TypeVar("T")


def fetch(db: Reader, sql: str, parameters: Bindings = ()) -> list[Row]:
    """Return all rows of a query unconverted; leaves no read open. Raises Damaged, DiskFull and Unavailable."""
    try:
        return db._connection.execute(sql, parameters).fetchall()
    except Exception as error:
        _raise(db, error)


def one(db: Reader, sql: str, parameters: Bindings = ()) -> Row | None:
    """Return the only row of a query unconverted, or None; also None when a parameter exceeds 64 bits, as no row has
    such a number."""
    try:
        rows = db._connection.execute(sql, parameters).fetchall()
    except OverflowError:
        return None
    except Exception as error:
        _raise(db, error)
    return rows[0] if rows else None


def each(db: Reader, sql: str, parameters: Bindings = ()) -> Iterator[Row]:
    """Yield the rows of a query one by one, when there are too many to hold."""
    try:
        yield from db._connection.execute(sql, parameters)
    except Exception as error:
        _raise(db, error)


def select(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> list[T]:
    """Return all rows of a query, each converted by `make`."""
    return [make(*row) for row in fetch(db, sql, parameters)]


def select_one(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T | None:
    """Return the only row of a query converted by `make`, or None when there is none."""
    row = one(db, sql, parameters)
    return None if row is None else make(*row)


def select_only(db: Reader, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T:
    """Return the one row that a query always has, converted by `make`."""
    (row,) = fetch(db, sql, parameters)
    return make(*row)


def scalar(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> T | None:  # noqa: ARG001
    """Return the only column of the only row of a query, or None when there is no row or it is NULL."""
    row = one(db, sql, parameters)
    return row[0] if row else None


def select_tuples(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> list[T]:  # noqa: ARG001
    """Return all rows of a query as tuples."""
    rows: list[Any] = fetch(db, sql, parameters)
    return rows


def each_tuple(db: Reader, kind: type[T], sql: str, parameters: Bindings = ()) -> Iterator[T]:  # noqa: ARG001
    """Yield the rows of a query as tuples, one by one, when there are too many to hold."""
    rows: Iterator[Any] = each(db, sql, parameters)
    return rows


def exists(db: Reader, sql: str, parameters: Bindings = ()) -> bool:
    """Return whether a query has a row."""
    return one(db, sql, parameters) is not None


def run(db: Transaction, sql: str, parameters: Bindings = ()) -> int:
    """Run a statement that writes, and return how many rows it inserted, updated or deleted."""
    connection = db._connection
    connection.execute(sql, parameters).fetchall()
    return connection.changes()


def run_many(db: Transaction, sql: str, rows: Iterable[Bindings]) -> None:
    """Run a statement that writes, once for each row of parameters."""
    db._connection.executemany(sql, rows).fetchall()


def exists_any(db: Reader, sql: str, rows: Iterable[Bindings]) -> bool:
    """Return whether a query has a row for any of many rows of parameters."""
    try:
        return next(db._connection.executemany(sql, rows), None) is not None
    except Exception as error:
        _raise(db, error)


def insert(db: Transaction, make: Callable[..., T], sql: str, parameters: Bindings = ()) -> T:
    """Run a statement that inserts one row, and return its RETURNING columns converted by `make`."""
    return select_only(db, make, sql, parameters)


def _raise(db: Reader, error: Exception) -> NoReturn:
    translated = db.translate(error)
    if translated is error:
        raise error
    raise translated from error
