"""Protection against cross-site request forgery: requests that change something must come from a page of ours."""

import hmac
from collections.abc import Callable

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.web.console.requests.forms import limit_body, read_form
from tamis.web.console.requests.session import SignInRequired, WebRequest, cookie_token, csrf_token, session_token

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
FORGED = "This page was opened before you last signed in. Reload it and try again."
MAX_GUEST_BYTES = 16_384
"""The largest body of somebody who is not signed in: an email and a password need less."""


class CsrfProtection(ASGIMiddleware):
    """Refuses forged requests, as far as possible before their body is read."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, is_session: Callable[[str], bool]) -> None:
        self._is_session = is_session

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass a request on, or raise what refuses it."""
        receive = limit_body(scope, receive)
        request: WebRequest = Request(scope, receive, send)
        if request.method not in SAFE_METHODS:
            token = cookie_token(request)
            if not token:
                raise PermissionDeniedException(FORGED)
            if not self._is_session(session_token(request)) and not _is_short(request):
                raise SignInRequired
            given = request.headers.get("x-csrf-token") or (await read_form(request)).raw("csrf")
            if not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token(token).encode()):
                raise PermissionDeniedException(FORGED)
        await next_app(scope, receive, send)


def _is_short(request: WebRequest) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= MAX_GUEST_BYTES
