"""Opening the staging database: a DuckDB in memory for one file."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb

from tamis.files.disk_space import require_disk_space
from tamis.staging.handle import StagingDatabase
from tamis.staging.resource_errors import resource_error
from tamis.staging.sql import execute
from tamis.staging.watchdog import Watchdog, WatchedConnection

STEP_TIME = timedelta(minutes=10)


@contextmanager
def open_staging(
    directory: Path, memory: str, threads: int, step_time: timedelta = STEP_TIME
) -> Iterator[StagingDatabase]:
    """Open an empty in-memory database; beyond `memory` (such as "300MB") it spills to a directory on disk.

    The caller removes the directory. No statement takes longer than `step_time`. Raises Unavailable when memory, disk
    or time run out, and Abandoned when the thread is interrupted."""
    spill = directory / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(spill),
            "max_temp_directory_size": f"{shutil.disk_usage(spill).free // 2}B",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        with Watchdog(step_time.total_seconds(), lambda: require_disk_space(directory)) as watchdog:
            yield StagingDatabase(WatchedConnection(con, watchdog))
    except duckdb.Error as error:
        raise resource_error(error, memory) or error from None
    finally:
        con.close()


@contextmanager
def single_thread(staging: StagingDatabase) -> Iterator[None]:
    """Run the statements of a block in a single thread, since each thread would need much memory."""
    threads = execute(staging, "SELECT current_setting('threads')").fetchall()[0][0]
    execute(staging, "SET threads = 1")
    try:
        yield
    finally:
        execute(staging, f"SET threads = {threads:d}")
