"""The routes of the Segment API: keys, limits, and every failure as JSON."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from litestar.handlers import ASGIRouteHandler, asgi

from tamis import log
from tamis.actions.accounts.accounts import note_key_use
from tamis.actions.services import Services
from tamis.domain.errors import Busy, Invalid, NotFound, Refused, Unavailable
from tamis.web.compat import endpoints
from tamis.web.compat.auth import KeyRing
from tamis.web.compat.body import BadBody
from tamis.web.compat.endpoints import Context, KeptList
from tamis.web.compat.errors import NOT_FOUND, NOT_FOUND_ON_DELETE, failed, invalid
from tamis.web.compat.limit import Limiter
from tamis.web.compat.listing import Listings
from tamis.web.compat.words import told, with_capital
from tamis.web.http import (
    BELOW,
    Answer,
    BodyTooLarge,
    ClientGone,
    Receive,
    Request,
    Scope,
    Send,
    Stream,
    send_answer,
    send_stream,
)
from tamis.web.monitoring.traffic import OTHER, Place, address_of, exchange_of
from tamis.web.writes import Writes

Endpoint = Callable[[Context, Request], Awaitable[Answer | Stream]]

INTERFACE = "segment_api"
ROUTES: dict[str, tuple[str, Endpoint]] = {
    "segment/list": ("GET", endpoints.segment_list),
    "segment/email/list": ("GET", endpoints.recipient_list),
    "segment/email/store": ("POST", endpoints.recipient_add),
    "segment/email/delete": ("DELETE", endpoints.recipient_delete),
    "segment/delete": ("DELETE", endpoints.segment_delete),
    "segment/store": ("POST", endpoints.segment_store),
    "contacts-type": ("GET", endpoints.type_list),
    "contacts-type/view": ("GET", endpoints.type_view),
    "reserve-fields": ("GET", endpoints.reserved_fields),
    "contacts/list": ("GET", endpoints.contact_list),
}


def segment_api(services: Services) -> list[ASGIRouteHandler]:
    """Make the routes below `/api`: raw ASGI handlers, for the sake of their speed (docs/decisions/0030)."""
    keys = KeyRing(services, lambda public_key: services.submit(note_key_use, public_key))
    writes = Writes(services)
    limiter = Limiter(services.settings.requests_per_minute, services.settings.account_requests_per_minute)
    listings = Listings(services.lanes.lists, services.settings.requests_waiting)
    lists: dict[int, KeptList] = {}

    async def answer(request: Request, method: str, endpoint: Endpoint) -> Answer | Stream:
        if request.method != method and (request.method, method) != ("HEAD", "GET"):
            allowed = "GET, HEAD" if method == "GET" else method
            return failed(405, f"This path takes {allowed} only.", ((b"allow", allowed.encode()),))
        request.announces_at_most(services.settings.max_body)
        account = keys.account(request)
        if isinstance(account, Answer):
            return account
        exchange_of(request.scope).account_id = account.id
        if not limiter.allows(request.header(b"publickey"), account.id):
            log.event(
                "requests_limited",
                level=logging.WARNING,
                account=account.id,
                key=request.header(b"publickey"),
                address=address_of(request.scope),
            )
            return failed(429, "Too many requests: try again in a minute.", ((b"retry-after", b"60"),))
        return await endpoint(Context(services, writes, account, listings, lists), request)

    def handler(path: str, method: str, endpoint: Endpoint) -> ASGIRouteHandler:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = exchange_of(scope)
            exchange.interface, exchange.route = INTERFACE, path
            request = Request.of(scope, receive)
            try:
                found = await answer(request, method, endpoint)
            except ClientGone:
                return
            except Exception as error:
                found = _failure(await asyncio.to_thread(services.records.explain, error), request)
            if isinstance(found, Stream):
                await send_stream(found, send, scope)
            else:
                await send_answer(found, send)

        return asgi(f"/api/{path}", copy_scope=False)(handle)

    return [*(handler(path, *of) for path, of in ROUTES.items()), unknown_path]


@asgi("/api", copy_scope=False, opt={BELOW: True})
async def unknown_path(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  a handler takes all three
    """Answer whatever else begins with `/api/`."""
    exchange = exchange_of(scope)
    exchange.interface, exchange.route = INTERFACE, OTHER
    await send_answer(failed(404, "There is no such path in this API."), send)


def _failure(error: Exception, request: Request) -> Answer:
    match error:
        case Invalid():
            return invalid(error.problems)
        case NotFound():
            return failed(404, NOT_FOUND_ON_DELETE if request.method == "DELETE" else NOT_FOUND)
        case BadBody():
            return failed(400, f"The body cannot be parsed: {error}.")
        case BodyTooLarge():
            return failed(413, "The body is too large.")
        case Busy():
            return failed(429, "Too many requests: try again in a moment.", ((b"retry-after", b"1"),))
        case Refused():
            return failed(409, told(error))
        case Unavailable():
            log.event("request_not_served", level=logging.ERROR, **_place(request), reason=str(error))
            return failed(503, with_capital(told(error)) + ".")
        case _:
            place = _place(request)
            log.event("fault", level=logging.ERROR, error=error, **place)
            return failed(500, f"Something went wrong on our side. Reference: {place['request']}")


def _place(request: Request) -> Place:
    """Say for the log which request it was."""
    exchange = exchange_of(request.scope)
    return {
        "interface": INTERFACE,
        "route": exchange.route,
        "account": exchange.account_id,
        "request": exchange.id,
    }
