"""A connection: bytes become requests one after the other, within limits (docs/decisions/0021).

Few of the requests that wait behind another are parsed, the rest stays bytes and reading pauses; and what a client does
not take of an answer keeps the next piece from being made.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from urllib.parse import unquote

import httptools
from uvicorn.server import ServerState

from tamis import log
from tamis.web.http import App, Scope
from tamis.web.server.connections import Connections
from tamis.web.server.error_responses import BAD_REQUEST, HEADERS_TOO_LARGE, LINE_TOO_LONG, ErrorResponse
from tamis.web.server.flow_control import FlowControl
from tamis.web.server.limits import CHUNK_BYTES, CHUNK_FACTOR
from tamis.web.server.request_cycle import RequestCycle
from tamis.web.server.timeouts import BodyProgress, ResponseProgress

HEAD_END = b"\r\n\r\n"
MIN_REQUEST_LINE = 14
"""Bytes of the shortest request before its blank line: `GET / HTTP/1.1`."""
MAX_BUFFERED_BODY = 65_536
"""Bytes of a body that wait for the application before reading pauses."""


class Connection(FlowControl):
    """One connection of a client, made by uvicorn's server."""

    def __init__(self, app: App, connections: Connections, state: ServerState) -> None:
        super().__init__()
        self.app, self.connections, self.state = app, connections, state
        self.limits, self.loop = connections.limits, asyncio.get_running_loop()
        self.parser = httptools.HttpRequestParser(self)
        self.origin: str | None = None
        self.since = connections.now
        """When the client last began to be waited for."""

        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.length: int | None = 0
        self.expects_continue = False
        self.head_bytes = self.content = 0
        self.in_body = False

        self.newest: RequestCycle | None = None
        self.running: RequestCycle | None = None
        self.waiting: deque[RequestCycle] = deque()
        self.held = b""
        self.refusal: ErrorResponse | None = None
        self.sending, self.taking, self.taken_at_stop = BodyProgress(), ResponseProgress(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection in, or refuse it if there are too many."""
        self.connect(transport)
        refusal = self.connections.admit(self, self.host)
        if refusal:
            self.write(refusal.content())
            self.finish(linger=False)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell the application that nobody waits for it any more."""
        self.connections.leave(self)
        self.deaf, self.held = True, b""
        for exchange in (self.running, *self.waiting):
            if exchange is not None:
                exchange.cut()
        self.waiting.clear()
        self.resume_writing()
        self.newest = self.running = None
        del self.parser  # which holds this: nothing is left to be collected

    def data_received(self, data: bytes) -> None:
        """Parse what has come, or keep it until the requests before it are answered."""
        if self.deaf:
            self.drop(len(data))
        elif self.held:
            self.held += data
        else:
            if not self.head_bytes and not self.in_body:
                self.since = self.connections.now
            self._feed(data)

    def _feed(self, data: bytes) -> None:
        start, end = 0, len(data)
        while start < end and not self.deaf:
            if len(self.waiting) >= self.limits.pipelined:
                self.held = data[start:]
                self.pause_reading()
                return
            stop = self._boundary(data, start, end)
            if self.in_body:
                self.sending.size += stop - start
            else:
                self.head_bytes += stop - start
            try:
                self.parser.feed_data(data[start:stop])
            except httptools.HttpParserUpgrade:  # to nothing that there is here: what follows is not HTTP
                self.deaf = True
                if self.newest is not None:
                    self.newest.keep_alive = False
            except httptools.HttpParserError:
                if not self.deaf:
                    self.refuse(BAD_REQUEST)
            start = stop
            if not self.deaf:
                self._check_size()

    def _boundary(self, data: bytes, start: int, end: int) -> int:
        """Return up to where bytes are fed to the parser: no further than to the end of a request's headers."""
        if self.in_body and self.length is not None and self.newest is not None:
            return min(end, start + max(self.newest.left or 0, 1))
        found = data.find(HEAD_END, start if self.head_bytes else start + MIN_REQUEST_LINE)
        stop = found + len(HEAD_END) if found >= 0 else end
        if self.in_body:
            return stop
        return min(stop, start + self.limits.request_line + self.limits.header_bytes - self.head_bytes)

    def _check_size(self) -> None:
        if self.in_body:
            if self.length is None and self.sending.size > CHUNK_BYTES + CHUNK_FACTOR * self.content:
                self.refuse(BAD_REQUEST)
        elif len(self.url) > self.limits.request_line:
            self.refuse(LINE_TOO_LONG)
        elif self.head_bytes >= self.limits.request_line + self.limits.header_bytes:
            self.refuse(HEADERS_TOO_LARGE if self.headers else LINE_TOO_LONG)

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.url, self.headers, self.length, self.expects_continue = b"", [], 0, False

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request's address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those behind a body in chunks are none (RFC 9110, 6.5.1)."""
        if self.in_body:
            return
        name = name.lower()
        if name == b"content-length":
            self.length = int(value)
        elif name == b"transfer-encoding":
            self.length = None
        elif name == b"expect":
            self.expects_continue = value.lower() == b"100-continue"
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Begin to answer, or queue the request behind those before it."""
        limits, headers = self.limits, self.headers
        too_large = len(headers) > limits.header_lines or (
            self.head_bytes > limits.header_bytes and sum(len(n) + len(v) + 4 for n, v in headers) > limits.header_bytes
        )
        if self.deaf or too_large or len(self.url) > limits.request_line:
            if not self.deaf:
                self.refuse(HEADERS_TOO_LARGE if too_large else LINE_TOO_LONG)
            return
        version = self.parser.get_http_version()
        exchange = self.newest = RequestCycle(
            self,
            self.app,
            self._scope(version),
            left=self.length,
            keep_alive=version == "1.1" and self.parser.should_keep_alive() and not self.connections.stopping,
            expects_continue=self.expects_continue and version == "1.1",
        )
        self.in_body, self.content = True, 0
        self.sending.begin(self.connections.now)
        if self.running is None:
            self._begin(exchange)
        else:
            self.waiting.append(exchange)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        if self.in_body and self.newest is not None:
            self.content += len(body)
            self.newest.took(body)
            if len(self.newest.body) > MAX_BUFFERED_BODY:
                self.pause_reading()

    def on_message_complete(self) -> None:
        """End a request; of what comes after one that closes the connection nothing is read."""
        was_in_body, self.in_body, self.head_bytes = self.in_body, False, 0
        if was_in_body and self.newest is not None:
            self.newest.whole()
            if not self.newest.keep_alive:
                self.deaf = True

    def _scope(self, version: str) -> Scope:
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": "http",
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "state": {},
        }

    # What an exchange calls

    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """Return the headers that all answers carry."""
        return self.state.default_headers

    def forget(self, task: "asyncio.Task[None]") -> None:
        """Take note that the application has returned."""
        self.state.tasks.discard(task)

    def want_body(self) -> None:
        """Read on, if that was paused because more came than was asked for."""
        if not self.held:
            self.resume_reading()

    def ended(self) -> None:
        """Go on with the next request, if there is one."""
        exchange, self.running = self.running, None
        self.state.total_requests += 1
        self.since = self.connections.now
        if self.transport.is_closing():
            return
        if exchange is None or not exchange.keep_alive:
            linger, self.held = self.in_body or bool(self.held or self.dropped), b""
            self.finish(linger=linger)
        elif self.waiting:
            self._begin(self.waiting.popleft())
        elif self.refusal is not None:
            self._say(self.refusal)
        held, self.held = self.held, b""
        if held and not self.deaf:
            self._feed(held)
        if not self.held:
            self.resume_reading()

    # What the clock and the operator ask for

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is being done for the client: it is idle, or its request is not complete."""
        return self.running is None and not self.buffered

    def stop(self) -> None:
        """Take no more requests, and close unless one is running."""
        self.waiting.clear()
        self.held = b""
        self.taken_at_stop = self.written - self.buffered
        if self.running is None:
            self.finish(linger=False)
            return
        self.running.keep_alive = False
        if self.newest is not self.running:
            self.in_body = False
        self.deaf = not self.in_body

    def refuse(self, refusal: ErrorResponse) -> None:
        """End the connection with an answer of the server's own, which comes after those to the requests before."""
        log.event("request_refused", level=logging.WARNING, reason=refusal.reason, address=self.host)
        self.deaf, self.held, self.refusal = True, b"", refusal
        broken = self.newest if self.in_body else None
        self.in_body = False
        if broken is not None and broken is self.running:
            broken.cut()
            self.running = None
            if broken.started:
                self.reset()
                return
        elif broken is not None and broken in self.waiting:
            self.waiting.remove(broken)
        elif broken is not None:  # it is answered already
            self.finish(linger=False)
            return
        if self.running is None:
            self._say(refusal)

    def _begin(self, exchange: RequestCycle) -> None:
        self.running = exchange
        exchange.task = self.loop.create_task(exchange.run())
        self.state.tasks.add(exchange.task)

    def _say(self, refusal: ErrorResponse) -> None:
        self.since = self.connections.now
        self.write(refusal.content(head_only=self.parser.get_method() == b"HEAD"))
        self.finish(linger=True)
