"""Read transactions: several queries on one consistent state of the projection."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def read_transaction(con: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Run the queries of a block on one state of the store; yield its change number, -1 before the first. Concurrent
    writes are not blocked."""
    try:
        con.execute("BEGIN TRANSACTION")
        # The first query chooses the state.
        applied: int = con.execute("SELECT applied FROM meta").fetchall()[0][0]
        yield applied
    finally:
        _end(con)


def _end(con: duckdb.DuckDBPyConnection) -> None:
    """End the transaction, even while other threads interrupt the connection: left open, it would refuse the next query
    of the thread."""
    while True:
        try:
            con.execute("ROLLBACK")
        except duckdb.InterruptException:
            continue
        except duckdb.TransactionException:  # there was none
            pass
        return
