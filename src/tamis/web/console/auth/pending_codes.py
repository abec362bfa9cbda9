"""Sign-ins that still take a one-time code, with a limit on attempts."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from tamis.domain.accounts.users import User
from tamis.web.console.auth.passwords import RetryLater
from tamis.web.throttle import Throttle

VALID_SECONDS = 300.0
MAX_PENDING = 10_000
MAX_WRONG, WINDOW_SECONDS = 5, 900


class PendingCodes:
    """Remembers, by a monotonic clock, whose password was right in which browser, for five minutes."""

    def __init__(self) -> None:
        self._pending: dict[str, tuple[float, User, str]] = {}
        self._of_user = Throttle(MAX_WRONG, WINDOW_SECONDS)

    def add(self, user: User, csrf: str) -> str:
        """Remember a user whose password was right in the browser of a CSRF token; return a token for the next form."""
        token = secrets.token_urlsafe(32)
        self._pending[token] = (monotonic(), user, csrf)
        while len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        return token

    def find(self, token: str, csrf: str) -> User | None:
        """Return the user of a token in the same browser, unless it was too long ago."""
        since, user, browser = self._pending.get(token, (0.0, None, ""))
        return user if user is not None and browser == csrf and monotonic() - since < VALID_SECONDS else None

    def remove(self, token: str) -> None:
        """Forget a token."""
        self._pending.pop(token, None)

    @contextmanager
    def attempt(self, user: User) -> Iterator[Callable[[], None]]:
        """Count an attempt before its outcome is known; the function that it yields forgives those before. Raises
        RetryLater after too many."""
        key = str(user.id)
        if seconds := self._of_user.wait_seconds(key):
            minutes = int(seconds // 60) + 1
            message = f"Too many wrong codes. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
            raise RetryLater(429, message, int(seconds) + 1)
        self._of_user.record_failure(key)
        yield lambda: self._of_user.clear(key)
