"""Translate SQLite's errors into Tamis's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from tamis.domain.errors import Damaged, DiskFull, Unavailable
from tamis.records.engine.disk import SPARE_TEXT, has_room
from tamis.records.integrity.health import FileHealth, is_damage


def translate(error: apsw.Error, path: Path, health: FileHealth | None = None) -> Exception:
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
        translated = translate(error, path, health)
        if translated is error:
            raise
        raise translated from error
