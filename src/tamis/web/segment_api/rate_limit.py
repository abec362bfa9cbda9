"""How many requests a key pair, and an account with all of its pairs, may make in a minute."""

import time
from collections import Counter


class RateLimiter:
    """Counts the requests of each key pair and of each account in the current minute; 0 is no limit."""

    def __init__(self, per_minute: int, per_minute_of_account: int = 0) -> None:
        self._of_key = per_minute
        self._of_account = per_minute_of_account
        self._minute = 0
        self._counts: Counter[str | int] = Counter()

    def allows(self, key: str, account_id: int) -> bool:
        """Count a request and tell whether it is within both limits."""
        if not (self._of_key or self._of_account):
            return True
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        counts = self._counts
        counts[key] += 1
        counts[account_id] += 1
        return not (0 < self._of_key < counts[key] or 0 < self._of_account < counts[account_id])
