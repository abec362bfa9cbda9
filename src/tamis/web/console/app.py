"""The routes of the console: its pages and their dependencies."""

from typing import Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Redirect, Response

from tamis.actions.accounts.sessions import find_session
from tamis.actions.services import Services
from tamis.web.console.auth.password_confirmation import PasswordConfirmations, PasswordRequired, password_form
from tamis.web.console.auth.passwords import Passwords
from tamis.web.console.page_handlers import page_handlers
from tamis.web.console.requests import errors, static
from tamis.web.console.requests.concurrency_limit import ConcurrencyLimit, run_pages_in
from tamis.web.console.requests.csrf import CsrfProtection
from tamis.web.console.requests.forms import MAX_FORM_BYTES, read_form
from tamis.web.console.requests.idempotency import Idempotency
from tamis.web.console.requests.responses import accepts_html
from tamis.web.console.requests.session import Notices, Visitor, WebRequest, client_host, find_visitor, session_token
from tamis.web.console.roles import PUBLIC, require_role


@get("/", opt=PUBLIC, sync_to_thread=False)
def home(request: WebRequest) -> Response[Any]:
    """Redirect browsers to the segments, and tell programs what this is."""
    if accepts_html(request):
        return Redirect("/segments")
    return Response({"name": "Tamis", "segment_api": "/api/", "documentation": "README.md and docs/ of the project"})


def console(services: Services, state: State) -> Router:
    """Make the routes of the console; `state` receives what its error handlers need."""
    run_pages_in(services.lanes.pages)
    notices = Notices()
    passwords, confirmations = Passwords(services), PasswordConfirmations()

    def visitor(request: WebRequest) -> Visitor:
        return find_visitor(services, notices, request)

    def services_of_visitor(request: WebRequest) -> Services:
        """Return services with which the user of a session writes, from where the request came."""
        session = find_session(services, session_token(request))
        return services.acting_as(session.actor.at(client_host(request))) if session else services

    def account_of(token: str) -> int | None:
        session = find_session(services, token)
        return session.account.id if session else None

    def is_session(token: str) -> bool:
        return account_of(token) is not None

    state.update(
        {
            "explain": services.records.diagnose,
            "find_visitor": visitor,
            "passwords": passwords,
            "confirmations": confirmations,
        }
    )
    return Router(
        "/",
        route_handlers=[home, static.serve, *page_handlers()],
        dependencies={
            "services": Provide(services_of_visitor, sync_to_thread=False),
            "visitor": Provide(visitor, sync_to_thread=False),
            "form": Provide(read_form),
            "passwords": Provide(lambda: passwords, sync_to_thread=False),
            "confirmations": Provide(lambda: confirmations, sync_to_thread=False),
        },
        middleware=[
            CsrfProtection(is_session),
            Idempotency(is_session),
            ConcurrencyLimit(account_of, services.settings.requests_waiting),
        ],
        exception_handlers={**errors.HANDLERS, PasswordRequired: password_form},
        guards=[require_role],
        request_max_body_size=MAX_FORM_BYTES,
        opt={"interface": "console"},
        include_in_schema=False,
    )
