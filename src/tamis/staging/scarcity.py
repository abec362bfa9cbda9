"""What DuckDB says when memory or disk does not suffice, told apart from everything else it says."""

import duckdb

from tamis.domain.errors import Unavailable

_DISK = ("No space left", "Disk quota exceeded", "max_temp_directory_size", "File too large")


def scarcity(error: duckdb.Error, memory: str = "memory") -> Unavailable | None:
    """Return the error that says what is missing and what to do; None when neither memory nor disk is."""
    if any(words in str(error) for words in _DISK):
        return Unavailable("import_has_no_room")
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable("import_has_no_memory", memory=memory)
    return None
