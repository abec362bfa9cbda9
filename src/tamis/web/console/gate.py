"""What every request that changes something must pass: it comes from our own page, and is done once."""

import asyncio
import hmac
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.web.console.forms import limit_body, read_form
from tamis.web.console.session import SignInRequired, WebRequest, cookie_token, csrf_token, session_token

SAFE = ("GET", "HEAD", "OPTIONS")
FORGED = "This page is not the newest any more: it was opened before the last sign-in. Load it again and repeat."
KEPT_SECONDS = 600
DONE_ALREADY = "This was done already. Open the page again to do it once more."
REPEATED_SECONDS = 30
"""How long a page, not a redirect, answers equal submits: a double click, not somebody who comes later."""
MOST_KEPT = 10_000
LARGEST_KEPT, MOST_BYTES_KEPT = 262_144, 33_554_432
LONGEST_MARK = 64
MOST_OF_GUESTS = 16_384
"""How many bytes somebody may send who is not signed in: an address and a password are less."""

Messages = list[MutableMapping[str, Any]]
Key = tuple[str, str, str]
"""The token of a session, the path, and the mark of the form."""


class Gate(ASGIMiddleware):
    """Refuses forged requests, and gives the second of two equal submits of a form the answer of the first."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, is_session: Callable[[str], bool]) -> None:
        self._is_session = is_session
        self._answers: dict[Key, tuple[float, asyncio.Future[Messages | None]]] = {}
        self._bytes_kept = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request pass, or raise what refuses it, as far as possible before its body is read."""
        receive = limit_body(scope, receive)
        if scope["method"] in SAFE:  # type: ignore[typeddict-item]  # `scopes` lets HTTP alone come here
            await next_app(scope, receive, send)
            return
        request: WebRequest = Request(scope, receive, send)
        token = cookie_token(request)
        if not token:
            raise PermissionDeniedException(FORGED)
        if not self._is_session(session_token(request)) and not _is_short(request):
            raise SignInRequired
        given = request.headers.get("x-csrf-token") or (await read_form(request)).raw("csrf")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token(token).encode()):
            raise PermissionDeniedException(FORGED)
        form = await read_form(request)
        once = form.raw("once")[:LONGEST_MARK]
        if once:
            await self._once((token, scope["path"], once), scope, receive, send, next_app)
        else:
            await next_app(scope, receive, send)

    async def _once(self, key: Key, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        self._forget_old()
        mine: asyncio.Future[Messages | None] = asyncio.get_running_loop().create_future()
        since, first = self._answers.setdefault(key, (time.monotonic(), mine))
        if first is not mine:
            known = await asyncio.shield(first)
            if known is not None:
                if known[0]["status"] == 200:  # a page, which may show a secret: for a moment only, and to its session
                    if not self._is_session(key[0]):
                        raise SignInRequired
                    if time.monotonic() - since > REPEATED_SECONDS:
                        raise HTTPException(DONE_ALREADY, status_code=409)
                for message in known:
                    await send(message)  # type: ignore[arg-type]  # what Litestar itself sent before
                return
        sent: Messages = []

        async def send_and_keep(message: Any) -> None:
            sent.append(message)
            await send(message)

        try:
            await next_app(scope, receive, send_and_keep)
        finally:
            worth = bool(sent) and sent[0].get("status", 500) < 400 and _size(sent) <= LARGEST_KEPT
            if not worth:  # what was refused may be tried again
                self._answers.pop(key, None)
            mine.set_result(sent if worth else None)
            if self._answers.get(key, (0.0, None))[1] is mine:
                self._bytes_kept += _size(sent)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._answers:
            key, (since, _) = next(iter(self._answers.items()))
            if since > oldest and len(self._answers) < MOST_KEPT and self._bytes_kept <= MOST_BYTES_KEPT:
                return
            _, answer = self._answers.pop(key)
            self._bytes_kept -= _size(answer.result() or []) if answer.done() else 0


def _size(messages: Messages) -> int:
    return sum(len(message.get("body", b"")) for message in messages)


def _is_short(request: WebRequest) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= MOST_OF_GUESTS
