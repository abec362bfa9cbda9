"""What every request that changes something must pass: it comes from our own page, and is done once."""

import asyncio
import hmac
import time
from collections.abc import MutableMapping
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.web.console.session import WebRequest, csrf_of, token_of

SAFE = ("GET", "HEAD", "OPTIONS")
FORGED = "This page is not the newest any more: it was opened before the last sign-in. Load it again and repeat."
KEPT_SECONDS = 600
DONE_ALREADY = "This was done already. Open the page again to do it once more."
REPEATED_SECONDS = 30
"""How long a page, not a redirect, answers equal submits: a double click, not somebody who comes later."""
MOST_KEPT = 10_000
LARGEST_KEPT = 262_144

Messages = list[MutableMapping[str, Any]]


class Gate(ASGIMiddleware):
    """Refuses forged requests, and gives the second of two equal submits of a form the answer of the first."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str, str], tuple[float, asyncio.Future[Messages | None]]] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request pass, or raise PermissionDeniedException."""
        if scope["method"] in SAFE:  # type: ignore[typeddict-item]  # `scopes` lets HTTP alone come here
            await next_app(scope, receive, send)
            return
        request: WebRequest = Request(scope, receive, send)
        token = token_of(request)
        header = request.headers.get("x-csrf-token")
        is_form = request.headers.get("content-type", "").startswith(
            ("application/x-www-form-urlencoded", "multipart/form-data")
        )
        form = await request.form() if is_form else {}
        given = header or str(form.get("csrf", ""))
        if not token or not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
            raise PermissionDeniedException(FORGED)
        once = str(form.get("once", ""))
        if once:
            await self._once((token, scope["path"], once), scope, receive, send, next_app)
        else:
            await next_app(scope, receive, send)

    async def _once(
        self, key: tuple[str, str, str], scope: Scope, receive: Receive, send: Send, next_app: ASGIApp
    ) -> None:
        self._forget_old()
        mine: asyncio.Future[Messages | None] = asyncio.get_running_loop().create_future()
        since, first = self._answers.setdefault(key, (time.monotonic(), mine))
        if first is not mine:
            known = await asyncio.shield(first)
            if known is not None:
                if known[0]["status"] == 200 and time.monotonic() - since > REPEATED_SECONDS:
                    raise HTTPException(DONE_ALREADY, status_code=409)  # a secret was shown for a moment only
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
            if not mine.done():
                mine.set_result(sent if worth else None)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._answers:
            key, (since, _) = next(iter(self._answers.items()))
            if since > oldest and len(self._answers) < MOST_KEPT:
                return
            del self._answers[key]


def _size(messages: Messages) -> int:
    return sum(len(message.get("body", b"")) for message in messages)
