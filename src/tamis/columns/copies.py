"""Copies of the column store: how one is written, and whose one is."""

from pathlib import Path

import duckdb

from tamis.columns.schema import VERSION
from tamis.domain.errors import Unavailable


def copy_database(db: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write all tables of a database, as they are at one moment, to a new file; raises duckdb.Error."""
    con = db.cursor()
    try:
        own = con.execute("SELECT current_database()").fetchall()[0][0]
        con.execute("ATTACH $1 AS fresh", [str(target)]).fetchall()
        try:
            con.execute(f'COPY FROM DATABASE "{own}" TO fresh').fetchall()
            con.execute("CHECKPOINT fresh").fetchall()
        finally:
            con.execute("DETACH fresh").fetchall()
    finally:
        con.close()


def identity(file: Path) -> tuple[str, int]:
    """Tell whose copy a file is and the change number that it stands at, -1 when it is empty; raises Unavailable."""
    try:
        db = duckdb.connect(str(file), read_only=True)
        try:
            version, store_id, applied = db.execute("SELECT version, store_id, applied FROM meta").fetchall()[0]
        finally:
            db.close()
    except (duckdb.Error, RuntimeError, IndexError):
        raise Unavailable(f"{file.name} is damaged or no column store") from None
    if version > VERSION:
        raise Unavailable(f"{file.name} was made by a newer version of Tamis; install that version")
    return store_id, applied
