"""Several statements that see the column store as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def at_one_moment(con: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Let all reads of a block see the same state, which is that after the change whose number is yielded; changes that
    are made meanwhile go on beside it."""
    con.execute("BEGIN TRANSACTION")
    try:
        # The state is chosen by the first thing that is read.
        applied: int = con.execute("SELECT applied FROM meta").fetchall()[0][0]
        yield applied
    finally:
        con.execute("ROLLBACK")
