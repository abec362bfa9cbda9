"""The write limit: one account's writes do not delay those of others."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.domain.accounts.actors import SERVER
from tamis.domain.errors import Busy
from tamis.settings import Settings
from tamis.web import write_limit
from tamis.web.write_limit import MAX_CONCURRENT, WriteLimit

TIMEOUT_SECONDS = 60


def test_writes_of_one_account_do_not_starve_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(Settings(tmp_path / "data"))
    monkeypatch.setattr(write_limit, "MAX_WAITING", 3 * MAX_CONCURRENT)
    held, order = threading.Event(), list[int]()

    async def test() -> None:
        made = WriteLimit(services)
        first = asyncio.ensure_future(made.run(SERVER, 0, lambda *_: held.wait(TIMEOUT_SECONDS)))
        greedy = [
            asyncio.ensure_future(made.run(SERVER, 1, lambda *_: order.append(1))) for _ in range(4 * MAX_CONCURRENT)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await made.run(SERVER, 1, lambda *_: None)
        gone = greedy.pop()
        gone.cancel()
        quiet = asyncio.ensure_future(made.run(SERVER, 2, lambda *_: order.append(2)))
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(first, quiet, *greedy)
        assert order.index(2) <= 1
        assert len(order) == 4 * MAX_CONCURRENT
        assert (made._in_progress, made._waiting) == ({}, {})
        with pytest.raises(KeyError):
            await made.run(SERVER, 1, lambda *_: dict[str, int]()["missing"])
        assert not made._in_progress

    with ThreadPoolExecutor(1) as thread:  # another test of the run may have a loop in this one
        thread.submit(asyncio.run, test()).result()
    services.close()
