"""What an error of DuckDB means for the column store, and in which words people are told."""

from enum import Enum

import duckdb

from tamis.domain.errors import Message

DAMAGE = ("Corrupt", "checksum", "Could not read enough bytes")
STOP = ("database has been invalidated", "Reopen the database instance")
NO_ROOM = ("No space left", "Disk quota exceeded", "File too large")
NO_ACCESS = (*NO_ROOM, "Permission denied", "Read-only file system", "Too many open files", "Cannot allocate memory")


class EngineFault(Exception):
    """The engine has refused what it was asked: a mistake in Tamis."""


class Trouble(Enum):
    """What is to be done about an error."""

    DAMAGED = "the file holds what was never written: it is put aside and built again"
    STOPPED = "the file is whole, but the database answers nothing until it is opened again"
    SCARCE = "disk or memory does not suffice: what was begun is undone, and all else goes on"


def trouble_of(error: BaseException) -> Trouble | None:
    """Tell what an error means; None is a fault in what was asked."""
    text = str(error)
    if not isinstance(error, duckdb.Error):
        return None
    # A full disk and a damaged file give errors of the same classes, so the words decide.
    if any(words in text for words in DAMAGE):
        return Trouble.DAMAGED
    if isinstance(error, duckdb.FatalException) or any(words in text for words in STOP):
        return Trouble.STOPPED
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException) or "Failed to commit" in text:
        return Trouble.SCARCE
    return None


def keeps_out(error: BaseException) -> bool:
    """Return whether a file cannot be opened for a reason that lies outside of it."""
    return any(words in str(error) for words in NO_ACCESS)


def message_of(error: BaseException, doing: str) -> Message:
    """Return why the column store cannot do something; paths and insides are for the log only."""
    if any(words in str(error) for words in NO_ROOM):
        return Message("columns_have_no_disk", doing=doing)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Message("columns_have_no_memory", doing=doing)
    return Message("columns_cannot", doing=doing)
