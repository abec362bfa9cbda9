"""Authentication by the two key headers, cached until the records change."""

import asyncio
import logging
import time
from collections.abc import Callable

from tamis import log
from tamis.actions.lookups import account_by_key_pair, is_public_key
from tamis.actions.services import Services
from tamis.domain.accounts import Account, hash_secret
from tamis.web.http import RawResponse, Request
from tamis.web.monitoring.traffic import client_address
from tamis.web.segment_api.errors import failure

MAX_CACHED = 10_000
NOTE_INTERVAL_SECONDS = 60.0
"""A key's last use is noted at most this often: it is shown to the minute, and no request waits for it."""


class KeyPairAuth:
    """Finds the account of a key pair; the cache is cleared by each write to the records, by any process."""

    def __init__(self, services: Services, note_use: Callable[[str], object]) -> None:
        self._records = services.records
        self._note_use = note_use
        self._noted_at: dict[str, float] = {}
        self._version = -1
        self._version_this_tick: int | None = None
        self._cache: dict[tuple[str, bytes], Account] = {}

    def _current_version(self) -> int:
        """Return a number that changes with every write to the records; for the event loop only.

        It is read once in a tick of the loop: all requests of a tick had arrived before it began, so what was written
        before any of them is seen. Each reading yields the interpreter to the writer thread and has to wait to get it
        back.
        """
        if self._version_this_tick is None:
            self._version_this_tick = self._records.version()
            asyncio.get_running_loop().call_soon(self._end_tick)
        return self._version_this_tick

    def _end_tick(self) -> None:
        self._version_this_tick = None

    def account(self, request: Request) -> Account | RawResponse:
        """Return the account of a request, or the response that rejects it."""
        public_key, secret_key = request.header(b"publickey"), request.header(b"secretkey")
        if not (public_key and secret_key):
            named = (("PublicKey", "public key", public_key), ("SecretKey", "secret key", secret_key))
            return failure(401, {name: [f"The {label} field is required."] for name, label, key in named if not key})
        version = self._current_version()
        if version != self._version or len(self._cache) > MAX_CACHED:
            self._cache.clear()
            self._version = version
        pair = (public_key, hash_secret(secret_key))
        account = self._cache.get(pair)
        if account is None:
            account = account_by_key_pair(self._records.reader(), public_key, secret_key)
            if account is None:
                # An unknown public key may be a secret key in the wrong header.
                is_known = is_public_key(self._records.reader(), public_key)
                address = client_address(request.scope)
                log.event("key_refused", level=logging.WARNING, key=public_key if is_known else None, address=address)
                return failure(401, "Invalid public key or secret key.")
            self._cache[pair] = account
        now = time.monotonic()
        if now - self._noted_at.get(public_key, -NOTE_INTERVAL_SECONDS) >= NOTE_INTERVAL_SECONDS:
            self._noted_at[public_key] = now
            self._note_use(public_key)
        return account
