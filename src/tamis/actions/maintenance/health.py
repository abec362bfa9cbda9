"""The health of a server, checked every second, so that reading it costs nothing."""

import logging
import os
import resource
import shutil
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from tamis import log
from tamis.actions.services import Services
from tamis.domain.errors import Busy

WRITE_SECONDS = 10.0
"""How long a write may wait before the server is not ready: an import in another process may hold the records."""
PROJECTION_SECONDS = 60.0
MAX_HANDLES_SHARE = 0.8
FILE_HANDLES = Path("/proc/self/fd")


class Health:
    """The reasons why a server is not ready: `check` finds them, and `reasons` are those that it found last.

    Anybody who can reach the server may read the reasons, so they contain no paths and no numbers.
    """

    def __init__(self, services: Services) -> None:
        self.reasons: tuple[str, ...] = ("the server is starting",)
        self.stopping = False
        self._services = services
        self._started_at = self._projected_at = time.monotonic()
        self._was_ready = False
        self._write: Future[None] | None = None
        self._write_began = 0.0
        self._low: set[str] = set()
        self._lock = threading.Lock()

    def note_projected(self) -> None:
        """Note that everything has just been projected."""
        self._projected_at = time.monotonic()

    def stop(self) -> None:
        """Note that the server is stopping, so that nobody sends it more."""
        self.stopping = True
        self.reasons = ("the server is stopping",)

    def check(self) -> None:
        """Find what is wrong, and log what has changed."""
        with self._lock:
            reasons = tuple(self._problems())
            if self.stopping:
                return
            if reasons and reasons != self.reasons and not self._still_starting():
                log.event("server_not_ready", level=logging.WARNING, reasons="; ".join(reasons))
            elif self.reasons and not reasons:
                log.event("server_ready")
            self.reasons = reasons
            self._warn()

    def _still_starting(self) -> bool:
        """Return whether the server has not been ready yet, and need not be."""
        self._was_ready = self._was_ready or not self.reasons
        return not self._was_ready and time.monotonic() - self._started_at < PROJECTION_SECONDS

    def _problems(self) -> list[str]:
        found = []
        room = self._services.records.has_room()
        if not room:
            found.append("the disk is full")
        if self._services.records.health.damage is not None:
            found.append("the records are damaged")
        elif room and (problem := self._problem_with_writes()):
            found.append(problem)
        columns = self._services.columns_if_open
        if columns is None or columns.failure is not None or columns.applied is None:
            found.append("the projection is being opened or built")
        elif time.monotonic() - self._projected_at > PROJECTION_SECONDS:
            found.append("the projection does not keep up with writes")
        return found

    def _problem_with_writes(self) -> str:
        """Queue an empty write, and return what was wrong with the last one."""
        waiting = self._write
        if waiting is None or waiting.done():
            error = waiting.exception() if waiting else None
            self._write, self._write_began = self._services.records.submit(_nothing), time.monotonic()
            if error is None:
                return ""
            return "too many writes are waiting" if isinstance(error, Busy) else "the records cannot be written"
        return "writes are delayed" if time.monotonic() - self._write_began > WRITE_SECONDS else ""

    def _warn(self) -> None:
        """Log, once each, that disk or file handles run low, and that there are enough again."""
        free = shutil.disk_usage(self._services.settings.data).free
        low = self._low_change("disk", free < self._services.settings.disk_warning)
        if low:
            log.event("disk_low", level=logging.WARNING, free_bytes=free)
        elif low is not None:
            log.event("disk_has_room", free_bytes=free)
        used, limit = count_handles()
        low = self._low_change("handles", used > MAX_HANDLES_SHARE * limit)
        if low:
            log.event("handles_low", level=logging.WARNING, used=used, limit=limit)
        elif low is not None:
            log.event("handles_enough", used=used, limit=limit)

    def _low_change(self, what: str, is_low: bool) -> bool | None:
        """Return whether something has become low, or None if that has not changed."""
        if is_low == (what in self._low):
            return None
        (self._low.add if is_low else self._low.discard)(what)
        return is_low


def count_handles() -> tuple[int, int]:
    """Return the number of file handles that this process has open, 0 if unknown, and the limit."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    try:
        return len(os.listdir(FILE_HANDLES)), limit
    except OSError:
        return 0, limit


def _nothing(_: object) -> None:
    return None
