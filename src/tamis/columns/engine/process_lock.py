"""The lock by which one process at a time owns the projection of a directory, as DuckDB requires."""

import fcntl
import os
from pathlib import Path

from tamis.domain.errors import ProjectionInUse, Unavailable

LOCK_NAME = "columns.lock"


def acquire_lock(directory: Path) -> int:
    """Lock the projection of a directory for this process; return the handle, which unlocks it when closed. Raises
    Held if another process has it, and Unavailable."""
    path = directory / LOCK_NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable("data_directory_not_writable", directory=str(path.parent), reason=error.strerror) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ProjectionInUse("columns_held") from None
    return handle


def is_locked(directory: Path) -> bool:
    """Return whether a process has locked the projection of a directory."""
    if not (directory / LOCK_NAME).exists():
        return False
    try:
        os.close(acquire_lock(directory))
    except ProjectionInUse:
        return True
    return False
