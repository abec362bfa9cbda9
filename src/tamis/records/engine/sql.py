"""How the functions of this package run their SQL through a handle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tamis.records.handles import Reader, Transaction, connection_of

Row = tuple[Any, ...]
Bindings = Sequence[int | float | str | bytes | None] | Mapping[str, int | float | str | bytes | None]


def one(db: Reader, sql: str, parameters: Bindings = ()) -> Row | None:
    """Return the only row of a query, or None; leaves no read open. No row has a number that needs more than 64 bits,
    which people may well ask for."""
    try:
        rows = connection_of(db).execute(sql, parameters).fetchall()
    except OverflowError:
        return None
    return rows[0] if rows else None


def fetch(db: Reader, sql: str, parameters: Bindings = ()) -> list[Row]:
    """Return all rows of a query; leaves no read open."""
    return connection_of(db).execute(sql, parameters).fetchall()


def each(db: Reader, sql: str, parameters: Bindings = ()) -> Iterator[Row]:
    """Return the rows of a query one by one, for one that has too many to hold."""
    return iter(connection_of(db).execute(sql, parameters))


def run(db: Transaction, sql: str, parameters: Bindings = ()) -> int:
    """Run a statement that writes; returns how many rows it inserted, changed or deleted."""
    connection = connection_of(db)
    connection.execute(sql, parameters).fetchall()
    return connection.changes()


def run_many(db: Transaction, sql: str, rows: Iterable[Bindings]) -> None:
    """Run a statement that writes once for each row of parameters."""
    connection_of(db).executemany(sql, rows).fetchall()
