"""Copies of the column store: how one is written, and whose one is."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tamis.columns.layout.schema import VERSION
from tamis.domain.errors import Unavailable

COPYING = "columns.copying-"


def copy_database(db: duckdb.DuckDBPyConnection, target: Path, memory: str, threads: int) -> None:
    """Write all tables of a database, as they are at one moment, to a new file that holds nothing else; raises
    duckdb.Error and Unavailable.

    DuckDB fills a block of a new file from memory that it has used before, and leaves gaps in it: rows that were
    deleted would get into the new file by way of them, now and then. So another process builds it, which never saw
    them: only rows that exist get into the exported tables.
    """
    with TemporaryDirectory(prefix=COPYING, dir=target.parent) as directory:
        exported, made = Path(directory) / "tables", Path(directory) / "made"
        con = db.cursor()
        try:
            name = str(exported).replace("'", "''")  # EXPORT takes no parameters
            con.execute(f"EXPORT DATABASE '{name}' (FORMAT parquet)").fetchall()
        finally:
            con.close()
        arguments = [str(made), str(exported), memory, str(threads)]
        loaded = subprocess.run(
            [sys.executable, "-m", "tamis.columns.engine.load", *arguments], capture_output=True, text=True, check=False
        )
        if loaded.returncode:
            reason = (loaded.stderr.strip().splitlines() or ["it was killed"])[-1]
            raise Unavailable(f"the column store cannot be copied: {reason}")
        made.replace(target)


def discard_unfinished(directory: Path) -> None:
    """Remove what killed copies have left in a directory: it holds values of contacts."""
    for left in directory.glob(f"{COPYING}*"):
        shutil.rmtree(left, ignore_errors=True)


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
