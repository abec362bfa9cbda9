"""The query of a client that disconnects is interrupted; its thread can answer the next one."""

import threading

import duckdb
import pytest

from tamis.actions.services import Services
from tamis.columns.engine.read_transaction import read_transaction

TIMES = 300


def test_an_interrupted_connection_has_no_open_transaction(services: Services) -> None:
    con, over = services.project().cursor(), threading.Event()

    def interrupt() -> None:
        while not over.wait(0.0001):  # lets the other thread go on
            con.interrupt()

    others = threading.Thread(target=interrupt)
    others.start()
    interrupted = 0
    for _ in range(TIMES):
        try:
            with read_transaction(con):
                con.execute("SELECT count(*) FROM range(10000)").fetchall()
        except duckdb.InterruptException:
            interrupted += 1
    over.set()
    others.join()
    assert interrupted
    with read_transaction(con) as applied:
        assert applied == services.project().applied
    with pytest.raises(duckdb.TransactionException, match="no transaction"):
        con.execute("ROLLBACK")
