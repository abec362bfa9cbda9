"""What is said in the log, but not each time."""

from time import monotonic

MAX_KEYS = 1_000


class LogThrottle:
    """Tells what was not said within the last seconds; beyond 1,000 things in that time nothing more is due."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._said: dict[str, float] = {}

    def is_due(self, key: str) -> bool:
        """Return whether to say something about a key now, and note that it is said; for one thread."""
        now = monotonic()
        while self._said and now - next(iter(self._said.values())) >= self._seconds:
            del self._said[next(iter(self._said))]
        if key in self._said or len(self._said) >= MAX_KEYS:
            return False
        self._said[key] = now
        return True
