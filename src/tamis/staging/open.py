"""The DuckDB in which a file is worked on."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb

from tamis.files.room import need_room
from tamis.staging.handle import StagingDatabase
from tamis.staging.scarcity import scarcity
from tamis.staging.sql import execute
from tamis.staging.statements import Statements, Watch

STEP_TIME = timedelta(minutes=10)


@contextmanager
def open_staging(
    directory: Path, memory: str, threads: int, step_time: timedelta = STEP_TIME
) -> Iterator[StagingDatabase]:
    """Open an empty database in memory for a block; what is more than `memory` (such as "300MB") goes to a directory
    on disk, which the caller removes. No statement takes more than `step_time`.

    Raises Unavailable when memory, disk or time do not suffice, and Abandoned when the thread is interrupted."""
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
        with Watch(step_time.total_seconds(), lambda: need_room(directory)) as watch:
            yield StagingDatabase(Statements(con, watch))
    except duckdb.Error as error:
        raise scarcity(error, memory) or error from None
    finally:
        con.close()


@contextmanager
def one_thread(staging: StagingDatabase) -> Iterator[None]:
    """Let statements run in a single thread during a block, where each thread would need much memory of its own."""
    threads = execute(staging, "SELECT current_setting('threads')").fetchall()[0][0]
    execute(staging, "SET threads = 1")
    try:
        yield
    finally:
        execute(staging, f"SET threads = {threads:d}")
