"""Confirmation by password of sensitive actions, unless it was given within the last minutes: somebody who finds a
signed-in browser cannot create a key with it."""

from time import monotonic
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Response

from tamis.domain.accounts.accounts import Session
from tamis.web.console.auth.passwords import Passwords, RetryLater
from tamis.web.console.requests import idempotency
from tamis.web.console.requests.forms import read_form
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor, WebRequest

CONFIRMED_SECONDS = 600.0
MAX_SESSIONS = 10_000
FIELD = "confirm_password"
NOT_RESENT = ("csrf", idempotency.FIELD, FIELD)
WRONG = "Wrong password."


class PasswordRequired(Exception):
    """A form requires a recent confirmation by password."""

    def __init__(self, problem: str = "", status: int = 403, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.headers = headers or {}


class PasswordConfirmations:
    """Remembers, by a monotonic clock, which sessions were confirmed within the last ten minutes."""

    def __init__(self) -> None:
        self._given: dict[bytes, float] = {}

    def note(self, token_hash: bytes) -> None:
        """Note that a session was confirmed just now."""
        self._given.pop(token_hash, None)
        self._given[token_hash] = monotonic()
        while len(self._given) > MAX_SESSIONS:
            del self._given[next(iter(self._given))]

    def is_recent(self, session: Session) -> bool:
        """Return whether a session was confirmed recently."""
        given = self._given.get(session.token_hash)
        return given is not None and monotonic() - given < CONFIRMED_SECONDS


async def require_recent_password(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Pass a request if its session was confirmed recently, or is confirmed with it; raises PasswordRequired."""
    request = cast(WebRequest, connection)
    visitor: Visitor = request.app.state.find_visitor(request)
    confirmations: PasswordConfirmations = request.app.state.confirmations
    passwords: Passwords = request.app.state.passwords
    if confirmations.is_recent(visitor.session):
        return
    form = await read_form(request)
    if not form.checked(FIELD):
        raise PasswordRequired
    try:
        if not await passwords.confirm(request, visitor.session, form.raw(FIELD)):
            raise PasswordRequired(WRONG, 422)
    except RetryLater as error:
        raise PasswordRequired(str(error), error.status, error.headers) from None
    confirmations.note(visitor.session.token_hash)


def password_form(request: WebRequest, error: PasswordRequired) -> Response[str]:
    """Show a form that asks for the password and then resends the original form."""
    sent = request.state.form.fields.multi_items()
    answer = page(
        request.state.visitor,
        "sign_in/confirm.html",
        title="Confirm your password",
        nav="account",
        status=error.status,
        action=request.url.path,
        fields=[(name, value) for name, value in sent if name not in NOT_RESENT and isinstance(value, str)],
        problem=str(error),
    )
    answer.headers.update(error.headers)
    return answer
