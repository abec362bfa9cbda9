"""The DuckDB in which a file is worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tamis.domain.errors import Unavailable


@contextmanager
def open_workbench(directory: Path, memory: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory for a block; what is more than `memory` (such as "300MB") goes to a directory
    on disk, which the caller removes. Raises Unavailable when that is not enough."""
    spill = directory / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        yield con
    except duckdb.OutOfMemoryException:
        raise Unavailable(
            f"the file needs more than the {memory} of memory that an import may have, for example because it has very "
            "many columns: raise TAMIS_IMPORT_MEMORY, or import fewer columns at a time"
        ) from None
    finally:
        con.close()
