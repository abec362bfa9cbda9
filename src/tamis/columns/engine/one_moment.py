"""Several statements that see the column store as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tamis.columns.engine.state import read_standing
from tamis.columns.interface.view import Standing


@contextmanager
def at_one_moment(con: duckdb.DuckDBPyConnection) -> Iterator[Standing]:
    """Let all queries of a block see the store in one and the same state, and yield up to where that follows the
    records and the time; changes that are made meanwhile go on beside it."""
    try:
        con.execute("BEGIN TRANSACTION")
        yield read_standing(con)  # the state is chosen by the first thing that is read
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
