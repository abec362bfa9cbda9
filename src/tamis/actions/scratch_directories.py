"""Scratch directories, locked by the process that works in them.

They hold values of contacts, so what a killed process has left is removed by the next one.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tamis.domain.errors import Unavailable

SPOOL = "spool"
"""The directory, below the data directory, for what an import needs on disk while it runs."""


@contextmanager
def scratch_directory(parent: Path) -> Iterator[Path]:
    """Make a directory below another for a block, and remove it with its contents afterwards; abandoned ones are
    removed first. Raises Unavailable."""
    remove_abandoned(parent)
    handle = None
    while handle is None:
        directory = parent / secrets.token_hex(16)
        try:
            directory.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise Unavailable("directory_not_writable", directory=str(parent), reason=error.strerror) from None
        handle = _lock(directory)  # None where another process has just removed it as abandoned
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(handle)


def remove_abandoned(parent: Path) -> None:
    """Remove the directories below another that no process has locked."""
    for directory in parent.glob("*"):
        handle = _lock(directory)
        if handle is not None:
            shutil.rmtree(directory, ignore_errors=True)
            os.close(handle)


def _lock(directory: Path) -> int | None:
    """Lock a directory and return its handle, or None where it is gone or another process has locked it."""
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if directory.exists():
            return handle
    except OSError:
        pass
    os.close(handle)
    return None
