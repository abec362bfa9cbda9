"""Translate SQLite's errors into Tamis's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import apsw

from tamis.domain.errors import Damaged, DiskFull, Unavailable
from tamis.records.integrity.health import FileHealth, is_damage

SPARE_BYTES = 8 << 20
"""No writes are accepted while the disk has less free space than this, so that the projection can still catch up and
reads go on until space has been made."""
SPARE_TEXT = f"{SPARE_BYTES >> 20} MB"


def _translate(error: apsw.Error, path: Path, health: FileHealth | None = None) -> Exception:
    """Return the Tamis error for an error about the disk or the file; any other error is returned unchanged.

    Damage is recorded in `health`.
    """
    match error:
        case apsw.FullError():
            return DiskFull(SPARE_TEXT)
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            return Unavailable("data_not_writable", directory=str(path.parent))
        case apsw.BusyError():
            return Unavailable("data_held_by_program")
        case _ if is_damage(error):
            if health:
                return health.record(str(error))
            return Damaged("records_file_damaged", file=str(path))
        case apsw.IOError():
            return DiskFull(SPARE_TEXT) if not has_room(path) else Unavailable("disk_does_not_work", reason=str(error))
        case _:
            return error


@contextmanager
def translate_errors(path: Path, health: FileHealth | None = None) -> Iterator[None]:
    """Translate SQLite errors of a block into Tamis errors; damage is recorded in `health`."""
    try:
        yield
    except apsw.Error as error:
        _raise(error, path, health)


def raise_translated(error: apsw.Error, health: FileHealth | None) -> NoReturn:
    """Raise the Tamis error for a SQLite error, and record damage.

    Without `health`, as within a transaction, which is lost as a whole, the error itself is raised.
    """
    if health is None:
        raise error
    _raise(error, health.path, health)


def _raise(error: apsw.Error, path: Path, health: FileHealth | None) -> NoReturn:
    translated = _translate(error, path, health)
    if translated is error:
        raise error
    raise translated from error


def has_room(path: Path) -> bool:
    """Return whether the disk of a file has room for writes."""
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize >= SPARE_BYTES
