"""Whether the records are known to be damaged: noted beside their file, for every process that opens them."""

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
    """Return whether an error says that what was read is not what was written."""
    if isinstance(error, apsw.IOError):
        return getattr(error, "extendedresult", None) in _READ_FAULTS
    return isinstance(error, apsw.CorruptError | apsw.NotADBError)


class FileHealth:
    """What is known of one file of records. The note outlives the process, so that the next one refuses writes at once;
    a whole check that finds nothing takes it away."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marker = path.with_name(path.name + MARKER_ENDING)
        self._noted: str | None = None

    @property
    def damage(self) -> str | None:
        """What was found first, for the operator; None while nothing is known."""
        try:
            return str(json.loads(self._marker.read_bytes())["found"])
        except FileNotFoundError:
            return self._noted
        except (OSError, ValueError, KeyError, TypeError):
            return self._noted or "a note that says so cannot be read"

    def require_whole(self) -> None:
        """Raise Damaged where the records are known to be damaged."""
        if self.damage is not None:
            raise Damaged("records_damaged")

    def note(self, found: str) -> Damaged:
        """Keep what was found, and return the error that says so to people."""
        if self.damage is None:
            log.event("damage_found", level=logging.CRITICAL, file=self.path.name, found=found)
            self._noted = found
            note = {"found": found, "at": datetime.now(UTC).isoformat(timespec="seconds")}
            try:
                self._marker.write_text(json.dumps(note), encoding="utf-8")
            except OSError as error:
                log.event("damage_not_noted", level=logging.ERROR, reason=str(error.strerror))
        return Damaged("records_damaged")

    def forgive(self) -> None:
        """Take the note away, after a check of all has found nothing."""
        if self.damage is not None:
            log.event("damage_gone", level=logging.WARNING, file=self.path.name)
            self._noted = None
            self._marker.unlink(missing_ok=True)
