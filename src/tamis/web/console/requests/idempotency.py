"""Idempotent form submits: the second of two equal submits gets the response of the first."""

import asyncio
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.web.console.requests.csrf import SAFE_METHODS
from tamis.web.console.requests.forms import read_form
from tamis.web.console.requests.session import SignInRequired, WebRequest, cookie_token

FIELD = "idempotency_key"
KEPT_SECONDS = 600
DONE_ALREADY = "This was already done. To do it again, go back and reload the page."
REPLAY_SECONDS = 30
"""How long a page, not a redirect, is replayed: to a double click, not to somebody who returns later."""
MAX_KEPT = 10_000
MAX_RESPONSE_BYTES, MAX_KEPT_BYTES = 262_144, 33_554_432
MAX_KEY_LENGTH = 64

Messages = list[MutableMapping[str, Any]]
Key = tuple[str, str, str]
"""The token of a session, the path, and the key of the form."""


class Idempotency(ASGIMiddleware):
    """Answers the second of two equal submits of a form with the response to the first."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, is_session: Callable[[str], bool]) -> None:
        self._is_session = is_session
        self._responses: dict[Key, tuple[float, asyncio.Future[Messages | None]]] = {}
        self._bytes_kept = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass a request on, unless an equal one was passed on before."""
        request: WebRequest = Request(scope, receive, send)
        key = "" if request.method in SAFE_METHODS else (await read_form(request)).raw(FIELD)[:MAX_KEY_LENGTH]
        if key:
            await self._run_once((cookie_token(request), scope["path"], key), scope, receive, send, next_app)
        else:
            await next_app(scope, receive, send)

    async def _run_once(self, key: Key, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        self._forget_old()
        mine: asyncio.Future[Messages | None] = asyncio.get_running_loop().create_future()
        since, first = self._responses.setdefault(key, (time.monotonic(), mine))
        if first is not mine:
            messages = await asyncio.shield(first)
            if messages is not None:
                if messages[0]["status"] == 200:  # a page, which may show a secret: briefly, and to its session only
                    if not self._is_session(key[0]):
                        raise SignInRequired
                    if time.monotonic() - since > REPLAY_SECONDS:
                        raise HTTPException(DONE_ALREADY, status_code=409)
                for message in messages:
                    await send(message)  # type: ignore[arg-type]  # what Litestar itself sent before
                return
        sent: Messages = []

        async def send_and_keep(message: Any) -> None:
            sent.append(message)
            await send(message)

        try:
            await next_app(scope, receive, send_and_keep)
        finally:
            is_kept = bool(sent) and sent[0].get("status", 500) < 400 and _size(sent) <= MAX_RESPONSE_BYTES
            if not is_kept:  # what was refused may be tried again
                self._responses.pop(key, None)
            mine.set_result(sent if is_kept else None)
            if self._responses.get(key, (0.0, None))[1] is mine:
                self._bytes_kept += _size(sent)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._responses:
            key, (since, _) = next(iter(self._responses.items()))
            if since > oldest and len(self._responses) < MAX_KEPT and self._bytes_kept <= MAX_KEPT_BYTES:
                return
            _, response = self._responses.pop(key)
            self._bytes_kept -= _size(response.result() or []) if response.done() else 0


def _size(messages: Messages) -> int:
    return sum(len(message.get("body", b"")) for message in messages)
