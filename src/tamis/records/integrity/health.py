"""The health of the file: known damage is recorded in a marker file next to it, for every process."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import apsw

from tamis import log
from tamis.domain.errors import Damaged

MARKER_ENDING = "-damaged"
_READ_FAULTS = {
    apsw.SQLITE_IOERR_DATA,
    apsw.SQLITE_IOERR_READ,
    apsw.SQLITE_IOERR_SHORT_READ,
    apsw.SQLITE_IOERR_CORRUPTFS,
}


def is_damage(error: BaseException) -> bool:
    """Return whether an error means that data read differs from data written."""
    if isinstance(error, apsw.IOError):
        return getattr(error, "extendedresult", None) in _READ_FAULTS
    return isinstance(error, apsw.CorruptError | apsw.NotADBError)


class FileHealth:
    """Known damage of one file of records.

    The marker outlives the process, so that the next one refuses writes at once; a check of the whole file that finds
    nothing removes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marker = path.with_name(path.name + MARKER_ENDING)
        self._found: str | None = None

    @property
    def damage(self) -> str | None:
        """The first damage found, for the operator; None when none is known."""
        try:
            return str(json.loads(self._marker.read_bytes())["found"])
        except FileNotFoundError:
            return self._found
        except (OSError, ValueError, KeyError, TypeError):
            return self._found or "a note that says so cannot be read"

    def require_whole(self) -> None:
        """Raise Damaged when damage is known."""
        if self.damage is not None:
            raise Damaged("records_damaged")

    def record(self, found: str) -> Damaged:
        """Record the damage that was found, and return the error to raise."""
        if self.damage is None:
            log.event("damage_found", level=logging.CRITICAL, file=self.path.name, found=found)
            self._found = found
            content = {"found": found, "at": datetime.now(UTC).isoformat(timespec="seconds")}
            try:
                self._marker.write_text(json.dumps(content), encoding="utf-8")
            except OSError as error:
                log.event("damage_not_noted", level=logging.ERROR, reason=str(error.strerror))
        return Damaged("records_damaged")

    def clear(self) -> None:
        """Remove the record of damage, after a check of the whole file has found none."""
        if self.damage is not None:
            log.event("damage_gone", level=logging.WARNING, file=self.path.name)
            self._found = None
            self._marker.unlink(missing_ok=True)
