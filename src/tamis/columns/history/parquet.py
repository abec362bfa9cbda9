"""Conversion between rows of DuckDB and Parquet files in memory, through private temporary files.

The format is open, so any later engine can read what the records keep. Version 2 of its encodings stores consecutive
numbers as differences.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

import duckdb

_FORMAT = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2"


def to_parquet(con: duckdb.DuckDBPyConnection, query: str, values: Sequence[object], directory: Path) -> bytes:
    """Return the rows of a query as a Parquet file; raises duckdb.Error."""
    with _private_file(directory) as file:
        con.execute(f"COPY ({query}) TO '{_quoted(file)}' ({_FORMAT})", values).fetchall()
        return file.read_bytes()


@contextmanager
def from_parquet(content: bytes, directory: Path) -> Iterator[str]:
    """Yield the query for the rows of a Parquet file, for a block; raises duckdb.Error."""
    with _private_file(directory) as file:
        file.write_bytes(content)
        yield f"(FROM read_parquet('{_quoted(file)}'))"


@contextmanager
def _private_file(directory: Path) -> Iterator[Path]:
    directory.mkdir(mode=0o700, exist_ok=True)
    handle, name = mkstemp(".parquet", dir=directory)
    os.close(handle)
    try:
        yield Path(name)
    except OSError as error:  # usually a full disk; keeps the text by which it is classified
        raise duckdb.IOException(str(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
