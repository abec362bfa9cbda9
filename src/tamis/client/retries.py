"""When a request is sent again, and after which pause. Nothing here does I/O."""

import math
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tamis.client.errors import ApiError, error_of_response
from tamis.client.request import Request

STILL_RUNNING = "idempotency_key_running"
"""The code of a 409 while the first request with the same idempotency key is still running."""
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is sent at most, and how long to wait before each repetition, in seconds.

    Pauses double from `first_pause` to `longest_pause`, a random part less. A `Retry-After` of the server counts
    instead, up to `longest_retry_after`; above it the request fails at once.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_retry_after: float = 60.0

    def pause(self, failures: int) -> float:
        """Return the pause after so many failures."""
        longest = min(self.longest_pause, math.ldexp(self.first_pause, min(failures - 1, 30)))
        return longest * random.uniform(0.5, 1)


class Attempts:
    """The attempts of one request. Each POST has one idempotency key, which all attempts send."""

    def __init__(self, request: Request[Any], policy: RetryPolicy, *, forever: bool = False) -> None:
        self._method = request.method
        self._policy = policy
        self._most = math.inf if forever else policy.attempts
        self._failures = 0
        self._unknown_outcome = False
        self.headers: dict[str, str] = dict(request.headers)
        if request.content is not None or request.file:
            self.headers["Content-Type"] = request.content_type
        if request.file:
            self.headers["Content-Length"] = str(request.file.stat().st_size)
        if request.method == "POST":
            self.headers["Idempotency-Key"] = str(uuid.uuid4())

    def pause_after_response(self, status: int, headers: Mapping[str, str], body: bytes) -> float:
        """Return how long to wait after a response that is no success; raises ApiError when repeating is no use."""
        error = error_of_response(status, headers, body)
        if status not in TEMPORARY and not (status == 409 and error.code == STILL_RUNNING):
            raise error
        requested = retry_after(headers.get("retry-after"))
        if requested is not None and requested > self._policy.longest_retry_after and self._most < math.inf:
            raise error
        self._unknown_outcome |= status >= 500
        return max(self._pause_or_raise(error), requested or 0)

    def pause_after_failure(self, failure: Exception) -> float:
        """Return how long to wait when no complete answer came; raises ApiError after the last attempt."""
        self._unknown_outcome = True
        reason = str(failure) or type(failure).__name__
        return self._pause_or_raise(
            ApiError(None, "connection_failed", f"The server gave no complete answer: {reason}")
        )

    def was_deleted(self, status: int) -> bool:
        """Return whether a DELETE is done although the object is not found: an earlier attempt may have deleted it."""
        return self._method == "DELETE" and status == 404 and self._unknown_outcome

    def _pause_or_raise(self, error: ApiError) -> float:
        self._failures += 1
        if self._failures >= self._most:
            raise error
        return self._policy.pause(self._failures)


def retry_after(header: str | None) -> float | None:
    """Return the seconds of a `Retry-After` header, which is a number or a date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header)) if header.strip().isdigit() else _seconds_until(parsedate_to_datetime(header))
    except ValueError:
        return None


def _seconds_until(instant: datetime) -> float:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
