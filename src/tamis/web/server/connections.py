"""All connections of the server: how many there may be, and what becomes of those whose clients do nothing."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from heapq import nsmallest
from typing import TYPE_CHECKING

from tamis import log
from tamis.web.client_networks import client_network
from tamis.web.http import Scope
from tamis.web.monitoring.traffic import RequestRecord
from tamis.web.server import timeouts
from tamis.web.server.error_responses import TOO_MANY, TOO_MANY_OF_ADDRESS, ErrorResponse
from tamis.web.server.limits import Limits

if TYPE_CHECKING:
    from tamis.web.server.connection import Connection

OnResponse = Callable[[RequestRecord, Scope, float], None]
CHECK_SECONDS = 1.0
EVICTED_AT_ONCE = 32


def ignore_response(exchange: RequestRecord, scope: Scope, seconds: float) -> None:
    """Let nobody count what was answered."""


class Connections:
    """The open connections; `now` is the loop's time, a second old at most. `answered` is told of each request that has
    its answer, and how long that took."""

    def __init__(self, limits: Limits, is_proxy: Callable[[str], bool], answered: OnResponse = ignore_response) -> None:
        self.limits, self.answered = limits, answered
        self.now = 0.0
        self.stopping = False
        self._is_proxy = is_proxy
        self._open: set[Connection] = set()
        self._of_origin: Counter[str] = Counter()

    def __iter__(self) -> "Iterator[Connection]":
        return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)

    @property
    def active(self) -> int:
        """How many requests are being answered."""
        return sum(connection.running is not None for connection in list(self._open))

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look after the connections once a second from now on."""
        self.now = loop.time()
        if not self.stopping:
            for connection in self:
                timeouts.check_timeouts(connection, self.now)
            loop.call_later(CHECK_SECONDS, self.begin, loop)

    def admit(self, connection: "Connection", host: str) -> ErrorResponse | None:
        """Take a connection in, or tell why not.

        When there are too many, those that have waited longest for their clients make room, as in nginx.
        """
        origin = None if self._is_proxy(host) else client_network(host)
        if origin is not None and self._of_origin[origin] >= self.limits.connections_per_address:
            return _refused(TOO_MANY_OF_ADDRESS, host)
        if len(self._open) >= self.limits.connections and not self._make_room():
            return _refused(TOO_MANY, host)
        connection.origin = origin
        self._open.add(connection)
        if origin is not None:
            self._of_origin[origin] += 1
        return None

    def leave(self, connection: "Connection") -> None:
        """Forget a connection that is closed."""
        if connection in self._open:
            self._open.discard(connection)
            if connection.origin is not None:
                self._of_origin[connection.origin] -= 1
                if not self._of_origin[connection.origin]:
                    del self._of_origin[connection.origin]

    def stop(self) -> None:
        """Close what waits, and let what runs come to its end."""
        self.stopping = True
        for connection in self:
            connection.stop()

    def check_stopping(self, now: float, seconds: float) -> None:
        """Let go of those that are slow while the server stops."""
        self.now = now
        for connection in self:
            timeouts.check_shutdown_timeouts(connection, now, seconds)

    def _make_room(self) -> bool:
        waiting = nsmallest(EVICTED_AT_ONCE, (c for c in self._open if c.is_waiting), key=lambda c: c.since)
        for connection in waiting:
            self.leave(connection)
            connection.transport.abort()
            log.event("connection_closed", level=logging.WARNING, reason="room_for_others", address=connection.host)
        return bool(waiting)


def _refused(refusal: ErrorResponse, host: str) -> ErrorResponse:
    log.event("connection_refused", level=logging.WARNING, reason=refusal.reason, address=host)
    return refusal
