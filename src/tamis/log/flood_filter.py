"""Rate limiting of the log: a flood of events must not fill the disk."""

import logging
import threading
import time
from dataclasses import dataclass, field

BURST = 20
"""Lines of a kind that are written at once, and one more for each second that passes."""
QUIET_SECONDS = 2.0
MAX_ADDRESSES = 1_000


@dataclass(slots=True)
class _Kind:
    level: int = logging.INFO
    left: float = BURST
    at: float = 0.0
    withheld: int = 0
    addresses: set[object] = field(default_factory=set)

    def take(self) -> dict[str, int]:
        """Return the count of withheld lines as details, and reset it."""
        if not self.withheld:
            return {}
        counts = {"not_logged": self.withheld}
        if self.addresses:
            counts["addresses"] = len(self.addresses)
        self.withheld = 0
        self.addresses = set()
        return counts


class FloodFilter(logging.Filter):
    """Passes a burst of each kind of event, then one a second, with the number of lines withheld before it.

    A kind is the name of an event, or the logger of another library, so their number is bounded by the code.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[str, _Kind] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        if getattr(record, "always", False):
            return True
        is_own = record.name == "tamis"
        details = getattr(record, "details", {})
        now = time.monotonic()
        with self._lock:
            kind = self._kinds.setdefault(record.msg if is_own else record.name, _Kind(at=now))
            kind.left = min(kind.left + now - kind.at, BURST)
            kind.at, kind.level = now, record.levelno
            if kind.left < 1:
                kind.withheld += 1
                if "address" in details and len(kind.addresses) < MAX_ADDRESSES:
                    kind.addresses.add(details["address"])
                return False
            kind.left -= 1
            withheld = kind.take()
        if withheld:
            record.details = {**details, **withheld}
        return True

    def take_withheld(self, *, all_of_them: bool = False) -> list[tuple[str, int, dict[str, int]]]:
        """Return name, level and count of the kinds with withheld lines whose flood has ended."""
        oldest = time.monotonic() - QUIET_SECONDS
        with self._lock:
            ended = [
                (name, kind)
                for name, kind in self._kinds.items()
                if kind.withheld and (all_of_them or kind.at <= oldest)
            ]
            return [(name, kind.level, kind.take()) for name, kind in ended]
