"""Requests and their answers: counted by interface, route and status, and written to the access log on request."""

import secrets
from collections.abc import Mapping
from typing import Any, TypedDict

from tamis import log
from tamis.histogram import DurationHistogram
from tamis.web.http import Scope

RECORD_KEY = "tamis.exchange"
"""Where the scope of a request holds its exchange."""
UNKNOWN_ROUTE = "other"
"""The route of all paths that there are not, so that nobody makes up new ones in the metrics."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class RequestRecord:
    """What is counted of one request and its answer; what answers it notes interface, route and account."""

    __slots__ = ("_id", "account_id", "body_bytes", "interface", "route", "status")

    def __init__(self) -> None:
        self._id = self.interface = self.route = ""
        self.account_id: int | None = None
        self.status = self.body_bytes = 0

    @property
    def id(self) -> str:
        """The number of the request, the same in the access log and in the line of a fault."""
        self._id = self._id or secrets.token_hex(4)
        return self._id


class LogContext(TypedDict):
    """Which request a line of the log is about."""

    interface: str
    route: str | None
    account: int | None
    request: str


def request_record(scope: Mapping[str, Any]) -> RequestRecord:
    """Return the exchange of a request; one that nobody counts where it is answered without a server."""
    found: RequestRecord | None = scope.get(RECORD_KEY)
    return found or RequestRecord()


def client_address(scope: Mapping[str, Any]) -> str | None:
    """Return the address of the machine that a request comes from."""
    client = scope.get("client")
    return client[0] if client else None


class Traffic:
    """Counts of all requests since the server started, by interface, route and status."""

    def __init__(self, access_log: bool = False) -> None:
        self.answered: dict[tuple[str, str, int], ResponseStats] = {}
        self._access_log = access_log

    def note(self, exchange: RequestRecord, scope: Scope, seconds: float) -> None:
        """Count a request that has its answer, on the event loop."""
        if not exchange.interface:
            exchange.interface, exchange.route = _place(scope)
        key = (exchange.interface, exchange.route, exchange.status)
        answered = self.answered.get(key)
        if answered is None:
            answered = self.answered[key] = ResponseStats()
        answered.add(seconds)
        answered.body_bytes += exchange.body_bytes
        if self._access_log:
            _write(scope, exchange, seconds)


class ResponseStats(DurationHistogram):
    """How long answers took, and how large they were in all."""

    __slots__ = ("body_bytes",)

    def __init__(self) -> None:
        super().__init__()
        self.body_bytes = 0


def _place(scope: Scope) -> tuple[str, str]:
    """Return interface and route of a request whose handler has not noted them: those of its route, so that they are
    from a small set whatever clients send."""
    handler = scope.get("route_handler")
    opt = handler.opt if handler else {}
    return opt.get("interface", "console"), scope.get("path_template") or UNKNOWN_ROUTE


def _write(scope: Scope, exchange: RequestRecord, seconds: float) -> None:
    method = scope["method"]
    log.access(
        method=method if method in METHODS else UNKNOWN_ROUTE,
        # The path as it was sent has no query, which may hold what was searched for.
        path=scope["path"],
        route=exchange.route,
        status=exchange.status,
        bytes=exchange.body_bytes,
        ms=round(seconds * 1000, 2),
        account=exchange.account_id,
        address=client_address(scope),
        request=exchange.id,
    )
