"""All connections of the server: their limits, and what happens to inactive clients."""

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
from tamis.web.server.error_responses import TOO_MANY_CONNECTIONS, TOO_MANY_PER_ADDRESS, ErrorResponse
from tamis.web.server.limits import Limits

if TYPE_CHECKING:
    from tamis.web.server.connection import Connection

OnResponse = Callable[[RequestRecord, Scope, float], None]
CHECK_SECONDS = 1.0
EVICTED_AT_ONCE = 32


def ignore_response(exchange: RequestRecord, scope: Scope, seconds: float) -> None:
    """Do not count a response."""


class Connections:
    """The open connections; `now` is the loop's time, at most a second old. `answered` is called with each completed
    request and its duration in seconds."""

    def __init__(self, limits: Limits, is_proxy: Callable[[str], bool], answered: OnResponse = ignore_response) -> None:
        self.limits, self.answered = limits, answered
        self.now = 0.0
        self.stopping = False
        self._is_proxy = is_proxy
        self._open: set[Connection] = set()
        self._per_network: Counter[str] = Counter()

    def __iter__(self) -> "Iterator[Connection]":
        return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)

    @property
    def active(self) -> int:
        """The number of requests being answered."""
        return sum(connection.current is not None for connection in list(self._open))

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Check the timeouts of all connections, now and once a second."""
        self.now = loop.time()
        if not self.stopping:
            for connection in self:
                timeouts.check_timeouts(connection, self.now)
            loop.call_later(CHECK_SECONDS, self.start, loop)

    def admit(self, connection: "Connection", host: str) -> ErrorResponse | None:
        """Accept a connection, or return the error that rejects it.

        When there are too many, those that have waited longest for their clients are closed, as in nginx.
        """
        network = None if self._is_proxy(host) else client_network(host)
        if network is not None and self._per_network[network] >= self.limits.connections_per_address:
            return TOO_MANY_PER_ADDRESS.to_connection(host)
        if len(self._open) >= self.limits.connections and not self._evict_waiting():
            return TOO_MANY_CONNECTIONS.to_connection(host)
        connection.network = network
        self._open.add(connection)
        if network is not None:
            self._per_network[network] += 1
        return None

    def leave(self, connection: "Connection") -> None:
        """Remove a closed connection."""
        if connection in self._open:
            self._open.discard(connection)
            if connection.network is not None:
                self._per_network[connection.network] -= 1
                if not self._per_network[connection.network]:
                    del self._per_network[connection.network]

    def stop(self) -> None:
        """Close waiting connections, and let running requests finish."""
        self.stopping = True
        for connection in self:
            connection.stop()

    def check_stopping(self, now: float, seconds: float) -> None:
        """Close slow connections while the server stops."""
        self.now = now
        for connection in self:
            timeouts.check_shutdown_timeouts(connection, now, seconds)

    def _evict_waiting(self) -> bool:
        waiting = nsmallest(EVICTED_AT_ONCE, (c for c in self._open if c.is_waiting), key=lambda c: c.since)
        for connection in waiting:
            self.leave(connection)
            connection.transport.abort()
            log.event("connection_closed", level=logging.WARNING, reason="room_for_others", address=connection.host)
        return bool(waiting)
