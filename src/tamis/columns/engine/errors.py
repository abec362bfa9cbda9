"""Classification of DuckDB's errors: what a failure means for the store, and which message users get."""

from enum import Enum

import duckdb

from tamis.domain.errors import Message

DAMAGE_TEXTS = ("Corrupt", "checksum", "Could not read enough bytes")
STOP_TEXTS = ("database has been invalidated", "Reopen the database instance")
NO_SPACE_TEXTS = ("No space left", "Disk quota exceeded", "File too large")
NO_ACCESS_TEXTS = (
    *NO_SPACE_TEXTS,
    "Permission denied",
    "Read-only file system",
    "Too many open files",
    "Cannot allocate memory",
)


class EngineFault(Exception):
    """The engine rejected a query: a bug in Tamis."""


class StoreFailure(Enum):
    """A failure of the store, by what it needs."""

    DAMAGED = "the file is corrupt: it is quarantined and rebuilt"
    STOPPED = "the file is intact, but the database must be reopened"
    SCARCE = "disk space or memory ran out: the transaction is rolled back, and the store goes on"


def classify_error(error: BaseException) -> StoreFailure | None:
    """Return the failure that an error means, None if only its query failed."""
    text = str(error)
    if not isinstance(error, duckdb.Error):
        return None
    # A full disk and a damaged file raise the same classes, so the texts decide.
    if any(words in text for words in DAMAGE_TEXTS):
        return StoreFailure.DAMAGED
    if isinstance(error, duckdb.FatalException) or any(words in text for words in STOP_TEXTS):
        return StoreFailure.STOPPED
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException) or "Failed to commit" in text:
        return StoreFailure.SCARCE
    return None


def is_external_cause(error: BaseException) -> bool:
    """Return whether a file cannot be opened for a reason outside the file, such as permissions."""
    return any(words in str(error) for words in NO_ACCESS_TEXTS)


def message_of(error: BaseException, doing: str) -> Message:
    """Return a message why the projection cannot do something; paths and details go to the log only."""
    if any(words in str(error) for words in NO_SPACE_TEXTS):
        return Message("columns_have_no_disk", doing=doing)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Message("columns_have_no_memory", doing=doing)
    return Message("columns_cannot", doing=doing)
