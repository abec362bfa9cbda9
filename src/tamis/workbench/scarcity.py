"""What DuckDB says when memory or disk does not suffice, told apart from everything else it says."""

import duckdb

from tamis.domain.errors import Unavailable

_DISK = ("No space left", "Disk quota exceeded", "max_temp_directory_size", "File too large")


def scarcity(error: duckdb.Error, memory: str = "memory") -> Unavailable | None:
    """Return the error that says what is missing and what to do; None when neither memory nor disk is."""
    if any(words in str(error) for words in _DISK):
        return Unavailable(
            "the file needs more room on the disk than there is, of which an import takes half at most: make "
            "room there, or import the file in parts"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable(
            f"the file needs more than the {memory} of memory that an import may have, for example because it has very "
            "many columns: raise TAMIS_IMPORT_MEMORY, or import fewer columns at a time"
        )
    return None
