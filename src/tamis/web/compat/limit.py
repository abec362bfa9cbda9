"""How many requests a key pair may make in a minute, where the operator has set a limit."""

import time


class Limiter:
    """Counts the requests of each key in the current minute; 0 is no limit."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._counts: dict[str, int] = {}

    def allows(self, key: str) -> bool:
        """Count a request and tell whether it is within the limit."""
        if not self._per_minute:
            return True
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key] <= self._per_minute
