"""What SQLite's errors mean to those who use the records."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import apsw

from tamis.domain.errors import Damaged, DiskFull, Unavailable
from tamis.records.integrity.health import FileHealth, is_damage

SPARE_BYTES = 8 << 20
"""Nothing is written while the disk has less than this: so the column store can follow what was written last, and those
who read need not wait until somebody has made room."""
SPARE_IN_WORDS = f"{SPARE_BYTES >> 20} MB"


def _translate(error: apsw.Error, path: Path, health: FileHealth | None = None) -> Exception:
    """Return what an error says of the disk or of the file at a path, as an error of the project's own; damage is noted
    with `health`. An error that says nothing of them is returned as it is."""
    match error:
        case apsw.FullError():
            return DiskFull(SPARE_IN_WORDS)
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            return Unavailable("data_not_writable", directory=str(path.parent))
        case apsw.BusyError():
            return Unavailable("data_held_by_program")
        case _ if is_damage(error):
            if health:
                return health.note(str(error))
            return Damaged("records_file_damaged", file=str(path))
        case apsw.IOError():
            return (
                DiskFull(SPARE_IN_WORDS) if not has_room(path) else Unavailable("disk_does_not_work", reason=str(error))
            )
        case _:
            return error


@contextmanager
def translate_errors(path: Path, health: FileHealth | None = None) -> Iterator[None]:
    """Raise what the errors of a block say, as errors of the project's own; damage is noted with `health`."""
    try:
        yield
    except apsw.Error as error:
        _raise(error, path, health)


def raise_translated(error: apsw.Error, health: FileHealth | None) -> NoReturn:
    """Raise what an error says, as an error of the project's own, and note damage; the error itself where there is no
    `health`, as in a transaction, of which all is lost then."""
    if health is None:
        raise error
    _raise(error, health.path, health)


def _raise(error: apsw.Error, path: Path, health: FileHealth | None) -> NoReturn:
    plain = _translate(error, path, health)
    if plain is error:
        raise error
    raise plain from error


def has_room(path: Path) -> bool:
    """Return whether the disk on which a file lies has room for more."""
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize >= SPARE_BYTES
