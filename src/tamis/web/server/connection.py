"""A connection: bytes become requests one after the other, within limits (docs/decisions/0021).

Only a few pipelined requests are parsed; the rest stays bytes, and reading pauses. A response that the client does not
read delays its next chunk.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from urllib.parse import unquote

import httptools
from uvicorn.server import ServerState

from tamis.web.http import App, Scope
from tamis.web.server.connections import Connections
from tamis.web.server.error_responses import BAD_REQUEST, HEADERS_TOO_LARGE, URL_TOO_LONG, ErrorResponse
from tamis.web.server.flow_control import FlowControl
from tamis.web.server.limits import CHUNK_BYTES, CHUNK_FACTOR
from tamis.web.server.request_cycle import RequestCycle
from tamis.web.server.timeouts import BodyProgress, ResponseProgress

HEAD_END = b"\r\n\r\n"
MIN_REQUEST_LINE = 14
"""Length of the shortest request before its blank line: `GET / HTTP/1.1`."""
MAX_BUFFERED_BODY = 65_536
"""Bytes of a body that wait for the application before reading pauses."""


class Connection(FlowControl):
    """A connection of a client, made by uvicorn's server."""

    def __init__(self, app: App, connections: Connections, state: ServerState) -> None:
        super().__init__()
        self.app, self.connections, self.state = app, connections, state
        self.limits, self.loop = connections.limits, asyncio.get_running_loop()
        self.parser = httptools.HttpRequestParser(self)
        self.network: str | None = None
        self.since = connections.now
        """Since when the server has waited for the client."""

        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.length: int | None = 0
        self.expects_continue = False
        self.head_bytes = self.content = 0
        self.in_body = False

        self.last_request: RequestCycle | None = None
        self.current: RequestCycle | None = None
        self.pipelined: deque[RequestCycle] = deque()
        self.unparsed = b""
        self.pending_error: bytes | None = None
        self.body_progress, self.response_progress, self.delivered_at_stop = BodyProgress(), ResponseProgress(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accept the connection, or reject it when there are too many."""
        self.connect(transport)
        error = self.connections.admit(self, self.host)
        if error:
            self.write(error.encode())
            self.finish(linger=False)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell the application that the client has disconnected."""
        self.connections.leave(self)
        self.discards_input, self.unparsed = True, b""
        for request in (self.current, *self.pipelined):
            if request is not None:
                request.disconnect()
        self.pipelined.clear()
        self.resume_writing()
        self.last_request = self.current = None
        del self.parser  # it refers back to this object: without it no reference cycle is left

    def data_received(self, data: bytes) -> None:
        """Parse input, or keep it until the requests before it are answered."""
        if self.discards_input:
            self.drop(len(data))
        elif self.unparsed:
            self.unparsed += data
        else:
            if not self.head_bytes and not self.in_body:
                self.since = self.connections.now
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        start, end = 0, len(data)
        while start < end and not self.discards_input:
            if len(self.pipelined) >= self.limits.pipelined:
                self.unparsed = data[start:]
                self.pause_reading()
                return
            stop = self._parse_end(data, start, end)
            if self.in_body:
                self.body_progress.size += stop - start
            else:
                self.head_bytes += stop - start
            try:
                self.parser.feed_data(data[start:stop])
            except httptools.HttpParserUpgrade:  # to a protocol not supported here: what follows is not HTTP
                self.discards_input = True
                if self.last_request is not None:
                    self.last_request.keep_alive = False
            except httptools.HttpParserError:
                if not self.discards_input:
                    self.reject(BAD_REQUEST)
            start = stop
            if not self.discards_input:
                self._check_size()

    def _parse_end(self, data: bytes, start: int, end: int) -> int:
        """Return up to where bytes are passed to the parser: no further than the end of a request's headers."""
        if self.in_body and self.length is not None and self.last_request is not None:
            return min(end, start + max(self.last_request.left or 0, 1))
        found = data.find(HEAD_END, start if self.head_bytes else start + MIN_REQUEST_LINE)
        stop = found + len(HEAD_END) if found >= 0 else end
        if self.in_body:
            return stop
        return min(stop, start + self.limits.request_line + self.limits.header_bytes - self.head_bytes)

    def _check_size(self) -> None:
        if self.in_body:
            if self.length is None and self.body_progress.size > CHUNK_BYTES + CHUNK_FACTOR * self.content:
                self.reject(BAD_REQUEST)
        elif len(self.url) > self.limits.request_line:
            self.reject(URL_TOO_LONG)
        elif self.head_bytes >= self.limits.request_line + self.limits.header_bytes:
            self.reject(HEADERS_TOO_LARGE)

    # Called by the parser

    def on_message_begin(self) -> None:
        """Start a request."""
        self.url, self.headers, self.length, self.expects_continue = b"", [], 0, False

    def on_url(self, url: bytes) -> None:
        """Add to the request's URL."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; those after a chunked body are ignored (RFC 9110, 6.5.1)."""
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
        """Start to answer, or queue the request behind those before it."""
        limits, headers = self.limits, self.headers
        too_large = len(headers) > limits.header_lines or (
            self.head_bytes > limits.header_bytes and sum(len(n) + len(v) + 4 for n, v in headers) > limits.header_bytes
        )
        if self.discards_input or too_large or len(self.url) > limits.request_line:
            if not self.discards_input:
                self.reject(HEADERS_TOO_LARGE if too_large else URL_TOO_LONG)
            return
        version = self.parser.get_http_version()
        request = self.last_request = RequestCycle(
            self,
            self.app,
            self._scope(version),
            left=self.length,
            keep_alive=version == "1.1" and self.parser.should_keep_alive() and not self.connections.stopping,
            expects_continue=self.expects_continue and version == "1.1",
        )
        self.in_body, self.content = True, 0
        self.body_progress.start(self.connections.now)
        if self.current is None:
            self._start(request)
        else:
            self.pipelined.append(request)

    def on_body(self, body: bytes) -> None:
        """Add to the body."""
        if self.in_body and self.last_request is not None:
            self.content += len(body)
            self.last_request.add_body(body)
            if len(self.last_request.body) > MAX_BUFFERED_BODY:
                self.pause_reading()

    def on_message_complete(self) -> None:
        """End a request; input after one that closes the connection is discarded."""
        was_in_body, self.in_body, self.head_bytes, self.url = self.in_body, False, 0, b""
        if was_in_body and self.last_request is not None:
            self.last_request.complete_body()
            if not self.last_request.keep_alive:
                self.discards_input = True

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

    # Called by a request cycle

    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """Return the headers of all responses."""
        return self.state.default_headers

    def forget(self, task: "asyncio.Task[None]") -> None:
        """Note that the application has returned."""
        self.state.tasks.discard(task)

    def resume_body(self) -> None:
        """Resume reading if it was paused because the body outran the application."""
        if not self.unparsed:
            self.resume_reading()

    def response_complete(self) -> None:
        """Continue with the next request, if there is one."""
        request, self.current = self.current, None
        self.state.total_requests += 1
        self.since = self.connections.now
        if self.transport.is_closing():
            return
        if request is None or not request.keep_alive:
            linger, self.unparsed = self.in_body or bool(self.unparsed or self.dropped), b""
            self.finish(linger=linger)
        elif self.pipelined:
            self._start(self.pipelined.popleft())
        elif self.pending_error is not None:
            self._send_error(self.pending_error)
        unparsed, self.unparsed = self.unparsed, b""
        if unparsed and not self.discards_input:
            self._parse(unparsed)
        if not self.unparsed:
            self.resume_reading()

    # Called by timeouts and shutdown

    @property
    def is_waiting(self) -> bool:
        """Whether the server waits for the client: it is idle, or its request is incomplete."""
        return self.current is None and not self.buffered

    def stop(self) -> None:
        """Accept no more requests, and close unless one is running."""
        self.pipelined.clear()
        self.unparsed = b""
        self.delivered_at_stop = self.written - self.buffered
        if self.current is None:
            self.finish(linger=False)
            return
        self.current.keep_alive = False
        if self.last_request is not self.current:
            self.in_body = False
        self.discards_input = not self.in_body

    def reject(self, error: ErrorResponse) -> None:
        """End the connection with an error response of the server, after the responses to earlier requests."""
        is_head = bool(self.url) and self.parser.get_method() == b"HEAD"  # not that of an earlier request
        response = error.to_request(self.host).encode(self.url, head_only=is_head)
        self.discards_input, self.unparsed, self.pending_error = True, b"", response
        rejected = self.last_request if self.in_body else None
        self.in_body = False
        if rejected is not None and rejected is self.current:
            rejected.disconnect()
            self.current = None
            if rejected.started:
                self.reset()
                return
        elif rejected is not None and rejected in self.pipelined:
            self.pipelined.remove(rejected)
        elif rejected is not None:  # already answered
            self.finish(linger=False)
            return
        if self.current is None:
            self._send_error(response)

    def _start(self, request: RequestCycle) -> None:
        self.current = request
        request.task = self.loop.create_task(request.run())
        self.state.tasks.add(request.task)

    def _send_error(self, response: bytes) -> None:
        self.since = self.connections.now
        self.write(response)
        self.finish(linger=True)
