"""Copies of the column store: how one is written."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

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
            raise Unavailable("columns_not_copied", reason=reason)
        made.replace(target)


def discard_unfinished(directory: Path) -> None:
    """Remove what killed copies have left in a directory: it holds values of contacts."""
    for left in directory.glob(f"{COPYING}*"):
        shutil.rmtree(left, ignore_errors=True)
