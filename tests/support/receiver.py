"""A receiver of webhooks: a real HTTP server in the process of the tests, which keeps what it got."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Received:
    """A request that has arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        """The id of the message."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        """The message."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def change_ids(self) -> list[int]:
        """The numbers of its changes."""
        return [change["id"] for change in self.json["data"].get("changes", [])]

    def is_signed_with(self, secret: str) -> bool:
        """Return whether the library of Standard Webhooks accepts the signature."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except Exception:
            return False
        return True


Behaviour = Callable[["Handler"], None]


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer with a status."""

    def behave(handler: "Handler") -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


OK = answer(200, b"thanks")


def close(handler: "Handler") -> None:
    """Close the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def close_while_answering(handler: "Handler") -> None:
    """Announce a longer answer than is sent."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nbegun")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


class Receiver:
    """Receives until it is stopped; the behaviours of `script` are used up first, then `otherwise` is."""

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.script: list[Behaviour] = []
        self.otherwise: Behaviour = OK
        self.released = threading.Event()
        """Set when those who hang may end."""
        self._changed = threading.Condition()
        receiver = self

        class Bound(Handler):
            owner = receiver

        self._server = _Server(("127.0.0.1", port), Bound)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def change_ids(self) -> list[int]:
        """The numbers of all changes that have come, in the order in which they came."""
        return [id_ for received in self.received for id_ in received.change_ids]

    def hang(self, _: "Handler") -> None:
        """Never answer, until the receiver is stopped."""
        self.released.wait(TIMEOUT_SECONDS)

    def take(self, received: Received) -> Behaviour:
        """Keep a request, and return how it is answered."""
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
            return self.script.pop(0) if self.script else self.otherwise

    def wait_for(self, count: int) -> list[Received]:
        """Wait until so many requests have come."""
        return self.wait_until(lambda: len(self.received) >= count)

    def wait_until(self, is_done: Callable[[], bool]) -> list[Received]:
        """Wait until what has come is enough."""
        with self._changed:
            assert self._changed.wait_for(is_done, TIMEOUT_SECONDS), self.received
            return list(self.received)

    def stop(self) -> None:
        """Close the port."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: tests break connections on purpose."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    owner: Receiver

    def do_POST(self) -> None:
        """Take a request."""
        length = int(self.headers["content-length"] or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the sender was killed
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.take(Received(self.command, self.path, headers, body))(self)

    do_GET = do_POST  # noqa: N815  the name of the base class

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive for a block."""
    receiver = Receiver(port, context)
    try:
        yield receiver
    finally:
        receiver.stop()
