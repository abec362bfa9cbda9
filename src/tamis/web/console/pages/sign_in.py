"""Signing in and out."""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.sessions import end_session, find_session, open_session
from tamis.web.console.answers import page, see
from tamis.web.console.guessing import TooOften, try_password
from tamis.web.console.injected import InjectedForm, InjectedHouse, InjectedVisitor
from tamis.web.console.session import (
    WebRequest,
    client_of,
    csrf_of,
    ended_cookie,
    guest_cookie,
    session_cookie,
    session_token,
    token_of,
)

WRONG = "The e-mail address or the password is not right."


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
    try:
        account = try_password(house, client_of(request), email, form.raw("password"))
    except TooOften as error:
        return _form(csrf, email, then, str(error), 429)
    if account is None:
        return _form(csrf, email, then, WRONG, 422)
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
        answers_form=status != 200,
    )


def _own(path: str) -> str:
    """Lead nowhere but to pages of this console."""
    fits = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fits else "/segments"


handlers = [form_to_sign_in, sign_in, sign_out]
