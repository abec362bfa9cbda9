"""Several statements that see the column store as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def at_one_moment(con: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Let all queries of a block see the store in one and the same state, which is that after the change whose number
    is yielded, -1 before the first; changes that are made meanwhile go on beside it."""
    try:
        con.execute("BEGIN TRANSACTION")
        # The state is chosen by the first thing that is read.
        applied: int = con.execute("SELECT applied FROM meta").fetchall()[0][0]
        yield applied
    finally:
        _end(con)


def _end(con: duckdb.DuckDBPyConnection) -> None:
    """End the transaction, also while others interrupt the connection: left open, it would refuse whatever the thread
    reads next."""
    while True:
        try:
            con.execute("ROLLBACK")
        except duckdb.InterruptException:
            continue
        except duckdb.TransactionException:  # it had not begun
            pass
        return
