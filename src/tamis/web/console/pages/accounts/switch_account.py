"""Switching between the accounts of a user."""

from litestar import get, post
from litestar.response import Response

from tamis.actions.accounts.sessions import accounts_of_user, switch_account
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import WebRequest, session_cookie
from tamis.web.console.roles import VIEWER


@get("/account/switch", sync_to_thread=True)
def account_list(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """List the accounts of the user."""
    accounts = accounts_of_user(services.records.reader(), visitor.user)
    return page(visitor, "account/switch.html", title="Switch account", nav="account", accounts=accounts)


@post("/account/switch", opt=VIEWER, sync_to_thread=True)
def open_account(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Open another account; pages that show the one before cannot change anything any more."""
    token = services.write(switch_account, visitor.session, form.number("account_id") or 0)
    answer = redirect(visitor, "/segments")
    answer.set_cookie(session_cookie(request, token, services.settings.session_lifetime))
    return answer


handlers = [account_list, open_account]
