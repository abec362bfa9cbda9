"""The Python client follows changes over everything that can interrupt it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tamis.client import RetryPolicy, Tamis
from tests.support.process import Server, tamis

QUICK = RetryPolicy(first_pause=0.01, longest_pause=0.05)
ROUNDS, WRITES = 4, 5


class Forwarder:
    """Passes connections on to a server whose address may change, and cuts all of them when a test says so."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @contextmanager
    def run(self) -> Iterator[None]:
        """Forward during a block."""
        self._start(self._accept)
        try:
            yield
        finally:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self.cut()
            for thread in self._threads:
                thread.join()

    def cut(self) -> None:
        """Cut all connections, wherever they are in a request or an answer."""
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                host, _, port = self._server.address.removeprefix("http://").rpartition(":")
                try:
                    upstream = socket.create_connection((host, int(port or 1)))
                except OSError:
                    client.close()
                    continue
                self._open |= {client, upstream}
                self._start(self._pass_on, client, upstream)
                self._start(self._pass_on, upstream, client)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)
        source.close()


@pytest.mark.parametrize("restart", ["kill", "stop"])
def test_changes_are_followed_over_cut_connections_and_restarts(tmp_path: Path, restart: str) -> None:
    data = tmp_path / "data"
    key = tamis(data, "account", "create", "--email", "owner@example.org")["secret_key"]
    server = Server(data)
    seen: list[tuple[int, str | None, str]] = []
    complete = threading.Event()

    def follow(url: str) -> None:
        with Tamis(url, key, retries=QUICK) as client:
            for change in client.changes(wait=5):
                seen.append((change.id, change.email, change.type))
                if change.email == "last@example.org":
                    complete.set()
                    return

    with server:
        forwarder = Forwarder(server)
        with forwarder.run():
            follower = threading.Thread(target=follow, args=(forwarder.url,))
            with Tamis(forwarder.url, key, retries=RetryPolicy(50, 0.01, 0.05)) as client:
                type_id = client.contact_types.create("People").id
                age = client.fields.create(type_id, "Age", "number")
                client.segments.create(type_id, "Young", f"{age.key} < 30")
                follower.start()
                for round_ in range(ROUNDS):
                    for number in range(WRITES):
                        client.contacts.put(type_id, f"{round_}.{number}@example.org", {"age": number * 12})
                        if number == 1:
                            forwarder.cut()
                    if round_ == ROUNDS // 2:
                        getattr(server, restart)()
                        server.start()
                client.contacts.put(type_id, "last@example.org", {"age": 1})
                assert complete.wait(120)
                follower.join()
                everything = [(change.id, change.email, change.type) for change in client.changes(live=False)]
    assert seen == everything
    assert len(seen) == len({number for number, _, _ in seen}) == 2 + ROUNDS * 3
