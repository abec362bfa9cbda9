"""Signing in and out."""

import asyncio
import logging

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis import log
from tamis.actions.accounts import sessions as actions
from tamis.actions.accounts.sessions import end_session, find_session
from tamis.actions.services import Services
from tamis.actions.team.codes import asks_for_code, use_code
from tamis.domain.accounts.accounts import hash_secret
from tamis.domain.accounts.users import User
from tamis.domain.errors import Refused
from tamis.web.console.auth.password_confirmation import PasswordConfirmations
from tamis.web.console.auth.passwords import RetryLater
from tamis.web.console.auth.pending_codes import PendingCodes
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.requests.dependencies import (
    ConfirmationsDep,
    FormDep,
    PasswordsDep,
    ServicesDep,
    VisitorDep,
)
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import (
    WebRequest,
    client_host,
    client_of,
    cookie_token,
    csrf_token,
    device_cookie,
    ended_guest_cookie,
    ended_session_cookie,
    guest_cookie,
    session_cookie,
    session_token,
)
from tamis.web.console.roles import PUBLIC, VIEWER

REFUSED_SECONDS = 1.0
"""How long a refusal takes, which slows down clients that try without a pause, at next to no cost."""
WRONG = "Wrong email or password."
WRONG_CODE = "Wrong code, or one that was used already."
TOO_LATE = "That took too long. Sign in again."
pending_codes = PendingCodes()


@get("/sign-in", opt=PUBLIC, sync_to_thread=False)
def sign_in_form(request: WebRequest, services: ServicesDep, then: FromQuery[str] = "/segments") -> Response[str]:
    """Show the form; signed-in users are redirected."""
    if find_session(services, session_token(request)):
        return Response("", status_code=303, headers={"location": local_path(then)}, media_type="text/html")
    cookie = guest_cookie(request)
    answer = _form(csrf_token(cookie.value or ""), "", then, "", 200)
    answer.set_cookie(cookie)
    answer.set_cookie(ended_session_cookie(request))
    return answer


@post("/sign-in", opt=PUBLIC)
async def sign_in(
    request: WebRequest,
    services: ServicesDep,
    form: FormDep,
    passwords: PasswordsDep,
    confirmations: ConfirmationsDep,
) -> Response[str]:
    """Check email and password, and open a session, without using a thread: those are for signed-in users."""
    email, then, csrf = form.text("email"), form.text("then"), csrf_token(cookie_token(request))
    try:
        user = await passwords.sign_in(request, email, form.raw("password"))
    except RetryLater as error:
        await asyncio.sleep(REFUSED_SECONDS)
        answer = _form(csrf, email, then, str(error), error.status)
        answer.headers.update(error.headers)
        return answer
    if user is None:
        return _form(csrf, email, then, WRONG, 422)
    is_known = passwords.known_device(request, user) is not None
    if asks_for_code(services.records.reader(), user):
        return _code_form(csrf, pending_codes.add(user, csrf), then, "", 200)
    try:
        return await open_console(request, services, confirmations, user, then, is_known=is_known)
    except Refused as error:
        return _form(csrf, email, then, first_sentence(error), 422)


@post("/sign-in/code", opt=PUBLIC)
async def check_code(
    request: WebRequest,
    services: ServicesDep,
    form: FormDep,
    passwords: PasswordsDep,
    confirmations: ConfirmationsDep,
) -> Response[str]:
    """Check the one-time code of somebody whose password was right, and open a session."""
    then, csrf, pending = form.text("then"), csrf_token(cookie_token(request)), form.text("pending")
    user = pending_codes.find(pending, csrf)
    if user is None:
        return _form(csrf, "", then, TOO_LATE, 422)
    acting = services.acting_as(user.actor.at(client_host(request)))
    try:
        with pending_codes.attempt(user) as succeed:
            if await asyncio.wrap_future(acting.submit(use_code, user, form.text("code"))):
                succeed()
                pending_codes.remove(pending)
                is_known = passwords.known_device(request, user) is not None
                return await open_console(request, services, confirmations, user, then, is_known=is_known)
    except RetryLater as error:
        await asyncio.sleep(REFUSED_SECONDS)
        answer = _code_form(csrf, pending, then, str(error), error.status)
        answer.headers.update(error.headers)
        return answer
    except Refused as error:
        return _form(csrf, "", then, first_sentence(error), 422)
    log.event("code_wrong", level=logging.WARNING, user=user.id, address=client_host(request))
    return _code_form(csrf, pending, then, WRONG_CODE, 422)


@post("/sign-out", opt=VIEWER, sync_to_thread=True)
def sign_out(request: WebRequest, services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """End the session."""
    services.write(end_session, visitor.session)
    log.event("signed_out", user=visitor.user.id, address=client_host(request))
    answer = redirect(visitor, "/sign-in")
    answer.set_cookie(ended_session_cookie(request))
    return answer


async def open_console(
    request: WebRequest,
    services: Services,
    confirmations: PasswordConfirmations,
    user: User,
    then: str,
    *,
    is_known: bool,
) -> Response[str]:
    """Open a session for a user who has shown who they are, and go to a page; raises Refused."""
    opening = services.submit(actions.sign_in, user, session_token(request), client_of(request))
    opened = await asyncio.wrap_future(opening)
    confirmations.note(hash_secret(opened.token))
    log.event("signed_in", user=user.id, address=client_host(request), known_device=is_known)
    answer = Response("", status_code=303, headers={"location": local_path(then)}, media_type="text/html")
    answer.set_cookie(session_cookie(request, opened.token, services.settings.session_lifetime))
    answer.set_cookie(device_cookie(request, user, opened.device))
    answer.set_cookie(ended_guest_cookie(request))
    return answer


def _form(csrf: str, email: str, then: str, problem: str, status: int) -> Response[str]:
    return page(
        None,
        "sign_in/form.html",
        title="Sign in",
        status=status,
        csrf=csrf,
        email=email,
        then=local_path(then),
        problem=problem,
        is_form_response=status != 200,
    )


def _code_form(csrf: str, pending: str, then: str, problem: str, status: int) -> Response[str]:
    return page(
        None,
        "sign_in/code.html",
        title="Sign in",
        status=status,
        csrf=csrf,
        pending=pending,
        then=local_path(then),
        problem=problem,
        is_form_response=True,
    )


def local_path(path: str) -> str:
    """Return a path of this console; anything else becomes the start page."""
    fits = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fits else "/segments"


handlers = [sign_in_form, sign_in, check_code, sign_out]
