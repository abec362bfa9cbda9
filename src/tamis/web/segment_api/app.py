"""The routes of the Segment API: authentication, rate limits, and every failure as JSON."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from litestar.handlers import ASGIRouteHandler, asgi

from tamis import log
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import ApiKey
from tamis.domain.accounts.accounts import Scope as KeyScope
from tamis.domain.errors import Busy, Invalid, NotFound, Refused, Unavailable
from tamis.web.body_values import InvalidBody
from tamis.web.http import (
    HANDLES_SUBPATHS,
    BodyTooLarge,
    ClientDisconnected,
    RawResponse,
    Receive,
    Request,
    Scope,
    Send,
    StreamedResponse,
    send_response,
    send_streamed,
)
from tamis.web.key_auth import KeyAuth
from tamis.web.monitoring.traffic import UNKNOWN_ROUTE, LogContext, client_address, request_record
from tamis.web.segment_api import endpoints
from tamis.web.segment_api.endpoints import CachedList, Context
from tamis.web.segment_api.errors import NOT_FOUND, NOT_FOUND_ON_DELETE, failure, invalid
from tamis.web.segment_api.list_streaming import ListStreams
from tamis.web.segment_api.messages import capitalized, error_message
from tamis.web.segment_api.rate_limit import RateLimiter
from tamis.web.write_limit import WriteLimit

Endpoint = Callable[[Context, Request], Awaitable[RawResponse | StreamedResponse]]

INTERFACE = "segment_api"


class Route(NamedTuple):
    """A route: its method, its endpoint, and the scope that it takes."""

    method: str
    endpoint: Endpoint
    scope: KeyScope = KeyScope.READ


ROUTES: dict[str, Route] = {
    "segment/list": Route("GET", endpoints.segment_list),
    "segment/email/list": Route("GET", endpoints.recipient_list),
    "segment/email/store": Route("POST", endpoints.recipient_add, KeyScope.WRITE),
    "segment/email/delete": Route("DELETE", endpoints.recipient_delete, KeyScope.WRITE),
    "segment/delete": Route("DELETE", endpoints.segment_delete, KeyScope.ADMIN),
    "segment/store": Route("POST", endpoints.segment_store, KeyScope.ADMIN),
    "contacts-type": Route("GET", endpoints.type_list),
    "contacts-type/view": Route("GET", endpoints.type_view),
    "reserve-fields": Route("GET", endpoints.reserved_fields),
    "contacts/list": Route("GET", endpoints.contact_list),
}


def segment_api_routes(services: Services, keys: KeyAuth, writes: WriteLimit) -> list[ASGIRouteHandler]:
    """Make the routes below `/api` as raw ASGI handlers, for speed (docs/decisions/0030)."""
    limiter = RateLimiter(services.settings.requests_per_minute, services.settings.account_requests_per_minute)
    listings = ListStreams(services.lanes.lists, services.settings.requests_waiting)
    lists: dict[int, CachedList] = {}

    async def answer(request: Request, route: Route) -> RawResponse | StreamedResponse:
        method = route.method
        if request.method != method and (request.method, method) != ("HEAD", "GET"):
            allowed = "GET, HEAD" if method == "GET" else method
            return failure(405, f"This path takes {allowed} only.", ((b"allow", allowed.encode()),))
        request.check_content_length(services.settings.max_body)
        key = _find_key(keys, request)
        if isinstance(key, RawResponse):
            return key
        if not limiter.allows(key.public_key, key.account.id):
            log.event(
                "requests_limited",
                level=logging.WARNING,
                account=key.account.id,
                key=key.public_key,
                address=client_address(request.scope),
            )
            return failure(429, "Too many requests: try again in a minute.", ((b"retry-after", b"60"),))
        if not key.scope.includes(route.scope):
            return failure(403, f"This key has the scope {key.scope}, and this call needs the scope {route.scope}.")
        return await route.endpoint(
            Context(services, writes, key, listings, lists, client_address(request.scope)), request
        )

    def handler(path: str, route: Route) -> ASGIRouteHandler:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            record = request_record(scope)
            record.interface, record.route = INTERFACE, path
            request = Request.of(scope, receive)
            try:
                found = await answer(request, route)
            except ClientDisconnected:
                return
            except Exception as error:
                found = _failure(await asyncio.to_thread(services.records.diagnose, error), request)
            if isinstance(found, StreamedResponse):
                await send_streamed(found, send, scope)
            else:
                await send_response(found, send)

        return asgi(f"/api/{path}", copy_scope=False)(handle)

    return [*(handler(path, route) for path, route in ROUTES.items()), unknown_path]


def _find_key(keys: KeyAuth, request: Request) -> ApiKey | RawResponse:
    """Return the key of a request, or the response that rejects it."""
    public_key, secret_key = request.header(b"publickey"), request.header(b"secretkey")
    if not (public_key and secret_key):
        named = (("PublicKey", "public key", public_key), ("SecretKey", "secret key", secret_key))
        return failure(401, {name: [f"The {label} field is required."] for name, label, key in named if not key})
    key = keys.by_key_pair(public_key, secret_key, request.scope)
    return failure(401, "Invalid public key or secret key.") if key is None else key


@asgi("/api", copy_scope=False, opt={HANDLES_SUBPATHS: True})
async def unknown_path(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  a handler takes all three
    """Answer all other paths below `/api/`."""
    record = request_record(scope)
    record.interface, record.route = INTERFACE, UNKNOWN_ROUTE
    await send_response(failure(404, "There is no such path in this API."), send)


def _failure(error: Exception, request: Request) -> RawResponse:
    match error:
        case Invalid():
            return invalid(error.problems)
        case NotFound():
            return failure(404, NOT_FOUND_ON_DELETE if request.method == "DELETE" else NOT_FOUND)
        case InvalidBody():
            return failure(400, f"The body cannot be parsed: {error}.")
        case BodyTooLarge():
            return failure(413, "The body is too large.")
        case Busy():
            return failure(429, "Too many requests: try again in a moment.", ((b"retry-after", b"1"),))
        case Refused():
            return failure(409, error_message(error))
        case Unavailable():
            log.event("request_not_served", level=logging.ERROR, **_log_context(request), reason=str(error))
            return failure(503, capitalized(error_message(error)) + ".")
        case _:
            context = _log_context(request)
            log.event("fault", level=logging.ERROR, error=error, **context)
            return failure(500, f"Something went wrong on our side. Reference: {context['request']}")


def _log_context(request: Request) -> LogContext:
    """Identify the request for the log."""
    record = request_record(request.scope)
    return {
        "interface": INTERFACE,
        "route": record.route,
        "account": record.account_id,
        "request": record.id,
    }
