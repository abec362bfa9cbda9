"""Whose request this is: the two key headers, remembered for as long as nothing was written."""

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
"""A key's last use is noted at most so often: its minute is told, and nobody waits for it."""


class KeyPairAuth:
    """Finds the account of a key pair; what it remembers is dropped at each write to the records, by any process."""

    def __init__(self, services: Services, note_use: Callable[[str], object]) -> None:
        self._records = services.records
        self._note_use = note_use
        self._noted: dict[str, float] = {}
        self._version = -1
        self._of_this_turn: int | None = None
        self._remembered: dict[tuple[str, bytes], Account] = {}

    def _current_version(self) -> int:
        """Return a number that changes with every write to the records; to be asked on the event loop only.

        It is read once in a turn of the loop: all requests of a turn had come before it began, so what was written
        before any of them is seen. Each reading lets the writer's thread take the interpreter, and waits to have it
        back.
        """
        if self._of_this_turn is None:
            self._of_this_turn = self._records.version()
            asyncio.get_running_loop().call_soon(self._turn_ends)
        return self._of_this_turn

    def _turn_ends(self) -> None:
        self._of_this_turn = None

    def account(self, request: Request) -> Account | RawResponse:
        """Return the account of a request, or the answer that refuses it."""
        public_key, secret_key = request.header(b"publickey"), request.header(b"secretkey")
        if not (public_key and secret_key):
            named = (("PublicKey", "public key", public_key), ("SecretKey", "secret key", secret_key))
            return failure(401, {name: [f"The {label} field is required."] for name, label, key in named if not key})
        version = self._current_version()
        if version != self._version or len(self._remembered) > MAX_CACHED:
            self._remembered.clear()
            self._version = version
        pair = (public_key, hash_secret(secret_key))
        account = self._remembered.get(pair)
        if account is None:
            account = account_by_key_pair(self._records.reader(), public_key, secret_key)
            if account is None:
                # What is no public key may be a secret that somebody wrote in the wrong place.
                known = is_public_key(self._records.reader(), public_key)
                address = client_address(request.scope)
                log.event("key_refused", level=logging.WARNING, key=public_key if known else None, address=address)
                return failure(401, "Invalid public key or secret key.")
            self._remembered[pair] = account
        now = time.monotonic()
        if now - self._noted.get(public_key, -NOTE_INTERVAL_SECONDS) >= NOTE_INTERVAL_SECONDS:
            self._noted[public_key] = now
            self._note_use(public_key)
        return account
