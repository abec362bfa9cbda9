"""Setting a password with a link, and asking for such a link by email."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis import log
from tamis.actions.services import Services
from tamis.actions.team.mail import PASSWORD_PATH, can_send, link_to, password_text, send_mail
from tamis.actions.team.password_links import (
    create_password_link,
    use_password_link,
    user_of_link,
    user_with_access,
)
from tamis.domain.accounts.users import User
from tamis.domain.errors import Invalid, TamisError
from tamis.web.client_networks import client_network
from tamis.web.console.auth.passwords import RetryLater
from tamis.web.console.display.messages import first_message
from tamis.web.console.requests.dependencies import FormDep, PasswordsDep, ServicesDep
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import WebRequest, client_host, cookie_token, csrf_token, guest_cookie
from tamis.web.console.roles import PUBLIC
from tamis.web.throttle import Throttle

MAX_LINKS, MAX_LINKS_OF_NETWORK, HOUR_SECONDS = 3, 20, 3600
_links_of_user = Throttle(MAX_LINKS, HOUR_SECONDS)
_links_of_network = Throttle(MAX_LINKS_OF_NETWORK, HOUR_SECONDS)
_senders = ThreadPoolExecutor(1, "mail")


@get("/password", opt=PUBLIC, sync_to_thread=True)
def show_password_form(request: WebRequest, services: ServicesDep, token: FromQuery[str] = "") -> Response[str]:
    """Show the form for a new password; opening the link changes nothing."""
    user = user_of_link(services.records.reader(), services.clock(), token)
    cookie = guest_cookie(request)
    answer = _page(user, token, csrf_token(cookie_token(request) or cookie.value or ""))
    answer.set_cookie(cookie)
    return answer


@post("/password", opt=PUBLIC)
async def set_new_password(
    request: WebRequest, services: ServicesDep, form: FormDep, passwords: PasswordsDep
) -> Response[str]:
    """Set the password; all sessions of the user end, and they sign in with it."""
    token = form.raw("token")
    user = user_of_link(services.records.reader(), services.clock(), token)
    csrf = csrf_token(cookie_token(request))
    if form.raw("new") != form.raw("again"):
        return _page(user, token, csrf, again="The passwords do not match.")
    try:
        hashed = await passwords.hash(request, form.raw("new"), user.email)
    except RetryLater as error:
        return _page(user, token, csrf, new=str(error))
    except Invalid as error:
        return _page(user, token, csrf, new=f"The password {first_message(error)}.")
    await asyncio.wrap_future(services.submit(use_password_link, token, hashed, client_host(request)))
    log.event("password_changed", user=user.id, address=client_host(request))
    return Response("", status_code=303, headers={"location": "/sign-in"}, media_type="text/html")


@get("/forgot", opt=PUBLIC, sync_to_thread=False)
def forgot_form(request: WebRequest, services: ServicesDep) -> Response[str]:
    """Ask for an email, or say how a password is set without a mail server."""
    cookie = guest_cookie(request)
    answer = _forgot(services, csrf_token(cookie_token(request) or cookie.value or ""), is_sent=False)
    answer.set_cookie(cookie)
    return answer


@post("/forgot", opt=PUBLIC)
async def send_link(request: WebRequest, services: ServicesDep, form: FormDep) -> Response[str]:
    """Send a link in the background; the answer is the same, and as fast, whether or not there is such a user."""
    email, network = form.text("email"), client_network(client_host(request))
    if can_send(services.settings) and not _links_of_network.wait_seconds(network):
        _links_of_network.record_failure(network)
        _senders.submit(_send, services, email)
    return _forgot(services, csrf_token(cookie_token(request)), is_sent=True)


def _send(services: Services, email: str) -> None:
    user = user_with_access(services.records.reader(), email)
    if user is None or _links_of_user.wait_seconds(str(user.id)):
        return
    _links_of_user.record_failure(str(user.id))
    token = services.acting_as(user.actor).write(create_password_link, user)
    try:
        send_mail(services.settings, user.email, *password_text(link_to(services.settings, PASSWORD_PATH, token)))
    except TamisError:
        return  # which the log tells


def _page(user: User, token: str, csrf: str, **wrong: str) -> Response[str]:
    return page(
        None,
        "sign_in/password.html",
        title="New password",
        status=422 if wrong else 200,
        is_form_response=bool(wrong),
        email=user.email,
        token_value=token,
        csrf=csrf,
        wrong=wrong,
    )


def _forgot(services: Services, csrf: str, *, is_sent: bool) -> Response[str]:
    return page(
        None,
        "sign_in/forgot.html",
        title="Forgotten password",
        is_form_response=is_sent,
        csrf=csrf,
        can_send=can_send(services.settings),
        is_sent=is_sent,
    )


handlers = [show_password_form, set_new_password, forgot_form, send_link]
