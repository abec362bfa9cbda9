"""Signing in and out."""

import threading

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.passwords import check_password
from tamis.actions.sessions import end_session, find_session, open_session
from tamis.domain.text import fold
from tamis.web.console.answers import page, see
from tamis.web.console.injected import InjectedForm, InjectedHouse, InjectedVisitor
from tamis.web.console.session import (
    WebRequest,
    csrf_of,
    ended_cookie,
    guest_cookie,
    session_cookie,
    session_token,
    token_of,
)
from tamis.web.console.throttle import Throttle

WRONG = "The e-mail address or the password is not right."
WINDOW_SECONDS = 900
AT_ONCE = threading.BoundedSemaphore(2)
"""Checking a password takes 64 MB and all of a core for a moment, by design: never many at a time."""

by_address = Throttle(10, WINDOW_SECONDS)
by_client = Throttle(50, WINDOW_SECONDS)


@get("/sign-in", sync_to_thread=False)
def form_to_sign_in(request: WebRequest, house: InjectedHouse, then: FromQuery[str] = "/segments") -> Response[str]:
    """Show the form; whoever is signed in already is led on."""
    if find_session(house.records.reader(), house.clock(), session_token(request)):
        return Response("", status_code=303, headers={"location": _own(then)}, media_type="text/html")
    cookie = guest_cookie(request)
    answer = _form(csrf_of(cookie.value or ""), "", then, "", 200)
    answer.set_cookie(cookie)
    answer.set_cookie(ended_cookie(request))
    return answer


@post("/sign-in", sync_to_thread=True)
def sign_in(request: WebRequest, house: InjectedHouse, form: InjectedForm) -> Response[str]:
    """Check e-mail and password, and open a session."""
    email, then, csrf = form.text("email"), form.text("then"), csrf_of(token_of(request))
    client = request.client.host if request.client else ""
    waits = max(by_address.wait_seconds(fold(email)), by_client.wait_seconds(client))
    if waits:
        minutes = int(waits // 60) + 1
        wait = f"Too many attempts failed. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
        return _form(csrf, email, then, wait, 429)
    by_address.failed(fold(email))  # also while it is checked: guesses that come together count
    by_client.failed(client)
    with AT_ONCE:
        account = check_password(house.records.reader(), email, form.raw("password"))
    if account is None:
        return _form(csrf, email, then, WRONG, 422)
    by_address.succeeded(fold(email))
    by_client.succeeded(client)
    token = house.write(open_session, account)
    answer = Response("", status_code=303, headers={"location": _own(then)}, media_type="text/html")
    answer.set_cookie(session_cookie(request, token))
    return answer


@post("/sign-out", sync_to_thread=True)
def sign_out(request: WebRequest, house: InjectedHouse, visitor: InjectedVisitor) -> Response[str]:
    """End the session."""
    house.write(end_session, visitor.session)
    answer = see(visitor, "/sign-in")
    answer.set_cookie(ended_cookie(request))
    return answer


def _form(csrf: str, email: str, then: str, problem: str, status: int) -> Response[str]:
    return page(
        None,
        "sign_in/form.html",
        title="Sign in",
        status=status,
        csrf=csrf,
        email=email,
        then=_own(then),
        problem=problem,
    )


def _own(path: str) -> str:
    """Lead nowhere but to pages of this console."""
    fits = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fits else "/segments"


handlers = [form_to_sign_in, sign_in, sign_out]
