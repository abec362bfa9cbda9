"""Checking of passwords, with limits against guessing.

Attempts from unknown devices count for the account, and for the network they come from. Known devices, on which the
account was signed in before, and sessions are each counted separately. So guesses from elsewhere lock out neither a
known device nor a signed-in user, and wait in a separate queue.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from tamis import log
from tamis.actions.accounts.devices import device_of
from tamis.actions.accounts.passwords import check_password, find_account, hash_password
from tamis.actions.services import Services
from tamis.domain.accounts import Account, Session
from tamis.domain.emails import parse_email
from tamis.domain.text import fold
from tamis.web.client_networks import client_network
from tamis.web.console.auth.hashing import HashingBusy, HashingQueue
from tamis.web.console.auth.throttle import Throttle
from tamis.web.console.session import WebRequest, client_host, device_cookie_value

WINDOW_SECONDS = 900
MAX_FAILURES, MAX_NETWORK_FAILURES = 10, 50
QUEUE_CAPACITY, QUEUE_CAPACITY_EACH = 16, 4
"""How many attempts wait in each queue: at most a few seconds. One account, or one network of unknown browsers, has a
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
        self._of_account = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._of_network = Throttle(MAX_NETWORK_FAILURES, WINDOW_SECONDS)
        self._of_device = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._of_session = Throttle(MAX_FAILURES, WINDOW_SECONDS)
        self._known = HashingQueue("known-passwords", QUEUE_CAPACITY, QUEUE_CAPACITY_EACH)
        self._unknown = HashingQueue("unknown-passwords", QUEUE_CAPACITY, QUEUE_CAPACITY_EACH)

    async def sign_in(self, request: WebRequest, email: str, password: str) -> Account | None:
        """Return the account that an email and a password open, or None; raises RetryLater.

        All spellings of an email count as one, and an unknown one is answered like a wrong password.
        """
        db, client = self._services.records.reader(), client_host(request)
        account = find_account(db, email)
        cookie = device_cookie_value(request, account) if account else ""
        device = device_of(db, self._services.clock(), account, cookie) if account and cookie else None
        if account and device:
            counters = [AttemptCounter("device", self._of_device, f"{account.id} {device}")]
        else:
            counters = [
                AttemptCounter("account", self._of_account, _key(email)),
                AttemptCounter("network", self._of_network, client_network(client), forgives=False),
            ]
        account_id = account.id if account else None
        if not await self._try(counters, account, password, client, is_known=bool(device)):
            log.event("sign_in_failed", level=logging.WARNING, account=account_id, address=client)
            return None
        log.event("signed_in", account=account_id, address=client, known_device=bool(device))
        return account

    async def confirm(self, request: WebRequest, session: Session, password: str) -> bool:
        """Return whether the password is that of the session's account; raises RetryLater."""
        counters = [AttemptCounter("session", self._of_session, session.token_hash.hex())]
        account, client = session.account, client_host(request)
        is_right = await self._try(counters, account, password, client, is_known=True)
        if not is_right:
            log.event("password_not_confirmed", level=logging.WARNING, account=account.id, address=client)
        return is_right

    async def hash(self, request: WebRequest, password: str, account: Account) -> str:
        """Return the hash of an account's new password; raises Invalid and RetryLater."""
        try:
            return await self._known.submit(str(account.id), hash_password, password, account.email)
        except HashingBusy:
            raise _busy(client_host(request)) from None

    async def _try(
        self,
        counters: Sequence[AttemptCounter],
        account: Account | None,
        password: str,
        client: str,
        *,
        is_known: bool,
    ) -> bool:
        account_id = account.id if account else None
        wait_seconds = max(counter.throttle.wait_seconds(counter.key) for counter in counters)
        if wait_seconds:
            log.event("attempt_refused", level=logging.WARNING, account=account_id, address=client)
            minutes = int(wait_seconds // 60) + 1
            message = f"Too many failed attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
            raise RetryLater(429, message, int(wait_seconds) + 1)
        queue, client_id = (self._known, str(account_id)) if is_known else (self._unknown, client_network(client))
        try:
            attempt = queue.submit(client_id, self._is_right, account, password)
        except HashingBusy:
            raise _busy(client) from None
        # Counted before the outcome is known: guesses sent at the same time are not more than guesses sent in sequence.
        locked_by = [counter.by for counter in counters if counter.throttle.record_failure(counter.key)]
        if await attempt:
            for counter in counters:
                (counter.throttle.clear if counter.forgives else counter.throttle.undo_failure)(counter.key)
            return True
        for by in locked_by:
            log.event("attempts_locked", level=logging.WARNING, by=by, account=account_id, address=client)
        return False

    def _is_right(self, account: Account | None, password: str) -> bool:
        return check_password(self._services.records.reader(), account, password)


def _busy(client: str) -> RetryLater:
    log.event("password_queue_full", level=logging.WARNING, address=client)
    return RetryLater(503, "Too many people are signing in right now. Try again in a few seconds.", RETRY_SECONDS)


def _key(email: str) -> str:
    address = parse_email(email)
    return address.key if address else fold(email)[:MAX_EMAIL_LENGTH]
