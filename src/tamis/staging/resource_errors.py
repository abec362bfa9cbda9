"""Recognizing DuckDB errors that mean a lack of memory or disk space."""

import duckdb

from tamis.domain.errors import Unavailable

_DISK = ("No space left", "Disk quota exceeded", "max_temp_directory_size", "File too large")


def resource_error(error: duckdb.Error, memory: str = "memory") -> Unavailable | None:
    """Return the error that says which resource is short and what to do; None for other errors."""
    if any(words in str(error) for words in _DISK):
        return Unavailable("import_has_no_room")
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable("import_has_no_memory", memory=memory)
    return None
