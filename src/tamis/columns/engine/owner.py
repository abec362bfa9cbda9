"""Which process has the column store of a directory: DuckDB's file belongs to one at a time."""

import fcntl
import os
from pathlib import Path

from tamis.domain.errors import ProjectionInUse, Unavailable

LOCK_NAME = "columns.lock"


def take_ownership(directory: Path) -> int:
    """Make this process the only one that may open the column store of a directory, until the handle that it gets is
    closed; raises Held and Unavailable."""
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


def is_owned(directory: Path) -> bool:
    """Return whether a process has the column store of a directory open."""
    if not (directory / LOCK_NAME).exists():
        return False
    try:
        os.close(take_ownership(directory))
    except ProjectionInUse:
        return True
    return False
