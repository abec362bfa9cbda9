"""What a server can tell of its stores in numbers, each of which costs a moment only."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tamis.actions.house import House
from tamis.columns.engine.files import WAL_ENDING
from tamis.columns.engine.store import FILE_NAME as COLUMNS_FILE
from tamis.records import feed
from tamis.records.engine.database import FILE_NAME as RECORDS_FILE
from tamis.records.importing import imports

FILES = (RECORDS_FILE, f"{RECORDS_FILE}-wal", COLUMNS_FILE, f"{COLUMNS_FILE}{WAL_ENDING}")


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of one moment; `changes_behind` is None while the column store is being built."""

    writes_waiting: int
    changes_behind: int | None
    imports: dict[str, int]
    import_rows: int
    disk_free: int
    file_bytes: dict[str, int]


def gather(house: House) -> Figures:
    """Read the figures of a server."""
    db = house.records.reader()
    columns = house.columns_if_open
    applied = columns.applied if columns else None
    states, rows = imports.totals(db)
    return Figures(
        house.records.waiting,
        None if applied is None else max(feed.last_change(db) - applied, 0),
        states,
        rows,
        shutil.disk_usage(house.settings.data).free,
        {name: _size(house.settings.data / name) for name in FILES},
    )


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
