"""Writing files and directories so that they survive a power failure.

Syncing a file keeps its contents, syncing its directory keeps its name: a synced file with an unsynced name may be
lost."""

import os
from contextlib import suppress
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file, or the names in a directory, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_durably(fresh: Path, path: Path) -> None:
    """Move a finished file to its name, so that after a power failure the old or the new file is there."""
    fresh.replace(path)
    sync(path.parent)


def make_directory(path: Path) -> None:
    """Create a directory and its missing parents so that they survive a power failure; it may exist already."""
    missing = [path, *path.parents][: [parent.exists() for parent in (path, *path.parents)].index(True)]
    for directory in reversed(missing):
        directory.mkdir(mode=0o700, exist_ok=True)
        with suppress(PermissionError):  # names can be written to a directory that may not be read
            sync(directory.parent)
