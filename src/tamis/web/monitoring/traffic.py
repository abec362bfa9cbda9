"""Requests and their answers: counted by interface, route and status, and written to the access log on request."""

import secrets
import time
from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from typing import Any

from tamis import log
from tamis.timings import Timings
from tamis.web.http import App, Receive, Scope, Send

EXCHANGE = "tamis.exchange"
"""Where the scope of a request holds its exchange."""
OTHER = "other"
"""The route of all paths that there are not, so that nobody makes up new ones in the metrics."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Exchange:
    """One request and its answer, seen from the outside; what answers notes the route and the account."""

    __slots__ = ("_id", "_send", "account_id", "body_bytes", "route", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._id = ""
        self.account_id: int | None = None
        self.route = ""
        self.status = 0
        self.body_bytes = 0

    @property
    def id(self) -> str:
        """The number of the request, the same in the access log and in the line of a fault."""
        self._id = self._id or secrets.token_hex(4)
        return self._id

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Pass a message of the answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body_bytes += len(message.get("body", b""))
        await self._send(message)


def exchange_of(scope: Mapping[str, Any]) -> Exchange:
    """Return the exchange of a request; one that nobody looks at where it is answered without a server."""
    found: Exchange | None = scope.get(EXCHANGE)
    return found or Exchange(_nowhere)


def address_of(scope: Scope) -> str | None:
    """Return the address of the machine that a request comes from."""
    client = scope.get("client")
    return client[0] if client else None


class Traffic:
    """Counts of all requests since the server started; `active` are being answered now."""

    def __init__(self) -> None:
        self.active = 0
        self.statuses: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self.timings: defaultdict[tuple[str, str], Timings] = defaultdict(Timings)
        self.body_bytes: defaultdict[str, int] = defaultdict(int)

    def watch(self, inner: App, access_log: bool) -> App:
        """Wrap the application that answers all requests, on the event loop."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await inner(scope, receive, send)
            exchange = scope[EXCHANGE] = Exchange(send)
            began = time.perf_counter()
            self.active += 1
            try:
                await inner(scope, receive, exchange.send)
            finally:
                seconds = time.perf_counter() - began
                self.active -= 1
                interface, route = _place(scope, exchange)
                self.statuses[interface, route, exchange.status] += 1
                self.timings[interface, route].add(seconds)
                self.body_bytes[interface] += exchange.body_bytes
                if access_log:
                    _write(scope, exchange, route, seconds)

        return app


def _place(scope: Scope, exchange: Exchange) -> tuple[str, str]:
    """Return interface and route of a request, from a small set whatever clients send."""
    path = scope["path"].lstrip("/")
    if path.startswith("api/") or path == "api":
        return "segment_api", exchange.route or OTHER
    if exchange.route:
        return "monitoring", exchange.route
    if path.startswith("local/"):
        return "local", "/local/ask"
    return "console", scope.get("path_template") or OTHER


def _write(scope: Scope, exchange: Exchange, route: str, seconds: float) -> None:
    method = scope["method"]
    log.access(
        method=method if method in METHODS else OTHER,
        # The path as it was sent has no query, which may hold what was searched for.
        path=scope["path"],
        route=route,
        status=exchange.status,
        bytes=exchange.body_bytes,
        ms=round(seconds * 1000, 2),
        account=exchange.account_id,
        address=address_of(scope),
        request=exchange.id,
    )


async def _nowhere(_: MutableMapping[str, Any]) -> None:
    return None
