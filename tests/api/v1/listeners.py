"""A client of the server-sent events of `/v1/changes`."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.process import TIMEOUT_SECONDS
from tests.support.programs import Program


class Listener:
    """A client of server-sent events, in a thread of its own: what it has heard, and the last id."""

    def __init__(self, program: Program, last_id: str, **query: int) -> None:
        self._program, self._query = program, query
        self.last_id = last_id
        self.heard: list[dict[str, Any]] = []
        self.has_changed = threading.Condition()
        self.socket: socket.socket | None = None

    def listen(self) -> None:
        headers = {"Authorization": f"Bearer {self._program.secret_key}", "Accept": "text/event-stream"}
        with (
            httpx.Client(trust_env=False, timeout=TIMEOUT_SECONDS) as client,
            client.stream(
                "GET",
                f"{self._program.base}/v1/changes",
                params={"after": "now", **self._query},
                headers={**headers, "Last-Event-ID": self.last_id},
            ) as response,
        ):
            assert response.status_code == 200, response.read()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            with self.has_changed:
                self.socket = response.extensions["network_stream"].get_extra_info("socket")
                self.has_changed.notify_all()
            self.take(response.iter_lines())

    def disconnect(self) -> None:
        if self.socket:
            self.socket.shutdown(socket.SHUT_RDWR)

    def take(self, lines: Iterator[str]) -> None:
        for line in lines:
            name, _, value = line.partition(": ")
            with self.has_changed:
                if name == "id":
                    self.last_id = value
                elif name == "data":
                    self.heard.append(json.loads(value))
                    assert str(self.heard[-1]["id"]) == self.last_id
                self.has_changed.notify_all()

    def wait_until_open(self) -> None:
        with self.has_changed:
            assert self.has_changed.wait_for(lambda: self.socket is not None, TIMEOUT_SECONDS)

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        with self.has_changed:
            assert self.has_changed.wait_for(lambda: len(self.heard) >= count, TIMEOUT_SECONDS)
            return list(self.heard)


@contextmanager
def listening(*listeners: Listener) -> Iterator[None]:
    """Have listeners listen during a block, until they are disconnected."""
    threads = [threading.Thread(target=_listen, args=(listener,)) for listener in listeners]
    for thread in threads:
        thread.start()
    try:
        for listener in listeners:
            listener.wait_until_open()
        yield
    finally:
        for listener in listeners:
            listener.disconnect()
        for thread in threads:
            thread.join()


def _listen(listener: Listener) -> None:
    try:
        listener.listen()
    except (httpx.HTTPError, OSError):  # disconnected
        return
