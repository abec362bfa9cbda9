"""Timeouts of connections: for a request, for its body, for reading a response."""

import logging
from typing import TYPE_CHECKING

from tamis import log
from tamis.web.server.error_responses import BODY_TIMEOUT, HEADERS_TIMEOUT
from tamis.web.server.limits import (
    LINGER_SECONDS,
    RATE_WINDOW_SECONDS,
    STOP_BODY_SECONDS,
    STOP_QUIET_SECONDS,
    STOP_READER_RATE,
)

if TYPE_CHECKING:
    from tamis.web.server.connection import Connection


class ResponseProgress:
    """Measures whether a client reads its response."""

    __slots__ = ("delivered", "since")

    def __init__(self) -> None:
        self.since, self.delivered = 0.0, 0

    def seconds(self, now: float, written: int, buffered: int) -> float:
        """Return for how long the client has read none of its buffered response."""
        delivered = written - buffered
        if not buffered or delivered != self.delivered:
            self.since, self.delivered = now, delivered
        return now - self.since


class BodyProgress:
    """Measures whether a client sends the body that it has announced; time in which it may not send does not count."""

    __slots__ = ("checked", "checked_size", "since", "size", "watched", "window_size")

    def __init__(self) -> None:
        self.start(0.0)

    def start(self, now: float) -> None:
        """Measure the body of another request."""
        self.since, self.checked, self.watched = now, now, 0.0
        self.size = self.checked_size = self.window_size = 0

    def pause(self, now: float) -> None:
        """Note that the client could not send since the last check."""
        self.since = self.checked = now

    def seconds(self, now: float) -> float:
        """Return for how long nothing has arrived."""
        if self.size != self.checked_size:
            self.since, self.checked_size = now, self.size
        self.watched += now - self.checked
        self.checked = now
        return now - self.since

    def is_slower_than(self, rate: int) -> bool:
        """Return, at the end of each period, whether fewer bytes a second have arrived in it: a client that was fast
        at first cannot be slow for ever."""
        if self.watched <= RATE_WINDOW_SECONDS:
            return False
        is_slow = self.size - self.window_size < rate * self.watched
        self.watched, self.window_size = 0.0, self.size
        return is_slow


def check_timeouts(connection: "Connection", now: float) -> None:
    """Close a connection whose client is too slow."""
    limits = connection.connections.limits
    buffered = connection.buffered
    if connection.response_progress.seconds(now, connection.written, buffered) >= limits.reader_seconds:
        log.event("connection_closed", level=logging.WARNING, reason="answer_not_read", address=connection.host)
        connection.reset()
    elif buffered:
        return
    elif connection.is_lingering:
        if now - connection.since >= LINGER_SECONDS:
            connection.transport.abort()
    elif connection.in_body:
        _check_body_timeout(connection, now)
    elif connection.current is not None:
        return
    elif connection.head_bytes and now - connection.since >= limits.header_seconds:
        connection.reject(HEADERS_TIMEOUT)
    elif now - connection.since >= (limits.idle_seconds if connection.last_request else limits.header_seconds):
        connection.finish(linger=False)


def check_shutdown_timeouts(connection: "Connection", now: float, seconds: float) -> None:
    """Close a connection whose client is slow while the server stops, which takes `seconds` so far."""
    buffered = connection.buffered
    quiet = connection.response_progress.seconds(now, connection.written, buffered)
    delivered = connection.written - buffered - connection.delivered_at_stop
    if buffered and (
        quiet >= STOP_QUIET_SECONDS or (seconds >= STOP_QUIET_SECONDS and delivered < STOP_READER_RATE * seconds)
    ):
        connection.reset()
    elif connection.is_lingering and not buffered:
        connection.transport.abort()
    elif (
        connection.in_body
        and not connection.read_paused
        and (connection.body_progress.seconds(now) >= STOP_QUIET_SECONDS or seconds >= STOP_BODY_SECONDS)
    ):
        connection.reject(BODY_TIMEOUT)


def _check_body_timeout(connection: "Connection", now: float) -> None:
    limits, body_progress = connection.connections.limits, connection.body_progress
    if connection.read_paused or (connection.last_request is not None and connection.last_request.expects_continue):
        body_progress.pause(now)
    elif body_progress.seconds(now) >= limits.body_seconds or body_progress.is_slower_than(limits.body_rate):
        connection.reject(BODY_TIMEOUT)
