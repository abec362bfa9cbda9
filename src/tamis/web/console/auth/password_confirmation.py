"""What asks for the password again, unless it was given within the last minutes: whoever finds a browser signed in
makes no key with it."""

from time import monotonic
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Response

from tamis.domain.accounts import Session
from tamis.web.console.auth.passwords import Passwords, RetryLater
from tamis.web.console.forms import read_form
from tamis.web.console.responses import page
from tamis.web.console.session import Visitor, WebRequest

CONFIRMED_SECONDS = 600.0
MAX_SESSIONS = 10_000
FIELD = "confirm_password"
NOT_RESENT = ("csrf", "once", FIELD)
WRONG = "This is not the password of the account."


class PasswordRequired(Exception):
    """A form was sent that is done only for somebody who has just given the password."""

    def __init__(self, problem: str = "", status: int = 403, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.headers = headers or {}


class PasswordConfirmations:
    """Remembers, by a clock that nobody sets, which sessions have given the password within the last ten minutes."""

    def __init__(self) -> None:
        self._given: dict[bytes, float] = {}

    def note(self, token_hash: bytes) -> None:
        """Note that a session has given the password just now."""
        self._given.pop(token_hash, None)
        self._given[token_hash] = monotonic()
        while len(self._given) > MAX_SESSIONS:
            del self._given[next(iter(self._given))]

    def is_recent(self, session: Session) -> bool:
        """Return whether a session need not give the password again."""
        given = self._given.get(session.token_hash)
        return given is not None and monotonic() - given < CONFIRMED_SECONDS


async def require_recent_password(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let a form of a page pass if the password was given lately, or with it; raises PasswordNeeded."""
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


def ask_for_password(request: WebRequest, error: PasswordRequired) -> Response[str]:
    """Show a form that asks for the password and then sends what was sent again."""
    sent = request.state.form.fields.multi_items()
    answer = page(
        request.state.visitor,
        "sign_in/confirm.html",
        title="Your password",
        nav="account",
        status=error.status,
        action=request.url.path,
        fields=[(name, value) for name, value in sent if name not in NOT_RESENT and isinstance(value, str)],
        problem=str(error),
    )
    answer.headers.update(error.headers)
    return answer
