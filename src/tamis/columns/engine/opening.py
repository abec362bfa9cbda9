"""How a DuckDB file of the column store is made and opened."""

from pathlib import Path

import duckdb

from tamis.columns.engine.state import read_state
from tamis.columns.history.link import HistoryLink
from tamis.columns.layout.tables import is_current, make, make_anew, version_of
from tamis.domain.errors import Unavailable
from tamis.files.durable import put_in_place

Config = dict[str, str | bool | int | float | list[str]]


def make_file(path: Path, fresh: Path, config: Config, store_id: str) -> None:
    """Make an empty store, which is there as a whole or not at all: it is built under the name `fresh`. Raises
    Unavailable."""
    try:
        db = duckdb.connect(str(fresh), config=config)
        try:
            make(db, store_id)
            db.execute("CHECKPOINT").fetchall()
        finally:
            db.close()
    except duckdb.Error as error:
        fresh.unlink(missing_ok=True)
        raise Unavailable("columns_not_made", file=str(path), reason=str(error)) from None
    put_in_place(fresh, path)


def open_file(path: Path, config: Config, store_id: str, history: HistoryLink) -> duckdb.DuckDBPyConnection:
    """Open a store. One of another version is emptied, once its history is kept elsewhere; raises duckdb.Error for one
    that cannot be used, and Unavailable and DiskFull where its history cannot be written."""
    db = duckdb.connect(str(path), config=config)
    try:
        version = version_of(db, store_id)
        if version is None or not history.knows(version):
            raise duckdb.IOException("made by another version, or for other records")
        history.take_over(db, version)
        if not is_current(db):
            db.execute("BEGIN TRANSACTION").fetchall()
            make_anew(db, store_id)
            db.execute("COMMIT").fetchall()
        read_state(db)
    except BaseException:
        db.close()
        raise
    return db
