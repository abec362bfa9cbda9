"""A throttle for attempts: enough for people who mistype, too few for machines that guess."""

import threading
import time
from collections import OrderedDict, deque

MOST_KEYS = 50_000


class Throttle:
    """Counts failures of a key within a time window."""

    def __init__(self, most: int, window_seconds: float) -> None:
        self._most, self._window = most, window_seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, key: str) -> float:
        """Return how long a key has to wait; 0 when it may try."""
        with self._lock:
            failures = self._recent(key)
            return failures[0] + self._window - time.monotonic() if failures and len(failures) >= self._most else 0.0

    def record_failure(self, key: str) -> bool:
        """Record a failure, or an attempt before its outcome is known; return whether it was the last one allowed."""
        with self._lock:
            failures = self._recent(key)
            failures.append(time.monotonic())
            self._failures[key] = failures
            self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)
            return len(failures) == self._most

    def clear(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)

    def undo_failure(self, key: str) -> None:
        """Forget the newest failure of a key; earlier ones still count."""
        with self._lock:
            failures = self._failures.get(key)
            if failures:
                failures.pop()

    def _recent(self, key: str) -> deque[float]:
        failures = self._failures.get(key) or deque()
        oldest = time.monotonic() - self._window
        while failures and failures[0] <= oldest:
            failures.popleft()
        return failures
