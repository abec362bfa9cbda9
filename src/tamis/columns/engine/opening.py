"""Creating and opening the DuckDB file of the projection."""

from pathlib import Path

import duckdb

from tamis.columns.engine.state import State, read_state
from tamis.columns.history.link import HistoryLink
from tamis.columns.layout.tables import create, is_current, recreate, version_of
from tamis.domain.errors import Unavailable
from tamis.files.durable import replace_durably

Config = dict[str, str | bool | int | float | list[str]]


def make_config(memory: str, threads: int, spill: Path) -> Config:
    """Return the settings of a database; results that do not fit into its memory are written to `spill`."""
    return {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }


def make_file(path: Path, fresh: Path, config: Config, store_id: str) -> None:
    """Create an empty store atomically: it is built under the name `fresh` first. Raises Unavailable."""
    try:
        db = duckdb.connect(str(fresh), config=config)
        try:
            create(db, store_id)
            db.execute("CHECKPOINT").fetchall()
        finally:
            db.close()
    except duckdb.Error as error:
        fresh.unlink(missing_ok=True)
        raise Unavailable("columns_not_made", file=str(path), reason=str(error)) from None
    replace_durably(fresh, path)


def open_file(
    path: Path, config: Config, store_id: str, history: HistoryLink
) -> tuple[duckdb.DuckDBPyConnection, State]:
    """Open a store, and read its state. One of another version is emptied, once its history is in the records. Raises
    duckdb.Error if the file is unusable, and Unavailable and DiskFull if its history cannot be written."""
    db = duckdb.connect(str(path), config=config)
    try:
        version = version_of(db, store_id)
        if version is None or not history.can_recreate(version):
            raise duckdb.IOException("made by another version, or for other records")
        history.import_legacy(db, version)
        if not is_current(db):
            db.execute("BEGIN TRANSACTION").fetchall()
            recreate(db, store_id)
            db.execute("COMMIT").fetchall()
        return db, read_state(db)
    except BaseException:
        db.close()
        raise
