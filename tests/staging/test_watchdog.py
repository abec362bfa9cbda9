"""A statement of the staging database stops when abandoned, or when it takes too much time or disk."""

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest

from tamis.domain.errors import Abandoned, Unavailable
from tamis.files import disk_space
from tamis.staging.connection import STEP_TIME, open_staging
from tamis.staging.handle import StagingDatabase
from tamis.staging.resource_errors import resource_error
from tamis.staging.sql import cursor, execute
from tamis.staging.watchdog import interrupt_staging

ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = b.range % 11"
LARGE = "CREATE TABLE t AS SELECT range::VARCHAR || repeat('x', 500) AS x FROM range(1000000) ORDER BY x"


def staging_database(
    place: Path, memory: str = "100MB", step_time: timedelta = STEP_TIME
) -> AbstractContextManager[StagingDatabase]:
    """Open one of a single thread."""
    return open_staging(place, memory, 1, step_time)


@contextmanager
def interrupted_after(event: threading.Event) -> Iterator[None]:
    """Interrupt the staging database of this thread once an event is set."""
    owner = threading.get_ident()

    def interrupt() -> None:
        event.wait()
        interrupt_staging(owner)

    thread = threading.Thread(target=interrupt)
    thread.start()
    yield
    thread.join()


@pytest.mark.parametrize("of", ["connection", "cursor"])
def test_a_query_is_interrupted_when_abandoned(tmp_path: Path, of: str) -> None:
    begun = threading.Event()
    with interrupted_after(begun), staging_database(tmp_path) as staging:
        query = partial(execute, staging) if of == "connection" else cursor(staging).execute
        begun.set()
        with pytest.raises(Abandoned):
            query(ENDLESS).fetchall()
        with pytest.raises(Abandoned):  # and nothing else begins
            execute(staging, "SELECT 1")


def test_only_the_query_over_its_time_limit_is_interrupted(tmp_path: Path) -> None:
    with staging_database(tmp_path, step_time=timedelta(milliseconds=200)) as staging:
        with pytest.raises(Unavailable, match="TAMIS_IMPORT_STEP_TIME"):
            execute(staging, ENDLESS).fetchall()
        assert execute(staging, "SELECT 1").fetchall() == [(1,)]


def test_a_query_is_interrupted_when_it_fills_half_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_space, "directory_size", lambda _: 1 << 60)
    with pytest.raises(Unavailable, match="more than half of the free space"), staging_database(tmp_path) as staging:
        execute(staging, ENDLESS).fetchall()


def test_the_scarce_resource_is_identified(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="TAMIS_IMPORT_MEMORY"), staging_database(tmp_path, "10MB") as staging:
        execute(staging, "SELECT list(range::VARCHAR || repeat('x', 500)) FROM range(1000000)").fetchall()
    with pytest.raises(Unavailable, match="disk space"), staging_database(tmp_path, "30MB") as staging:
        execute(staging, "SET max_temp_directory_size = '1MB'").execute(LARGE)
    with pytest.raises(duckdb.CatalogException), staging_database(tmp_path) as staging:
        execute(staging, "FROM nowhere")
    full = resource_error(duckdb.IOException("IO Error: Could not write file: No space left on device"))
    assert full
    assert "disk space" in str(full)
    assert resource_error(duckdb.IOException("IO Error: anything else")) is None


def test_a_file_may_use_only_the_remaining_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 100 << 20
    monkeypatch.setattr("tamis.files.disk_space.shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    (tmp_path / "file").write_bytes(b"x" * 8192)
    assert disk_space.directory_size(tmp_path) == 8192
    disk_space.require_disk_space(tmp_path)
    disk_space.require_disk_space(tmp_path, free)
    with pytest.raises(Unavailable, match="more than half of the free space"):
        disk_space.require_disk_space(tmp_path, free + 1)


def test_ctrl_c_ends_a_query(tmp_path: Path) -> None:
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs beside it
    try:
        with staging_database(tmp_path) as staging:
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                execute(staging, ENDLESS).fetchall()
    finally:
        signal.signal(signal.SIGINT, before)
