"""A server with an application that echoes requests, and limits that are quickly reached."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tamis.web.server import connections
from tamis.web.server.connections import Connections
from tamis.web.server.limits import Limits
from tamis.web.server.server import Server
from tests.support.raw_connection import TIMEOUT_SECONDS, Client

CHECK_SECONDS = 0.02
LONG = 600.0
Message = MutableMapping[str, Any]

LIMITS = Limits(
    request_line=1_000,
    header_bytes=4_000,
    header_lines=20,
    pipelined=3,
    header_seconds=LONG,
    body_seconds=LONG,
    body_rate=1,
    reader_seconds=LONG,
    idle_seconds=LONG,
    connections=1_000,
    connections_per_address=1_000,
)


@dataclass
class Seen:
    """What the application was asked: paths, bodies, and whose clients went away before their answer."""

    paths: list[str] = field(default_factory=list)
    headers: list[dict[bytes, bytes]] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)
    """Lets `/slow` be answered."""

    def wait_for(self, requests: int) -> None:
        """Wait until so many more requests have reached the application."""
        for _ in range(requests):
            assert self.came.acquire(timeout=TIMEOUT_SECONDS)


@dataclass
class Running:
    """A server, its connections, and what its application saw."""

    port: int
    seen: Seen
    connections: Connections
    server: Server
    thread: threading.Thread
    stopped: list[tuple[str, threading.Thread]]
    clients: list[Client] = field(default_factory=list)

    def open(self, content: bytes = b"", *, source: str | None = None, receive_buffer: int | None = None) -> Client:
        """Connect and send something."""
        client = Client(self.port, source, receive_buffer)
        self.clients.append(client)
        return client.send(content)

    def ask(self, content: bytes) -> bytes:
        """Connect, send something, and read until the server closes."""
        return self.open(content).rest()

    def is_well(self) -> bool:
        """Return whether another client is answered."""
        return self.ask(b"GET /well HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").endswith(b"GET /well 0")


Serve = Callable[..., Running]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start servers with limits of one's own; they stop with the test."""
    monkeypatch.setattr(connections, "CHECK_SECONDS", CHECK_SECONDS)
    running = []

    def start(**limits: float) -> Running:
        context = _running(replace(LIMITS, **limits))  # type: ignore[arg-type]  # named as there
        running.append(context)
        return context.__enter__()

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that tests share."""
    with _running(LIMITS) as shared:
        yield shared


@contextmanager
def _running(limits: Limits) -> Iterator[Running]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listening, seen, table = threading.Event(), Seen(), Connections(limits, lambda _: False)
    stopped: list[tuple[str, threading.Thread]] = []
    server = Server(
        _app(seen), table, listening.set, lambda reason: stopped.append((reason, threading.current_thread()))
    )
    thread = threading.Thread(target=server.run, args=([listener],))
    running = Running(listener.getsockname()[1], seen, table, server, thread, stopped)
    thread.start()
    assert listening.wait(TIMEOUT_SECONDS)
    yield running
    seen.released.set()
    for client in running.clients:
        client.socket.close()
    server.should_exit = True
    thread.join(TIMEOUT_SECONDS)
    assert not thread.is_alive()


def _app(seen: Seen) -> Callable[..., Awaitable[None]]:
    async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[..., Any]) -> None:
        path = scope["path"]
        seen.paths.append(path)
        seen.headers.append(dict(scope["headers"]))
        seen.came.release()
        scope["answer"] = send  # as what counts traffic does
        if path == "/early":  # answers without reading
            await _answer(send, b"early")
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                seen.gone.append(path)
                seen.ended.set()
                return
            body += message["body"]
            if not message["more_body"]:
                break
        seen.bodies[path] = body
        if path.endswith("/fault"):
            raise ValueError
        if path == "/slow":
            await asyncio.to_thread(seen.released.wait)
        if path == "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(200):
                await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            seen.ended.set()
            return
        if path == "/cut":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            return
        await _answer(send, f"{scope['method']} {path} {len(body)}".encode())

    return app


async def _answer(send: Callable[..., Any], content: bytes) -> None:
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": content})
