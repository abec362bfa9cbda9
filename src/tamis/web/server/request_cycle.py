"""One request and its response: what the application receives and sends."""

import asyncio
import http
import logging
from collections.abc import Iterable, MutableMapping
from time import perf_counter
from typing import Any, Protocol

from tamis import log
from tamis.web.http import App, Scope
from tamis.web.monitoring.traffic import RECORD_KEY, RequestRecord
from tamis.web.server.connections import Connections
from tamis.web.server.error_responses import error_content
from tamis.web.server.limits import TRAILING_BYTES

Message = MutableMapping[str, Any]

STATUS_LINES = {
    status: f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else ''}\r\n".encode()
    for status in range(100, 600)
}
WITHOUT_BODY = {204, 304}
CLOSED_SCOPE: Scope = {}
MAX_JOINED_BYTES = 65_536
"""A body up to this size is joined to its headers, which is faster than writing twice."""


class ResponseWriter(Protocol):
    """The methods of a connection that a request cycle uses."""

    write_paused: bool
    connections: Connections

    async def drain(self) -> None:
        """Wait until the client has received enough."""

    def write(self, *chunks: bytes) -> None:
        """Write to the client, or buffer."""

    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """Return the headers of all responses."""

    def resume_body(self) -> None:
        """Resume reading if it was paused because the body outran the application."""

    def response_complete(self) -> None:
        """Continue: the response is complete."""

    def forget(self, task: "asyncio.Task[None]") -> None:
        """Note that the application has returned."""

    def reset(self) -> None:
        """Reset the connection, so that no client takes a partial response for a complete one."""


class RequestCycle(RequestRecord):
    """A request from its headers on; `left` is how many bytes of its body are outstanding, None for a chunked body."""

    __slots__ = (
        "app", "body", "chunked", "completed", "connection", "disconnected", "expects_continue", "head", "keep_alive",
        "left", "more_body", "remaining", "reported_end", "scope", "started", "task", "wakeup",
    )  # fmt: skip

    def __init__(
        self,
        connection: ResponseWriter,
        app: App,
        scope: Scope,
        *,
        left: int | None,
        keep_alive: bool,
        expects_continue: bool,
    ) -> None:
        super().__init__()
        self.connection, self.app, self.scope = connection, app, scope
        scope[RECORD_KEY] = self
        self.left, self.more_body, self.body = left, left != 0, bytearray()
        self.keep_alive, self.expects_continue = keep_alive, expects_continue
        self.started = self.completed = self.disconnected = self.reported_end = self.chunked = False
        self.remaining: int | None = None
        self.wakeup: asyncio.Event | None = None
        self.head = b""
        """The headers of the response, which are sent with the first chunk of its body."""
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Run the application."""
        started_at = perf_counter()
        log.request_id.set(self.id)  # the task has a context of its own
        try:
            await self.app(self.scope, self.receive, self.send)
        except asyncio.CancelledError:  # the server stops, and its grace period is over
            self.connection.reset()
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="server", request=self.id)
            await self._fail()
        else:
            if not self.completed and not self.disconnected:
                log.event("answer_not_finished", level=logging.ERROR, request=self.id)
                await self._fail()
        finally:
            self.connection.connections.answered(self, self.scope, perf_counter() - started_at)
            self.scope = (
                CLOSED_SCOPE  # in which the application may hold what holds this: nothing is left to be collected
            )
            if self.task is not None:
                self.connection.forget(self.task)

    async def receive(self) -> Message:
        """Return the next chunk of the body, or that the client has disconnected or has its response."""
        if self.expects_continue and not self.started and not self.disconnected:
            self.connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.expects_continue = False
        while not self.disconnected and not self.completed:
            if self.body or not (self.more_body or self.reported_end):
                self.reported_end = not self.more_body
                chunk, self.body = bytes(self.body), bytearray()
                return {"type": "http.request", "body": chunk, "more_body": self.more_body}
            self.connection.resume_body()
            if self.wakeup is None:
                self.wakeup = asyncio.Event()
            self.wakeup.clear()
            await self.wakeup.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send the start or a chunk of the response; waits for a slow client."""
        connection = self.connection
        if connection.write_paused and not self.disconnected:
            await connection.drain()
        if self.disconnected:
            return
        if not self.started:
            if message["type"] != "http.response.start":
                raise RuntimeError(f"an answer cannot begin with {message['type']}")
            self._start(message["status"], message.get("headers", ()))
        elif self.completed or message["type"] != "http.response.body":
            raise RuntimeError(f"{message['type']} came where it cannot stand")
        else:
            self._continue(message.get("body", b""), more=message.get("more_body", False))

    def add_body(self, chunk: bytes) -> None:
        """Add a chunk of the body; after the response it is dropped."""
        if self.left is not None:
            self.left -= len(chunk)
        if not self.completed and not self.disconnected:
            self.body += chunk
            self.notify()

    def complete_body(self) -> None:
        """Note that the body is complete."""
        self.more_body = False
        self.notify()

    def disconnect(self) -> None:
        """Note that the client has disconnected, or is being disconnected."""
        self.disconnected = True
        self.notify()

    def notify(self) -> None:
        """Wake the application if it waits."""
        if self.wakeup is not None:
            self.wakeup.set()

    def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.started, self.status = True, status
        connection, length, has_close, count = self.connection, None, False, 1
        lines = [STATUS_LINES[status], b"x-request-id: ", self.id.encode(), b"\r\n"]
        for name, value in connection.default_headers():
            lines += (name, b": ", value, b"\r\n")
            count += 1
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                continue
            elif name == b"connection":
                has_close = has_close or b"close" in value.lower()
            lines += (name, b": ", value, b"\r\n")
            count += 1
        if self.more_body and (self.expects_continue or self.left is None or self.left > TRAILING_BYTES):
            self.keep_alive = False  # a client that waits for 100 Continue may send the body or not
        self.expects_continue = False
        head_only = self.scope["method"] == "HEAD" or status in WITHOUT_BODY
        if not head_only and length is None:
            self.chunked = self.scope["http_version"] == "1.1"
            self.keep_alive = self.keep_alive and self.chunked
        self.keep_alive = self.keep_alive and not has_close
        self.remaining = 0 if head_only else length
        if not self.keep_alive and not has_close:
            lines.append(b"connection: close\r\n")
            count += 1
        if self.chunked:
            lines.append(b"transfer-encoding: chunked\r\n")
            count += 1
        lines.append(b"\r\n")
        head = b"".join(lines)
        if head.count(b"\n") != count + 2 or head.count(b"\r") != count + 2 or b"\0" in head:
            self.started = False
            raise ValueError("a header of an answer has a line end in it")
        self.head = head

    def _continue(self, body: bytes, *, more: bool) -> None:
        head, self.head = self.head, b""
        self.body_bytes += len(body)
        if self.remaining is not None:
            if self.scope["method"] == "HEAD":
                body = b""
            if len(body) > self.remaining or (not more and len(body) < self.remaining):
                raise RuntimeError("an answer is not as long as its content-length says")
            self.remaining -= len(body)
            self.connection.write(*((head + body,) if len(body) <= MAX_JOINED_BYTES else (head, body)))
        elif self.chunked:
            chunks = (b"%x\r\n" % len(body), body, b"\r\n") if body else ()
            self.connection.write(head, *chunks, *(() if more else (b"0\r\n\r\n",)))
        else:
            self.connection.write(head, body)
        if not more:
            self.completed = True
            self.notify()
            self.connection.response_complete()

    async def _fail(self) -> None:
        if self.completed:
            return
        if self.head:  # nothing was sent yet
            self.started, self.chunked, self.head = False, False, b""
        if self.started or self.disconnected:
            self.connection.reset()
            return
        message = f"Something went wrong in the server. Its log has the cause under {self.id}."
        headers, body = error_content(500, "internal_error", message, self.id, self.scope["path"])
        headers = (*headers, (b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
