"""Compaction: a copy of the database file without any trace of deleted rows."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tamis.domain.errors import Unavailable

SCRATCH_PREFIX = "columns.copying-"


def compact(db: duckdb.DuckDBPyConnection, target: Path, memory: str, threads: int) -> None:
    """Write a consistent copy of all tables to a new file; raises duckdb.Error and Unavailable.

    DuckDB fills blocks of a new file from memory that it has used before, and leaves gaps in them, so deleted rows
    could get into the file. Therefore another process builds it, which never read them: the exported tables have only
    rows that exist.
    """
    with TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=target.parent) as directory:
        exported, built = Path(directory) / "tables", Path(directory) / "built"
        con = db.cursor()
        try:
            name = str(exported).replace("'", "''")  # EXPORT takes no parameters
            con.execute(f"EXPORT DATABASE '{name}' (FORMAT parquet)").fetchall()
        finally:
            con.close()
        arguments = [str(built), str(exported), memory, str(threads)]
        loaded = subprocess.run(
            [sys.executable, "-m", "tamis.columns.engine.compaction_worker", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if loaded.returncode:
            reason = (loaded.stderr.strip().splitlines() or ["it was killed"])[-1]
            raise Unavailable("columns_not_copied", reason=reason)
        built.replace(target)


def discard_leftovers(directory: Path) -> None:
    """Remove the files of killed compactions from a directory: they contain values of contacts."""
    for path in directory.glob(f"{SCRATCH_PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)
