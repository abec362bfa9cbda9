"""Rate limiting of repeated log lines."""

from time import monotonic

MAX_KEYS = 1_000


class LogThrottle:
    """Lets each key be logged once within a number of seconds, and at most 1,000 keys in that time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._logged: dict[str, float] = {}

    def is_due(self, key: str) -> bool:
        """Return whether to log a key now, and note that it was logged; not thread-safe."""
        now = monotonic()
        while self._logged and now - next(iter(self._logged.values())) >= self._seconds:
            del self._logged[next(iter(self._logged))]
        if key in self._logged or len(self._logged) >= MAX_KEYS:
            return False
        self._logged[key] = now
        return True
