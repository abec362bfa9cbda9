"""The routes of the API for programs, below `/v1`."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

from tamis.actions.services import Services
from tamis.web.api import routes
from tamis.web.api.calls import call_factory, call_provider
from tamis.web.api.contact_writes.shortcut import ContactShortcut
from tamis.web.api.description import describe, description_route
from tamis.web.api.docs_page.routes import docs_routes
from tamis.web.api.emails_in_paths import email_in_path
from tamis.web.api.idempotency import IdempotentPosts
from tamis.web.api.listening import Listening
from tamis.web.api.local_access import LocalAccess
from tamis.web.api.paging import page_query
from tamis.web.api.problems import problem_response
from tamis.web.api.rate_limit import RateLimits
from tamis.web.api.requests import ApiRequests
from tamis.web.http import FindShortcut
from tamis.web.key_auth import KeyAuth
from tamis.web.projection_waiters import ProjectionWaiters
from tamis.web.write_limit import WriteLimit

PREFIX = "/v1"


def api_routes(services: Services, keys: KeyAuth, writes: WriteLimit, local_token: str) -> tuple[Router, FindShortcut]:
    """Make the routes of the API, and the shortcut past them."""

    def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        return problem_response(services, request, error)

    handlers = route_handlers()
    settings, waiters = services.settings, ProjectionWaiters(services.hub)
    limits = RateLimits(settings.api_requests_per_minute, settings.account_requests_per_minute)
    requests = ApiRequests(keys, LocalAccess(services, local_token), limits)
    make_call = call_factory(services, writes, waiters, Listening(services, waiters))
    description = cache(lambda: describe(handlers, PREFIX))
    router = Router(
        PREFIX,
        route_handlers=[description_route(description), *docs_routes(description), *handlers],
        dependencies={
            "call": Provide(call_provider(make_call), sync_to_thread=False),
            "page": Provide(page_query, sync_to_thread=False),
            "address": Provide(email_in_path, sync_to_thread=False),
        },
        middleware=[requests, IdempotentPosts(services, writes)],
        exception_handlers={Exception: failed},
        request_max_body_size=settings.max_body,
        opt={"interface": "api"},
    )
    return router, ContactShortcut(services, requests, make_call).find


def route_handlers() -> list[BaseRouteHandler]:
    """Collect the `handlers` of all modules in `routes`, so that new modules are found automatically."""
    modules = [import_module(found.name) for found in walk_packages(routes.__path__, f"{routes.__name__}.")]
    return [handler for module in modules for handler in getattr(module, "handlers", [])]
