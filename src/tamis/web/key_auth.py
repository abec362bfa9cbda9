"""Authentication by keys, for all interfaces of programs; cached until the records change."""

import asyncio
import logging
import time

from tamis import log
from tamis.actions.accounts.keys import note_key_use
from tamis.actions.lookups import access_by_key_pair, access_by_secret
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import ApiKey, KeyRefusal, hash_secret
from tamis.web.http import Scope
from tamis.web.monitoring.traffic import client_address, request_record

MAX_CACHED = 10_000
NOTE_INTERVAL_SECONDS = 60.0
"""A key's last use is noted at most this often: it is shown to the minute, and no request waits for it."""


class KeyAuth:
    """Finds the key of a request; the cache is cleared by each write to the records, by any process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._noted_at: dict[str, float] = {}
        self._version = -1
        self._version_this_tick: int | None = None
        self._cache: dict[tuple[str, bytes], ApiKey] = {}

    def by_key_pair(self, public_key: str, secret_key: str, scope: Scope) -> ApiKey | None:
        """Return the key of a request that sends both parts of it, or None when it opens nothing."""
        return self._find(public_key, secret_key, scope)

    def by_secret(self, secret_key: str, scope: Scope) -> ApiKey | None:
        """Return the key of a request that sends its secret alone, or None when it opens nothing."""
        return self._find("", secret_key, scope)

    def _find(self, public_key: str, secret_key: str, scope: Scope) -> ApiKey | None:
        version = self._current_version()
        if version != self._version or len(self._cache) > MAX_CACHED:
            self._cache.clear()
            self._version = version
        proof = (public_key, hash_secret(secret_key))
        key = self._cache.get(proof)
        if key is None or (key.expires_at is not None and key.has_expired(self._services.clock())):
            found = self._check(public_key, secret_key)
            if isinstance(found, KeyRefusal):
                _log_refusal(found, scope)
                return None
            key = self._cache[proof] = found
        record = request_record(scope)
        record.account_id, record.public_key = key.account.id, key.public_key
        self._note_use(key.public_key)
        return key

    def _check(self, public_key: str, secret_key: str) -> ApiKey | KeyRefusal:
        db, now = self._services.records.reader(), self._services.clock()
        if public_key:
            return access_by_key_pair(db, now, public_key, secret_key)
        return access_by_secret(db, now, secret_key)

    def _note_use(self, public_key: str) -> None:
        now = time.monotonic()
        if len(self._noted_at) > MAX_CACHED:
            self._noted_at.clear()
        if now - self._noted_at.get(public_key, -NOTE_INTERVAL_SECONDS) >= NOTE_INTERVAL_SECONDS:
            self._noted_at[public_key] = now
            self._services.submit(note_key_use, public_key)

    def _current_version(self) -> int:
        """Return a number that changes with every write to the records; for the event loop only.

        It is read once in a tick of the loop: all requests of a tick had arrived before it began, so what was written
        before any of them is seen. Each reading yields the interpreter to the writer thread and has to wait to get it
        back.
        """
        if self._version_this_tick is None:
            self._version_this_tick = self._services.records.version()
            asyncio.get_running_loop().call_soon(self._end_tick)
        return self._version_this_tick

    def _end_tick(self) -> None:
        self._version_this_tick = None


def _log_refusal(refusal: KeyRefusal, scope: Scope) -> None:
    key, address = refusal.public_key, client_address(scope)
    match refusal.reason:
        case "expired":
            log.event("expired_key_used", level=logging.WARNING, key=key, address=address)
        case "revoked":
            log.event("revoked_key_used", level=logging.WARNING, key=key, address=address)
        case _:
            log.event("key_refused", level=logging.WARNING, key=key, address=address)
