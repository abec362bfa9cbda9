"""One writer, many requests a commit; a job that fails takes nothing with it."""

import asyncio
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.domain.errors import Busy, Unavailable
from tamis.records.engine import store
from tamis.records.engine.sql import each
from tamis.records.engine.sqlite.database import FILE_NAME, connect
from tamis.records.engine.store import Records
from tamis.records.engine.write_queue import MAX_WAITING_PER_ACCOUNT
from tamis.records.handles import Transaction, connection_of
from tamis.settings import Settings
from tests.support.event_loop import run_coroutine
from tests.support.records import sqlite_of


def insert(db: Transaction, name: str) -> None:
    """Write something small."""
    connection_of(db).execute("INSERT INTO store (id) VALUES (?)", (name,)).fetchall()


def names(records: Records) -> set[str]:
    """List what `insert` wrote."""
    return {str(row[0]) for row in each(records.reader(), "SELECT id FROM store WHERE length(id) < 32")}


def test_a_failed_job_is_rolled_back_without_affecting_others(services: Services) -> None:
    held = threading.Event()

    def wait(_: Transaction) -> None:
        held.wait(30)

    def fail(db: Transaction) -> None:
        insert(db, "bad")
        raise KeyError("bad")

    waiting = services.records.submit(wait)  # lets the others gather for one commit
    futures: list[Future[None]] = [
        services.records.submit(lambda db: insert(db, "one")),
        services.records.submit(fail),
        services.records.submit(lambda db: insert(db, "two")),
    ]
    held.set()
    waiting.result(30)
    assert [type(future.exception(30)) for future in futures] == [type(None), KeyError, type(None)]
    assert names(services.records) == {"one", "two"}


def test_many_waiting_jobs_share_a_commit(services: Services) -> None:
    held = threading.Event()
    waiting = services.records.submit(lambda _: held.wait(30))
    futures = [services.records.submit(partial(insert, name=f"n{n}")) for n in range(200)]
    before = services.records.version()
    wal = services.settings.data / (FILE_NAME + "-wal")
    size = wal.stat().st_size
    held.set()
    waiting.result(30)
    for future in futures:
        future.result(30)
    assert len(names(services.records)) == 200
    assert services.records.version() != before
    assert wal.stat().st_size - size < 200 * 4096  # 200 commits would have written 200 pages at least


def test_acknowledged_writes_are_visible_to_other_connections_at_once(services: Services) -> None:
    services.records.write(lambda db: insert(db, "seen"))
    other = connect(services.settings.data / FILE_NAME)
    assert other.execute("SELECT count(*) FROM store WHERE id = 'seen'").get == 1
    other.close()


def test_too_many_waiting_jobs_are_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    held, started = threading.Event(), threading.Event()

    def wait(_: Transaction) -> None:
        started.set()
        held.wait(30)

    first = services.records.submit(wait)
    assert started.wait(30)
    futures = [services.records.submit(lambda db: None) for _ in range(10_001)]
    assert isinstance(futures[-1].exception(30), Busy)
    held.set()
    first.result(30)
    assert futures[0].exception(30) is None


def test_a_full_disk_refuses_writes_and_allows_reads(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path))
    services.records.write(lambda db: insert(db, "before"))
    pages = sqlite_of(services.records.reader()).pragma("page_count")
    # The limit of pages is what a full disk looks like to SQLite.
    services.records.write(lambda db: sqlite_of(db).pragma("max_page_count", pages))

    def fill(db: Transaction) -> None:
        for number in range(10_000):
            insert(db, f"more {number}")

    with pytest.raises(Unavailable, match="disk is full"):
        services.records.write(fill)
    assert names(services.records) == {"before"}
    services.records.write(lambda db: sqlite_of(db).pragma("max_page_count", 1_000_000))
    services.records.write(lambda db: insert(db, "after"))
    assert names(services.records) == {"before", "after"}
    services.close()


def test_writes_of_accounts_alternate_fairly(services: Services) -> None:
    held, started = threading.Event(), threading.Event()
    order: list[int] = []

    def wait(_: Transaction) -> None:
        started.set()
        held.wait(30)

    first = services.records.submit(wait)
    assert started.wait(30)
    futures = [services.records.submit(lambda _: order.append(1), 1) for _ in range(1_000)]
    futures.append(services.records.submit(lambda _: order.append(2), 2))
    held.set()
    for future in [first, *futures]:
        future.result(30)
    assert order.index(2) <= 1


def test_waiting_writes_of_an_account_are_bounded(services: Services) -> None:
    held, started = threading.Event(), threading.Event()

    def wait(_: Transaction) -> None:
        started.set()
        held.wait(30)

    services.records.submit(wait)
    assert started.wait(30)
    greedy = [services.records.submit(lambda _: None, 1) for _ in range(MAX_WAITING_PER_ACCOUNT + 1)]
    other = services.records.submit(lambda _: "written", 2)
    assert isinstance(greedy[-1].exception(30), Busy)
    held.set()
    assert other.result(30) == "written"
    assert greedy[0].exception(30) is None


def test_a_batch_of_writes_ends_in_time_for_later_ones(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_SECONDS_PER_COMMIT", 0.0)
    held, started = threading.Event(), threading.Event()
    seen: list[int] = []

    def wait(_: Transaction) -> None:
        started.set()
        held.wait(30)

    reader = connect(services.settings.data / FILE_NAME)
    services.records.submit(wait)
    assert started.wait(30)
    futures = [services.records.submit(partial(insert, name=f"n{n}")) for n in range(3)]
    last = services.records.submit(
        lambda _: seen.append(len(reader.execute("SELECT id FROM store WHERE length(id) < 32").fetchall()))
    )
    held.set()
    for future in [*futures, last]:
        future.result(30)
    assert seen == [3]  # each was committed before the next began
    reader.close()


def test_a_task_that_is_cancelled_while_it_waits_for_its_write_stops_nothing(services: Services) -> None:
    held = threading.Event()

    async def wait_for_write() -> None:
        await asyncio.wrap_future(services.records.submit(lambda db: insert(db, "left behind")))

    async def cancel_it() -> None:
        task = asyncio.create_task(wait_for_write())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    waiting = services.records.submit(lambda _: held.wait(30))
    run_coroutine(cancel_it())
    held.set()
    waiting.result(30)
    services.records.submit(lambda db: insert(db, "next")).result(30)
    assert names(services.records) == {"left behind", "next"}
