"""Make a directory that is whole or not there at all, whenever its making is killed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tamis.domain.errors import Refused, Unavailable
from tamis.files.durable import make_directory, sync

UNFINISHED = ".unfinished"

__all__ = ["is_free", "make_directory", "sync", "whole_directory"]


@contextmanager
def whole_directory(target: Path) -> Iterator[Path]:
    """Give an empty directory to fill, which gets its name when the block ends well; one that was left by a killed
    process is emptied first. Raises Refused where the name is taken, and Unavailable when the disk fails."""
    if not is_free(target):
        raise Refused("directory_not_empty", directory=str(target))
    work = target.with_name(target.name + UNFINISHED)
    try:
        make_directory(work)
        with _owned(work):
            for leftover in work.iterdir():
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            try:
                yield work
                for file in (*work.iterdir(), work):
                    sync(file)
                work.rename(target)
                sync(target.parent)
            except BaseException:
                shutil.rmtree(work, ignore_errors=True)
                raise
    except OSError as error:
        raise Unavailable("directory_not_made", directory=str(target), reason=str(error.strerror or error)) from None


def is_free(directory: Path) -> bool:
    """Return whether a directory does not exist or is empty."""
    return not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))


@contextmanager
def _owned(work: Path) -> Iterator[None]:
    handle = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not work.exists() or os.fstat(handle).st_ino != work.stat().st_ino:
            raise BlockingIOError  # whoever had it has just finished
        yield
    except BlockingIOError:
        raise Refused("directory_being_made", directory=str(work.with_suffix(""))) from None
    finally:
        os.close(handle)
