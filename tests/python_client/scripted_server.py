"""A server on the loopback interface that answers as a test has written down: also late, broken, or not at all."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request that has arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer; `cut` sends only so many bytes of the body, and `drop` closes the connection without an answer."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    drop: bool = False


Script = Callable[[Received], Answer]


class ScriptedServer:
    """Answers each request with the next answer of a list, or by a function; remembers all requests."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._answers: list[Answer | Script] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, *answers: Answer | Script) -> None:
        """Append answers."""
        self._answers += answers

    @contextmanager
    def run(self) -> Iterator[None]:
        """Serve during a block."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()

    def _take(self, request: Received) -> Answer:
        self.received.append(request)
        answer = self._answers.pop(0) if self._answers else Answer(500, {"code": "script_ended"})
        return answer if isinstance(answer, Answer) else answer(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_request(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = script._take(Received(self.command, self.path, headers, body))
                if answer.drop:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: answer.cut])
                self.close_connection = answer.cut is not None

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request  # noqa: N815  names of the library

            def log_message(self, format: str, *_: Any) -> None:
                """Write nothing."""

        return Handler
