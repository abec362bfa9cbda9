"""The files of the records: their names in a data directory and in a backup, sizes, and identity."""

import os
from pathlib import Path

from tamis.domain.stores import StoreIdentity
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.records.integrity.commits import KEPT_ENDING, LOG_ENDING
from tamis.records.integrity.health import MARKER_ENDING
from tamis.records.integrity.witness import ENDING as WITNESS_ENDING
from tamis.records.maintenance import backup

NAME = FILE_NAME
_ENDINGS = ("", LOG_ENDING, "-shm", WITNESS_ENDING, MARKER_ENDING)


def is_there(directory: Path) -> bool:
    """Return whether a directory has records."""
    return (directory / NAME).is_file()


def sizes(directory: Path) -> dict[str, int]:
    """Return the sizes in bytes of the files of the store, by name; 0 for a missing one."""
    return {name: _size(directory / name) for name in (NAME, NAME + LOG_ENDING)}


def belongs(name: str) -> bool:
    """Return whether an entry of a data directory belongs to the store."""
    return name.startswith(NAME)


def is_expected(name: str) -> bool:
    """Return whether an entry of a data directory is a file that the store creates and deletes itself."""
    return name.removeprefix(NAME) in _ENDINGS and name.startswith(NAME)


def list_quarantined(directory: Path) -> list[Path]:
    """List the files that were set aside because they were unusable."""
    return sorted(directory.glob(f"{NAME}{KEPT_ENDING}*"))


def identify(directory: Path) -> StoreIdentity:
    """Return the identity of the records in a directory, and their last change; raises Unavailable when the file is
    damaged or of a newer version."""
    return backup.verify_copy(directory / NAME)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
