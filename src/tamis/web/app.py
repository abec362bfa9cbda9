"""The single ASGI application of all interfaces: one routing table, and what all responses share."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.routes import ASGIRoute
from litestar.types import Message, Scope
from litestar.types.internal_types import ControllerRouterHandler
from litestar.utils import normalize_path

from tamis.actions.providers.sns import AmazonCertificates
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.sender import Sender
from tamis.web.http import (
    EXTRA_HEADERS,
    HANDLES_SUBPATHS,
    NOT_STORED,
    SECURITY,
    App,
    FindShortcut,
    Headers,
    Send,
    is_below,
)
from tamis.web.key_auth import KeyAuth
from tamis.web.local import local_routes
from tamis.web.providers import provider_routes
from tamis.web.proxy import with_proxy_headers
from tamis.web.segment_api.app import segment_api_routes
from tamis.web.unsubscribe.routes import unsubscribe_routes
from tamis.web.write_limit import WriteLimit

API_PREFIX = "/v1"

LoadRoutes = Callable[["Application"], ControllerRouterHandler]


def web_app(services: Services, local_token: str, *more: ControllerRouterHandler) -> App:
    """Make the ASGI application of the server; `more` are routes that need more than the services, such as
    monitoring."""
    app = application(services, local_token, *more)
    return with_proxy_headers(app, services.settings)


def application(services: Services, local_token: str, *more: ControllerRouterHandler) -> "Application":
    """Make the application with the routes of all interfaces."""

    keys, writes = KeyAuth(services), WriteLimit(services)

    def api(app: Application) -> ControllerRouterHandler:
        from tamis.web.api.app import api_routes

        router, app.find_shortcut = api_routes(services, keys, writes, local_token)
        return router

    def pages(app: Application) -> ControllerRouterHandler:
        from tamis.web.console.app import console

        return console(services, app.state)

    certificates = AmazonCertificates(Sender(AddressPolicy(services.settings.webhook_networks)).fetch)
    handlers = [
        *segment_api_routes(services, keys, writes),
        *provider_routes(services, writes, certificates),
        local_routes(services, local_token),
        *unsubscribe_routes(services, writes),
        *more,
    ]
    return Application(handlers, {API_PREFIX: api, "/": pages}, services)


class Application(Litestar):
    """Litestar with shortcuts (docs/decisions/0030).

    A request for a raw ASGI handler goes straight to it: Litestar's own routing costs a sixth of a `segment/list`. A
    handler with `HANDLES_SUBPATHS` in its `opt` also answers all paths below its own that have no handler.

    `late` makes the routes of interfaces by the prefix of their paths, `/v1` and `/`: each is loaded on its first
    request, since the console and the API take half a second each, which a server that only answers the Segment API
    does not need.
    """

    def __init__(
        self, handlers: Sequence[ControllerRouterHandler], late: Mapping[str, LoadRoutes], services: Services
    ) -> None:
        super().__init__(
            handlers,
            before_send=[_add_headers],
            exception_handlers={Exception: _unhandled(services)},
            openapi_config=None,
            logging_config=None,
        )
        raw = [route for route in self.routes if isinstance(route, ASGIRoute)]
        self._direct: dict[str, Any] = {route.path: route.route_handler.fn for route in raw}
        self._subpaths = [
            (f"{route.path}/", route.route_handler.fn) for route in raw if route.route_handler.opt.get(HANDLES_SUBPATHS)
        ]
        self.find_shortcut: FindShortcut = lambda _: None
        self._late = dict(late)
        self._loading = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] == ScopeType.HTTP:
            path = scope["path"]
            direct = self._direct.get(path) or self._find_raw(normalize_path(path))
            if direct is not None:
                await direct(scope, receive, send)
                return
            if shortcut := self.find_shortcut(scope):
                await shortcut(scope, receive, _with_headers(send, scope))
                return
            is_api = is_below(path, API_PREFIX)
            prefix = API_PREFIX if is_api else "/"
            if prefix in self._late and not self._has_route(path, scope["method"]):
                await asyncio.get_running_loop().run_in_executor(None, self.load, prefix)
            if is_api and scope["method"] == "HEAD":
                scope = {**scope, "method": "GET"}  # the server leaves the body out
        await super().__call__(scope, receive, send)

    def load(self, prefix: str) -> None:
        """Make the routes of an interface, once."""
        with self._loading:
            if load := self._late.get(prefix):
                self.register(load(self))
                del self._late[prefix]  # only now: requests that come meanwhile wait for it

    def _find_raw(self, path: str) -> App | None:
        below = (handler for prefix, handler in self._subpaths if path.startswith(prefix))
        return self._direct.get(path) or next(below, None)

    def _has_route(self, path: str, method: Any) -> bool:
        try:
            self.asgi_router.handle_routing(path=normalize_path(path), method=method)
        except HTTPException:
            return False
        return True


def _with_headers(send: Send, scope: Any) -> Send:
    """Return a `send` that adds headers to a response."""

    async def send_with_headers(message: Any) -> None:
        await _add_headers(message, scope)
        await send(message)

    return send_with_headers


async def _add_headers(message: Message, scope: Scope) -> None:
    """Add headers to a response: for security, and those of its request; raw handlers send their own."""
    if message["type"] == "http.response.start":
        extra: Headers = cast(dict[str, Any], scope).get(EXTRA_HEADERS, ())
        headers = [*message.get("headers", ()), *extra, *SECURITY]
        if not any(name.lower() == b"cache-control" for name, _ in headers):
            headers.append(NOT_STORED)
        message["headers"] = headers


def _unhandled(services: Services) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    """Return the function that answers a request that no route handles: in the words of the interface it was for."""

    def respond(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if is_below(request.scope["path"], API_PREFIX):
            from tamis.web.api.problems import problem_response

            return problem_response(services, request, error)
        from tamis.web.console.requests.errors import error_response

        return error_response(request, error)

    return respond
