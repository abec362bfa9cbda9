"""The files of the records: how they are called, in a data directory and in a backup, and whose they are."""

import os
from pathlib import Path

from tamis.domain.stores import StoreIdentity
from tamis.records.engine.database import FILE_NAME
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
    """Return the bytes of the files that hold the store, by name; 0 for one that is not there."""
    return {name: _size(directory / name) for name in (NAME, NAME + LOG_ENDING)}


def belongs(name: str) -> bool:
    """Return whether an entry of a data directory holds something of the store."""
    return name.startswith(NAME)


def is_expected(name: str) -> bool:
    """Return whether an entry of a data directory is one that the store makes and takes away by itself."""
    return name.removeprefix(NAME) in _ENDINGS and name.startswith(NAME)


def list_quarantined(directory: Path) -> list[Path]:
    """List the files that were put aside because they could not be used."""
    return sorted(directory.glob(f"{NAME}{KEPT_ENDING}*"))


def identify(directory: Path) -> StoreIdentity:
    """Return whose records the file in a directory holds, and the number of their last change; raises Unavailable where
    it is damaged or of a newer version."""
    return backup.verify_copy(directory / NAME)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
