"""The single ASGI application of all interfaces: one routing table, and what all responses share."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.routes import ASGIRoute
from litestar.types import Message, Scope
from litestar.types.internal_types import ControllerRouterHandler
from litestar.utils import normalize_path

from tamis.actions.services import Services
from tamis.web.http import HANDLES_SUBPATHS, App
from tamis.web.local import local_routes
from tamis.web.proxy import with_proxy_headers
from tamis.web.segment_api.app import segment_api_routes

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
"""Browsers load every page anew, also with the back button, so that no outdated number is shown."""

LoadPages = Callable[[Litestar], ControllerRouterHandler]


def web_app(services: Services, local_token: str, *more: ControllerRouterHandler) -> App:
    """Make the ASGI application of the server; `more` are routes that need more than the services, such as
    monitoring."""
    app = application(services, local_token, *more)
    return with_proxy_headers(app, services.settings)


def application(services: Services, local_token: str, *more: ControllerRouterHandler) -> "Application":
    """Make the application with the routes of all interfaces."""

    def pages(app: Litestar) -> ControllerRouterHandler:
        from tamis.web.console.app import console

        return console(services, app.state)

    return Application([*segment_api_routes(services), local_routes(services, local_token), *more], pages)


class Application(Litestar):
    """Litestar with two shortcuts (docs/decisions/0030).

    A request for a raw ASGI handler goes straight to it: Litestar's own routing costs a sixth of a `segment/list`. A
    handler with `HANDLES_SUBPATHS` in its `opt` also answers all paths below its own that have no handler.

    `pages` makes the console's routes, and is called on the first request that no other route answers: they take half a
    second to load, which a server that only answers programs does not need.
    """

    def __init__(self, handlers: Sequence[ControllerRouterHandler], pages: LoadPages) -> None:
        super().__init__(
            handlers,
            before_send=[_add_headers],
            exception_handlers={Exception: _console_error},
            openapi_config=None,
            logging_config=None,
        )
        raw = [route for route in self.routes if isinstance(route, ASGIRoute)]
        self._direct: dict[str, Any] = {route.path: route.route_handler.fn for route in raw}
        self._subpaths = [
            (f"{route.path}/", route.route_handler.fn) for route in raw if route.route_handler.opt.get(HANDLES_SUBPATHS)
        ]
        self._pages: LoadPages | None = pages
        self._loading = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] == ScopeType.HTTP:
            direct = self._direct.get(scope["path"]) or self._find_raw(normalize_path(scope["path"]))
            if direct is not None:
                await direct(scope, receive, send)
                return
            if self._pages and not self._has_route(scope["path"], scope["method"]):
                await asyncio.get_running_loop().run_in_executor(None, self.load_pages)
        await super().__call__(scope, receive, send)

    def load_pages(self) -> None:
        """Make the routes of the console, once."""
        with self._loading:
            if self._pages:
                self.register(self._pages(self))
                self._pages = None

    def _find_raw(self, path: str) -> App | None:
        below = (handler for prefix, handler in self._subpaths if path.startswith(prefix))
        return self._direct.get(path) or next(below, None)

    def _has_route(self, path: str, method: Any) -> bool:
        try:
            self.asgi_router.handle_routing(path=normalize_path(path), method=method)
        except HTTPException:
            return False
        return True


async def _add_headers(message: Message, _: Scope) -> None:
    """Add the security headers to a response; raw handlers send their own."""
    if message["type"] == "http.response.start":
        headers = [*message.get("headers", ()), *SECURITY]
        if not any(name.lower() == b"cache-control" for name, _ in headers):
            headers.append(NOT_STORED)
        message["headers"] = headers


def _console_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Let the console answer a request that no route handles."""
    from tamis.web.console.errors import error_response

    return error_response(request, error)
