"""Limits on the requests of a key and of its account, announced in the headers `RateLimit-Policy` and `RateLimit`
(draft-ietf-httpapi-ratelimit-headers, structured fields)."""

import time
from math import ceil
from typing import NamedTuple

from tamis.domain.accounts.accounts import ApiKey
from tamis.web.http import Headers

WINDOW_SECONDS = 60


class RateLimitUsage(NamedTuple):
    """What a request has used of its limits; `headers` say so."""

    headers: Headers
    is_exceeded: bool
    seconds_left: int
    """Seconds until the next window begins."""


UNLIMITED = RateLimitUsage((), is_exceeded=False, seconds_left=0)


class RateLimits:
    """Counts requests in windows of a minute; a limit of 0 is none. For the event loop only."""

    def __init__(self, per_key: int, per_account: int) -> None:
        limits = [("key", per_key), ("account", per_account)]
        self._limits = [(name, limit) for name, limit in limits if limit]
        policies = ", ".join(f'"{name}";q={limit};w={WINDOW_SECONDS}' for name, limit in self._limits)
        self._policy_header = b"ratelimit-policy", policies.encode()
        self._window_end = 0.0
        self._counts: dict[str | int, int] = {}

    def count(self, key: ApiKey) -> RateLimitUsage:
        """Count a request of a key."""
        if not self._limits:
            return UNLIMITED
        now = time.monotonic()
        if now >= self._window_end:
            self._window_end, self._counts = now + WINDOW_SECONDS, {}
        seconds_left = ceil(self._window_end - now)
        usage, is_exceeded = [], False
        for name, limit in self._limits:
            counted = key.public_key if name == "key" else key.account.id
            count = self._counts[counted] = self._counts.get(counted, 0) + 1
            is_exceeded = is_exceeded or count > limit
            usage.append(f'"{name}";r={max(limit - count, 0)};t={seconds_left}')
        return RateLimitUsage(
            (self._policy_header, (b"ratelimit", ", ".join(usage).encode())), is_exceeded, seconds_left
        )
