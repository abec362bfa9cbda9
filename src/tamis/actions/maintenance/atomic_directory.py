"""Make a directory that is complete or not there at all, even if the process is killed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tamis.domain.errors import Refused, Unavailable
from tamis.files.durable import make_directory, sync

PARTIAL = ".unfinished"

__all__ = ["atomic_directory", "is_free", "make_directory", "sync"]


@contextmanager
def atomic_directory(target: Path) -> Iterator[Path]:
    """Yield an empty directory to fill, which gets its name when the block ends without an error; one that a killed
    process has left is emptied first. Raises Refused where the name is taken, and Unavailable when the disk fails."""
    if not is_free(target):
        raise Refused("directory_not_empty", directory=str(target))
    partial = target.with_name(target.name + PARTIAL)
    try:
        make_directory(partial)
        with _locked(partial):
            for leftover in partial.iterdir():
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            try:
                yield partial
                for file in (*partial.iterdir(), partial):
                    sync(file)
                partial.rename(target)
                sync(target.parent)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
    except OSError as error:
        raise Unavailable("directory_not_made", directory=str(target), reason=str(error.strerror or error)) from None


def is_free(directory: Path) -> bool:
    """Return whether a directory does not exist or is empty."""
    return not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))


@contextmanager
def _locked(partial: Path) -> Iterator[None]:
    handle = os.open(partial, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not partial.exists() or os.fstat(handle).st_ino != partial.stat().st_ino:
            raise BlockingIOError  # the process that had it has just finished
        yield
    except BlockingIOError:
        raise Refused("directory_being_made", directory=str(partial.with_suffix(""))) from None
    finally:
        os.close(handle)
