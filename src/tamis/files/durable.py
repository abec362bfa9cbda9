"""Files and directories that are still there, and whole, after the power supply was lost.

A system promises to keep what was written to a file when the file is synced, and the names in a directory when the
directory is: a file that was synced under a name that was not may be gone."""

import os
from contextlib import suppress
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file, or the names in a directory, reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(fresh: Path, path: Path) -> None:
    """Give a finished file its name, so that after a power cut the old one or the new one is there."""
    fresh.replace(path)
    sync(path.parent)


def make_directory(path: Path) -> None:
    """Make a directory, and those above it that are missing, so that all of them stay; one may be there already."""
    missing = [path, *path.parents][: [parent.exists() for parent in (path, *path.parents)].index(True)]
    for directory in reversed(missing):
        directory.mkdir(mode=0o700, exist_ok=True)
        with suppress(PermissionError):  # names can be written to a directory that may not be read
            sync(directory.parent)
