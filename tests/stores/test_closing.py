"""A server stops on request, whatever queries are running."""

import threading
from contextlib import suppress
from pathlib import Path

import duckdb

from tamis.actions.services import Services
from tamis.domain.errors import Abandoned
from tamis.settings import Settings
from tests.support.process import TIMEOUT_SECONDS

ENDLESS = "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range + b.range = 1"


def test_running_queries_are_abandoned_on_close(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path / "data", columns_threads=1))
    begun, ended = threading.Event(), threading.Event()

    def look() -> None:
        con = services.project().cursor()
        with suppress(Abandoned), services.view():
            begun.set()
            try:
                con.execute(ENDLESS).fetchall()
            except duckdb.InterruptException:
                ended.set()
                raise

    threading.Thread(target=look, daemon=True).start()
    assert begun.wait(TIMEOUT_SECONDS)
    closing = threading.Thread(target=services.close, daemon=True)
    closing.start()
    assert ended.wait(TIMEOUT_SECONDS)
    closing.join(TIMEOUT_SECONDS)
    assert not closing.is_alive()
