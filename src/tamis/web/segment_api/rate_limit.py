"""Rate limits of a key pair, and of an account with all its key pairs."""

import time
from collections import Counter


class RateLimiter:
    """Counts the requests of each key pair and of each account in the current minute; 0 is no limit."""

    def __init__(self, per_key: int, per_account: int = 0) -> None:
        self._per_key = per_key
        self._per_account = per_account
        self._minute = 0
        self._counts: Counter[str | int] = Counter()

    def allows(self, key: str, account_id: int) -> bool:
        """Count a request, and return whether it is within both limits."""
        if not (self._per_key or self._per_account):
            return True
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        counts = self._counts
        counts[key] += 1
        counts[account_id] += 1
        return not (0 < self._per_key < counts[key] or 0 < self._per_account < counts[account_id])
