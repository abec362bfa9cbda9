"""Checking of passwords, with limits against guessing.

Attempts from unknown devices count for the user, and for the network they come from. Known devices, on which the user
was signed in before, and sessions are each counted separately. So guesses from elsewhere lock out neither a known
device nor a signed-in user, and wait in a separate queue.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from tamis import log
from tamis.actions.accounts.devices import device_of
from tamis.actions.accounts.passwords import check_password, find_user, hash_password
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Session
from tamis.domain.accounts.users import User
from tamis.domain.contacts.emails import parse_email
from tamis.domain.values.text import fold
from tamis.web.client_networks import client_network
from tamis.web.console.auth.hashing import HashingBusy, HashingQueue
from tamis.web.console.requests.session import WebRequest, client_host, device_cookie_value
from tamis.web.throttle import Throttle

WINDOW_SECONDS = 900
MAX_FAILURES, MAX_NETWORK_FAILURES = 10, 50
QUEUE_CAPACITY, QUEUE_CAPACITY_EACH = 16, 4
"""How many attempts wait in each queue: at most a few seconds. One user, or one network of unknown browsers, has a
quarter of the capacity."""
MAX_EMAIL_LENGTH = 320
RETRY_SECONDS = 5


class RetryLater(Exception):
    """A password is not checked now: too many attempts were wrong, or too many wait."""

    def __init__(self, status: int, message: str, seconds: int) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"retry-after": str(seconds)}


@dataclass(frozen=True, slots=True)
class AttemptCounter:
    """A throttle that counts an attempt; a success forgives all failures, or only itself."""

    by: str
    throttle: Throttle
    key: str
    forgives: bool = True


class Passwords:
    """Checks passwords, counts failures and logs them; for the event loop only."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._of_user = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._of_network = Throttle(MAX_NETWORK_FAILURES, WINDOW_SECONDS)
        self._of_device = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._of_session = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._known = HashingQueue("known-passwords", QUEUE_CAPACITY, QUEUE_CAPACITY_EACH)
        self._unknown = HashingQueue("unknown-passwords", QUEUE_CAPACITY, QUEUE_CAPACITY_EACH)

    async def sign_in(self, request: WebRequest, email: str, password: str) -> User | None:
        """Return the user whom an email and a password show, or None; raises RetryLater.

        All spellings of an email count as one, and an unknown one is answered like a wrong password.
        """
        client = client_host(request)
        user = find_user(self._services.records.reader(), email)
        device = self.known_device(request, user) if user else None
        if user and device:
            counters = [AttemptCounter("device", self._of_device, f"{user.id} {device}")]
        else:
            counters = [
                AttemptCounter("user", self._of_user, _key(email)),
                AttemptCounter("network", self._of_network, client_network(client), forgives=False),
            ]
        user_id = user.id if user else None
        if not await self._try(counters, user, password, client, is_known=bool(device)):
            log.event("sign_in_failed", level=logging.WARNING, user=user_id, address=client)
            return None
        return user

    def known_device(self, request: WebRequest, user: User) -> str | None:
        """Return the id of the device of a request if a user has signed in on it within the last year, or None."""
        cookie = device_cookie_value(request, user)
        return device_of(self._services.records.reader(), self._services.clock(), user, cookie) if cookie else None

    async def confirm(self, request: WebRequest, session: Session, password: str) -> bool:
        """Return whether the password is that of the session's user; raises RetryLater."""
        counters = [AttemptCounter("session", self._of_session, session.token_hash.hex())]
        user, client = session.user, client_host(request)
        is_right = await self._try(counters, user, password, client, is_known=True)
        if not is_right:
            log.event("password_not_confirmed", level=logging.WARNING, user=user.id, address=client)
        return is_right

    async def hash(self, request: WebRequest, password: str, email: str) -> str:
        """Return the hash of a new password of the user with an email; raises Invalid and RetryLater."""
        try:
            return await self._known.submit(email, hash_password, password, email)
        except HashingBusy:
            raise _busy(client_host(request)) from None

    async def _try(
        self,
        counters: Sequence[AttemptCounter],
        user: User | None,
        password: str,
        client: str,
        *,
        is_known: bool,
    ) -> bool:
        user_id = user.id if user else None
        wait_seconds = max(counter.throttle.wait_seconds(counter.key) for counter in counters)
        if wait_seconds:
            log.event("attempt_refused", level=logging.WARNING, user=user_id, address=client)
            minutes = int(wait_seconds // 60) + 1
            message = f"Too many failed attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
            raise RetryLater(429, message, int(wait_seconds) + 1)
        queue, client_id = (self._known, str(user_id)) if is_known else (self._unknown, client_network(client))
        try:
            attempt = queue.submit(client_id, self._is_right, user, password)
        except HashingBusy:
            raise _busy(client) from None
        # Counted before the outcome is known: guesses sent at the same time are not more than guesses sent in sequence.
        locked_by = [counter.by for counter in counters if counter.throttle.record_failure(counter.key)]
        if await attempt:
            for counter in counters:
                (counter.throttle.clear if counter.forgives else counter.throttle.undo_failure)(counter.key)
            return True
        for by in locked_by:
            log.event("attempts_locked", level=logging.WARNING, by=by, user=user_id, address=client)
        return False

    def _is_right(self, user: User | None, password: str) -> bool:
        return check_password(self._services.records.reader(), user, password)


def _busy(client: str) -> RetryLater:
    log.event("password_queue_full", level=logging.WARNING, address=client)
    return RetryLater(503, "Too many people are signing in right now. Try again in a few seconds.", RETRY_SECONDS)


def _key(email: str) -> str:
    address = parse_email(email)
    return address.key if address else fold(email)[:MAX_EMAIL_LENGTH]
