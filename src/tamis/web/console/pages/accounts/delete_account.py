"""Deleting the account, after a confirmation by its email and the password."""

from contextlib import suppress

from litestar import get, post
from litestar.response import Response

from tamis import log
from tamis.actions.accounts.deletion import close_account, count_contents, erase_account
from tamis.actions.services import Services
from tamis.domain.errors import Busy
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor, WebRequest, client_host, ended_session_cookie
from tamis.web.console.roles import OWNER


@get("/account/delete", opt=OWNER, sync_to_thread=True)
def delete_account_page(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Say what is deleted with the account, and ask for a confirmation."""
    return _page(services, visitor)


@post("/account/delete", opt=OWNER, status_code=200, sync_to_thread=True, guards=[require_recent_password])
def delete_account(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Close the account at once, and delete in the background what it has."""
    account = visitor.account
    if form.text("email").casefold() != account.email.casefold():
        return _page(services, visitor, problem="This is not the email of the account.", email=form.text("email"))
    services.write(close_account, account)
    log.event("account_closed", account=account.id, user=visitor.user.id, address=client_host(request))
    with suppress(Busy):  # the daily upkeep does it then
        services.jobs.start(
            f"delete account {account.id}", account.id, None, lambda _job: erase_account(services, account.id)
        )
    answer = page(None, "sign_in/deleted.html", title="Account deleted", email=account.email)
    answer.set_cookie(ended_session_cookie(request))
    return answer


def _page(services: Services, visitor: Visitor, *, problem: str = "", email: str = "") -> Response[str]:
    return page(
        visitor,
        "account/delete.html",
        title="Delete account",
        nav="account",
        status=422 if problem else 200,
        contents=count_contents(services.records.reader(), visitor.account),
        problem=problem,
        email=email,
    )


handlers = [delete_account_page, delete_account]
