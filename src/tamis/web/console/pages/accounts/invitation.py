"""Accepting an invitation, with a new password or as a user who is signed in."""

import asyncio
from urllib.parse import quote

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.accounts.sessions import find_session, switch_account
from tamis.actions.services import Services
from tamis.actions.team.invitations import OpenedInvitation, accept_as_user, accept_with_password, open_invitation
from tamis.domain.errors import Invalid, TamisError
from tamis.web.console.auth.passwords import RetryLater
from tamis.web.console.display.messages import first_message, first_sentence
from tamis.web.console.pages.accounts.sign_in import open_console
from tamis.web.console.requests.dependencies import ConfirmationsDep, FormDep, PasswordsDep, ServicesDep
from tamis.web.console.requests.responses import HTML, page
from tamis.web.console.requests.session import (
    WebRequest,
    client_host,
    cookie_token,
    csrf_token,
    guest_cookie,
    session_cookie,
    session_token,
)
from tamis.web.console.roles import PUBLIC


@get("/invitation", opt=PUBLIC, sync_to_thread=True)
def show_invitation(request: WebRequest, services: ServicesDep, token: FromQuery[str] = "") -> Response[str]:
    """Show what the invitation is to; opening the link changes nothing."""
    opened = open_invitation(services.records.reader(), services.clock(), token)
    if session_token(request):
        return _page(request, services, opened, token, csrf_token(session_token(request)))
    cookie = guest_cookie(request)
    answer = _page(request, services, opened, token, csrf_token(cookie.value or ""))
    answer.set_cookie(cookie)
    return answer


@post("/invitation", opt=PUBLIC)
async def accept_invitation(
    request: WebRequest,
    services: ServicesDep,
    form: FormDep,
    passwords: PasswordsDep,
    confirmations: ConfirmationsDep,
) -> Response[str]:
    """Accept the invitation: as the signed-in user, or with a new password."""
    token = form.raw("token")
    opened = open_invitation(services.records.reader(), services.clock(), token)
    session = find_session(services, session_token(request))
    csrf = csrf_token(cookie_token(request))
    try:
        if opened.takes_sign_in:
            if session is None:
                return _page(request, services, opened, token, csrf)
            account = await asyncio.wrap_future(services.submit(accept_as_user, token, session.user))
            changed = await asyncio.wrap_future(services.submit(switch_account, session, account.id))
            answer = Response("", status_code=303, headers={"location": "/segments"}, media_type=HTML)
            answer.set_cookie(session_cookie(request, changed, services.settings.session_lifetime))
            return answer
        if form.raw("new") != form.raw("again"):
            return _page(request, services, opened, token, csrf, again="The passwords do not match.")
        hashed = await passwords.hash(request, form.raw("new"), opened.invitation.email)
        accepting = services.submit(accept_with_password, token, hashed, client_host(request))
        user = await asyncio.wrap_future(accepting)
    except RetryLater as error:
        return _page(request, services, opened, token, csrf, new=str(error))
    except Invalid as error:
        return _page(request, services, opened, token, csrf, new=f"The password {first_message(error)}.")
    except TamisError as error:
        return _page(request, services, opened, token, csrf, problem=first_sentence(error))
    return await open_console(request, services, confirmations, user, "/segments", is_known=False)


def _page(
    request: WebRequest, services: Services, opened: OpenedInvitation, token: str, csrf: str, **wrong: str
) -> Response[str]:
    session = find_session(services, session_token(request))
    return page(
        None,
        "sign_in/invitation.html",
        title="Invitation",
        status=422 if wrong else 200,
        is_form_response=request.method == "POST",
        opened=opened,
        token_value=token,
        csrf=csrf,
        signed_in=session.user if session else None,
        then=quote(f"/invitation?token={token}", safe=""),
        wrong=wrong,
    )


handlers = [show_invitation, accept_invitation]
