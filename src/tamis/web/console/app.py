"""The console as one ASGI application: its pages, what is injected into them, what all answers carry."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response

from tamis.actions.accounts.sessions import find_session
from tamis.actions.house import House
from tamis.domain.errors import TamisError
from tamis.web.console import errors, pages, static
from tamis.web.console.answers import wants_page
from tamis.web.console.auth.confirming import Confirmations, PasswordNeeded, ask_for_password
from tamis.web.console.auth.passwords import Passwords
from tamis.web.console.forms import LARGEST_FORM, read_form
from tamis.web.console.gate import Gate
from tamis.web.console.session import Notices, SignInNeeded, Visitor, WebRequest, find_visitor
from tamis.web.console.turns import Turns, make_pages_in
from tamis.web.http import App, Receive, Scope, Send

SECURITY = [
    (b"content-security-policy",
     b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
     b"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy",
     b"camera=(), display-capture=(), fullscreen=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]  # fmt: skip
NOT_STORED = (b"cache-control", b"no-store")
"""Every page is asked for anew, also by the back button: no number is ever shown that is not true any more."""


@get("/", sync_to_thread=False)
def home(request: WebRequest) -> Response[Any]:
    """Begin with the segments; a program is told what this is."""
    if wants_page(request):
        return Redirect("/segments")
    return Response({"name": "Tamis", "segment_api": "/api/", "documentation": "README.md and docs/ of the project"})


def console_app(house: House) -> App:
    """Make the application."""
    return _with_headers(routed_app(house))  # type: ignore[arg-type]  # Litestar types ASGI's messages more closely


def routed_app(house: House) -> Litestar:
    """Make what answers; its table of routes tells all that there is."""
    make_pages_in(house.lanes.pages)
    notices = Notices()
    passwords, confirmations = Passwords(house), Confirmations()

    def visitor(request: WebRequest) -> Visitor:
        return find_visitor(house, notices, request)

    def account_of(token: str) -> int | None:
        session = find_session(house, token)
        return session.account.id if session else None

    def is_session(token: str) -> bool:
        return account_of(token) is not None

    return Litestar(
        [home, static.serve, _pages()],
        dependencies={
            "house": Provide(lambda: house, sync_to_thread=False),
            "visitor": Provide(visitor, sync_to_thread=False),
            "form": Provide(read_form),
            "passwords": Provide(lambda: passwords, sync_to_thread=False),
            "confirmations": Provide(lambda: confirmations, sync_to_thread=False),
        },
        middleware=[Gate(is_session), Turns(account_of, house.settings.requests_waiting)],
        exception_handlers={
            SignInNeeded: errors.sign_in_needed,
            PasswordNeeded: ask_for_password,
            TamisError: errors.refused,
            HTTPException: errors.wrong_request,
            Exception: errors.fault,
        },
        request_max_body_size=LARGEST_FORM,
        openapi_config=None,
        logging_config=None,
        state=State(
            {
                "explain": house.records.explain,
                "find_visitor": visitor,
                "passwords": passwords,
                "confirmations": confirmations,
            }
        ),
    )


def _pages() -> Router:
    """Collect the `handlers` of all modules under `pages`, so that a new one is found by being there.

    As one router: given one by one, Litestar wraps a handler twice that shares its path with one of another method.
    """
    modules = [import_module(f"{pages.__name__}.{found.name}") for found in iter_modules(pages.__path__)]
    return Router("/", route_handlers=[handler for module in modules for handler in getattr(module, "handlers", [])])


def _with_headers(inner: App) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *SECURITY]
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append(NOT_STORED)
                message = {**message, "headers": headers}
            await send(message)

        await inner(scope, receive, send_with_headers)

    return app
