"""One request on a connection, and its answer: what the application receives and sends."""

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
from tamis.web.server.limits import TRAILING_BYTES

Message = MutableMapping[str, Any]

STATUS_LINES = {
    status: f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else ''}\r\n".encode()
    for status in range(100, 600)
}
WITHOUT_BODY = {204, 304}
CLOSED_SCOPE: Scope = {}
MAX_JOINED_BYTES = 65_536
"""Bytes of a body that are put behind the beginning of the answer, which is quicker than to write twice."""


class ResponseWriter(Protocol):
    """What an exchange needs of its connection."""

    write_paused: bool
    connections: Connections

    async def drain(self) -> None:
        """Wait until the client has taken enough of what was written."""

    def write(self, *pieces: bytes) -> None:
        """Write to the client, or keep for it."""

    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """Return the headers that all answers carry."""

    def want_body(self) -> None:
        """Read on, if that was paused because more came than was asked for."""

    def ended(self) -> None:
        """Go on: the answer is complete."""

    def forget(self, task: "asyncio.Task[None]") -> None:
        """Take note that the application has returned."""

    def reset(self) -> None:
        """Break the connection, so that no client takes what it has for a whole answer."""


class RequestCycle(RequestRecord):
    """A request from its headers on; `left` is how much of its body is to come, None for one in chunks."""

    __slots__ = (
        "app", "body", "chunked", "completed", "connection", "disconnected", "expects_continue", "head", "keep_alive",
        "left", "more_body", "news", "owed", "scope", "started", "task", "told_end",
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
        self.started = self.completed = self.disconnected = self.told_end = self.chunked = False
        self.owed: int | None = None
        self.news: asyncio.Event | None = None
        self.head = b""
        """The beginning of the answer, which goes out with the first piece of its body."""
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Let the application answer."""
        began = perf_counter()
        try:
            await self.app(self.scope, self.receive, self.send)
        except asyncio.CancelledError:  # the server stops, and has waited long enough
            self.connection.reset()
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="server")
            await self._fail()
        else:
            if not self.completed and not self.disconnected:
                log.event("answer_not_finished", level=logging.ERROR)
                await self._fail()
        finally:
            self.connection.connections.answered(self, self.scope, perf_counter() - began)
            self.scope = (
                CLOSED_SCOPE  # in which the application may hold what holds this: nothing is left to be collected
            )
            if self.task is not None:
                self.connection.forget(self.task)

    async def receive(self) -> Message:
        """Return the next piece of the body, or that the client has gone or has its answer."""
        if self.expects_continue and not self.started and not self.disconnected:
            self.connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.expects_continue = False
        while not self.disconnected and not self.completed:
            if self.body or not (self.more_body or self.told_end):
                self.told_end = not self.more_body
                piece, self.body = bytes(self.body), bytearray()
                return {"type": "http.request", "body": piece, "more_body": self.more_body}
            self.connection.want_body()
            if self.news is None:
                self.news = asyncio.Event()
            self.news.clear()
            await self.news.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send the beginning of an answer, or a piece of it; waits for a client that is slow."""
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

    def took(self, piece: bytes) -> None:
        """Take what has come of the body; after the answer it is dropped."""
        if self.left is not None:
            self.left -= len(piece)
        if not self.completed and not self.disconnected:
            self.body += piece
            self.notify()

    def whole(self) -> None:
        """Take note that the body is complete."""
        self.more_body = False
        self.notify()

    def cut(self) -> None:
        """Take note that the client has gone, or is let go."""
        self.disconnected = True
        self.notify()

    def notify(self) -> None:
        """Wake the application if it waits."""
        if self.news is not None:
            self.news.set()

    def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.started, self.status = True, status
        connection, length, closes, count = self.connection, None, False, 0
        lines = [STATUS_LINES[status]]
        for name, value in connection.default_headers():
            lines += (name, b": ", value, b"\r\n")
            count += 1
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                continue
            elif name == b"connection":
                closes = closes or b"close" in value.lower()
            lines += (name, b": ", value, b"\r\n")
            count += 1
        if self.more_body and (self.expects_continue or self.left is None or self.left > TRAILING_BYTES):
            self.keep_alive = False  # a client that waits to be asked for the body may send it, or not
        self.expects_continue = False
        head_only = self.scope["method"] == "HEAD" or status in WITHOUT_BODY
        if not head_only and length is None:
            self.chunked = self.scope["http_version"] == "1.1"
            self.keep_alive = self.keep_alive and self.chunked
        self.keep_alive = self.keep_alive and not closes
        self.owed = 0 if head_only else length
        if not self.keep_alive and not closes:
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
        if self.owed is not None:
            if self.scope["method"] == "HEAD":
                body = b""
            if len(body) > self.owed or (not more and len(body) < self.owed):
                raise RuntimeError("an answer is not as long as its content-length says")
            self.owed -= len(body)
            self.connection.write(*((head + body,) if len(body) <= MAX_JOINED_BYTES else (head, body)))
        elif self.chunked:
            pieces = (b"%x\r\n" % len(body), body, b"\r\n") if body else ()
            self.connection.write(head, *pieces, *(() if more else (b"0\r\n\r\n",)))
        else:
            self.connection.write(head, body)
        if not more:
            self.completed = True
            self.notify()
            self.connection.ended()

    async def _fail(self) -> None:
        if self.completed:
            return
        if self.head:  # nothing of it has gone out
            self.started, self.chunked, self.head = False, False, b""
        if self.started or self.disconnected:
            self.connection.reset()
            return
        body = b"Internal Server Error"
        length = (b"content-length", str(len(body)).encode())
        headers = [(b"content-type", b"text/plain; charset=utf-8"), length, (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
