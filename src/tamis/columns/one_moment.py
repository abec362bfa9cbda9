"""Several statements that see the column store as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def at_one_moment(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let all reads of a block see the same state; changes that are made meanwhile go on beside it."""
    con.execute("BEGIN TRANSACTION")
    try:
        con.execute("SELECT applied FROM meta").fetchall()  # the state is chosen by the first thing that is read
        yield
    finally:
        con.execute("ROLLBACK")
