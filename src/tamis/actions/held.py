"""Directories that belong to whoever is at work in them: what a killed process has left there holds values of contacts,
and is removed by the next one."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tamis.domain.errors import Unavailable

SPOOL = "spool"
"""Where an import keeps what it needs on disk while it runs, below the data directory."""


@contextmanager
def held_directory(parent: Path) -> Iterator[Path]:
    """Make a directory below another for a block, and remove it with what is in it; what nobody holds any more there is
    removed first. Raises Unavailable."""
    discard_left(parent)
    handle = None
    while handle is None:
        made = parent / secrets.token_hex(16)
        try:
            made.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise Unavailable("directory_not_writable", directory=str(parent), reason=error.strerror) from None
        handle = _held(made)  # None where another process has just taken it for one that was left
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)


def discard_left(parent: Path) -> None:
    """Remove the directories below another that no process holds any more."""
    for left in parent.glob("*"):
        handle = _held(left)
        if handle is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)


def _held(directory: Path) -> int | None:
    """Hold a directory, or give None when it is gone or another process holds it."""
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
