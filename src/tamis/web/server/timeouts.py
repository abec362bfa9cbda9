"""How long a client may keep the server waiting: for a request, for its body, to take an answer."""

import logging
from typing import TYPE_CHECKING

from tamis import log
from tamis.web.server.error_responses import BODY_LATE, HEADERS_LATE
from tamis.web.server.limits import (
    LINGER_SECONDS,
    RATE_GRACE_SECONDS,
    STOP_BODY_SECONDS,
    STOP_QUIET_SECONDS,
    STOP_READER_RATE,
)

if TYPE_CHECKING:
    from tamis.web.server.connection import Connection


class ResponseProgress:
    """Watches that a client takes what is written for it."""

    __slots__ = ("since", "taken")

    def __init__(self) -> None:
        self.since, self.taken = 0.0, 0

    def seconds(self, now: float, written: int, buffered: int) -> float:
        """Return for how long the client has taken nothing of what waits for it."""
        taken = written - buffered
        if not buffered or taken != self.taken:
            self.since, self.taken = now, taken
        return now - self.since


class BodyProgress:
    """Watches that a client sends the body that it has announced; time in which it may not send does not count."""

    __slots__ = ("checked", "seen", "since", "size", "waited")

    def __init__(self) -> None:
        self.begin(0.0)

    def begin(self, now: float) -> None:
        """Watch the body of another request."""
        self.since, self.checked, self.waited, self.size, self.seen = now, now, 0.0, 0, 0

    def pause(self, now: float) -> None:
        """Take note that the client could not send since the last look."""
        self.since = self.checked = now

    def seconds(self, now: float) -> float:
        """Return for how long nothing has come."""
        if self.size != self.seen:
            self.since, self.seen = now, self.size
        self.waited += now - self.checked
        self.checked = now
        return now - self.since

    def is_slower_than(self, rate: int) -> bool:
        """Return whether fewer bytes a second have come; a short body has time anyway."""
        return self.waited > RATE_GRACE_SECONDS and self.size < rate * self.waited


def check_timeouts(connection: "Connection", now: float) -> None:
    """Let go of a client that has kept a connection waiting for too long."""
    limits = connection.connections.limits
    buffered = connection.buffered
    if connection.taking.seconds(now, connection.written, buffered) >= limits.reader_seconds:
        log.event("connection_closed", level=logging.WARNING, reason="answer_not_read", address=connection.host)
        connection.reset()
    elif buffered:
        return
    elif connection.lingering:
        if now - connection.since >= LINGER_SECONDS:
            connection.transport.abort()
    elif connection.in_body:
        _check_body(connection, now)
    elif connection.running is not None:
        return
    elif connection.head_bytes and now - connection.since >= limits.header_seconds:
        connection.refuse(HEADERS_LATE)
    elif now - connection.since >= (limits.idle_seconds if connection.newest else limits.header_seconds):
        connection.finish(linger=False)


def check_shutdown_timeouts(connection: "Connection", now: float, seconds: float) -> None:
    """Let go of a client that is slow while the server stops, which it has done for so many seconds."""
    buffered = connection.buffered
    quiet = connection.taking.seconds(now, connection.written, buffered)
    taken = connection.written - buffered - connection.taken_at_stop
    if buffered and (
        quiet >= STOP_QUIET_SECONDS or (seconds >= STOP_QUIET_SECONDS and taken < STOP_READER_RATE * seconds)
    ):
        connection.reset()
    elif connection.lingering and not buffered:
        connection.transport.abort()
    elif (
        connection.in_body
        and not connection.read_paused
        and (connection.sending.seconds(now) >= STOP_QUIET_SECONDS or seconds >= STOP_BODY_SECONDS)
    ):
        connection.refuse(BODY_LATE)


def _check_body(connection: "Connection", now: float) -> None:
    limits, sending = connection.connections.limits, connection.sending
    if connection.read_paused or (connection.newest is not None and connection.newest.expects_continue):
        sending.pause(now)
    elif sending.seconds(now) >= limits.body_seconds or sending.is_slower_than(limits.body_rate):
        connection.refuse(BODY_LATE)
