"""Requests and responses: counted by interface, route and status, and written to the access log if enabled."""

import os
import re
from collections.abc import Mapping
from typing import Any, TypedDict

from tamis import log
from tamis.histogram import DurationHistogram
from tamis.web.http import Scope

RECORD_KEY = "tamis.exchange"
"""The key of a request's record in its scope."""
UNKNOWN_ROUTE = "other"
"""The route of all unknown paths, so that clients cannot create new labels in the metrics."""
IDS_AT_ONCE = 256
_LINK_TOKEN = re.compile(r"^(/+(?:u|in)/+).+", re.DOTALL)
"""The token of an unsubscribe link, or of the URL of a provider, which whoever reads the log could use."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class RequestRecord:
    """The counted properties of a request and its response; the handler notes interface, route, account and
    key."""

    __slots__ = ("_id", "account_id", "body_bytes", "interface", "public_key", "route", "status")

    def __init__(self) -> None:
        self._id = self.interface = self.route = ""
        self.account_id: int | None = None
        self.public_key: str | None = None
        self.status = self.body_bytes = 0

    @property
    def id(self) -> str:
        """The id of the request: the same in its response, in the access log, and in the line of a fault."""
        self._id = self._id or make_request_id()
        return self._id


def make_request_id() -> str:
    """Make a request id that no other request of any server has. Clients cannot choose it: a line of the log could
    otherwise be taken for that of another request."""
    while True:
        try:
            return _request_ids.pop()
        except IndexError:
            text = os.urandom(IDS_AT_ONCE * 8).hex()  # a call into the kernel costs more than all the rest
            _request_ids.extend(text[start : start + 16] for start in range(0, len(text), 16))


_request_ids: list[str] = []
"""Random ids, made in advance."""


class LogContext(TypedDict):
    """Identifies the request that a log line is about."""

    interface: str
    route: str | None
    account: int | None
    request: str


def request_record(scope: Mapping[str, Any]) -> RequestRecord:
    """Return the record of a request; a new, uncounted one when there is no server."""
    record: RequestRecord | None = scope.get(RECORD_KEY)
    return record or RequestRecord()


def client_address(scope: Mapping[str, Any]) -> str | None:
    """Return the address of the client."""
    client = scope.get("client")
    return client[0] if client else None


class Traffic:
    """Counts of all requests since the server started, by interface, route and status."""

    def __init__(self, access_log: bool = False) -> None:
        self.answered: dict[tuple[str, str, int], ResponseStats] = {}
        self._access_log = access_log

    def count(self, record: RequestRecord, scope: Scope, seconds: float) -> None:
        """Count a completed request, on the event loop."""
        if not record.interface:
            record.interface, record.route = _route_of(scope)
        key = (record.interface, record.route, record.status)
        answered = self.answered.get(key)
        if answered is None:
            answered = self.answered[key] = ResponseStats()
        answered.add(seconds)
        answered.body_bytes += record.body_bytes
        if self._access_log:
            _write(scope, record, seconds)


class ResponseStats(DurationHistogram):
    """Durations of responses, and their total size."""

    __slots__ = ("body_bytes",)

    def __init__(self) -> None:
        super().__init__()
        self.body_bytes = 0


def _route_of(scope: Scope) -> tuple[str, str]:
    """Return interface and route of a request whose handler has not noted them, from its route handler: a bounded set
    whatever clients send."""
    handler = scope.get("route_handler")
    opt = handler.opt if handler else {}
    return opt.get("interface", "console"), scope.get("path_template") or UNKNOWN_ROUTE


def _write(scope: Scope, record: RequestRecord, seconds: float) -> None:
    method = scope["method"]
    log.access(
        method=method if method in METHODS else UNKNOWN_ROUTE,
        # The path has no query, which may hold search terms, and no token of a link.
        path=_LINK_TOKEN.sub(r"\1…", scope["path"]),
        interface=record.interface,
        route=record.route,
        status=record.status,
        bytes=record.body_bytes,
        ms=round(seconds * 1000, 2),
        account=record.account_id,
        key=record.public_key,
        address=client_address(scope),
        request=record.id,
    )
