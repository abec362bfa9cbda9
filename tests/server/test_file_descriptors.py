"""With few file descriptors, the server raises its limit, reserves some for files, and survives exhaustion."""

from pathlib import Path
from select import select

import pytest

from tamis.web.client_networks import client_network
from tamis.web.server.file_descriptors import connection_capacity
from tests.support.process import Server
from tests.support.raw_connection import TIMEOUT_SECONDS, Client

ASKED = b"GET /api/reserve-fields HTTP/1.1\r\nHost: tamis\r\nConnection: close\r\n\r\n"


def test_idle_connections_are_closed_when_file_descriptors_run_out(tmp_path: Path) -> None:
    prefix = ("bash", "-c", 'ulimit -Sn 100 && ulimit -Hn 220 && exec "$@"', "-")
    with Server(tmp_path / "data", prefix=prefix) as server:
        port = int(server.address.rpartition(":")[2])
        opened = [Client(port) for _ in range(400)]
        refused = Client(port).send(ASKED).rest()
        assert refused.startswith(b"HTTP/1.1 401 ")
        closed, _, _ = select([client.socket for client in opened], [], [], TIMEOUT_SECONDS)
        assert closed
        assert {waiting.recv(1) for waiting in closed} == {b""}
        for client in opened:
            client.socket.close()
    log = "".join(server.errors)
    assert "connections_limited_by_handles handles=220 wanted=2000 possible=92" in log
    assert "connection_closed reason=room_for_others" in log
    assert log.count("connection_closed") < 30
    assert "not_logged=" in log


@pytest.mark.parametrize(
    ("handles", "connections"), [(None, 2_000), (20_000, 2_000), (1_024, 896), (220, 92), (100, 25), (3, 1)]
)
def test_file_descriptors_are_reserved_for_files(handles: int | None, connections: int) -> None:
    assert connection_capacity(handles, 2_000) == connections


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_clients_are_identified_by_network(host: str, origin: str) -> None:
    assert client_network(host) == origin
