"""SIGTERM lets running requests finish, and leaves a data directory that the next server opens unchanged."""

import signal
import socket
from pathlib import Path

from tests.support.process import Server
from tests.support.raw_connection import Client
from tests.support.users import new_account


def test_a_server_stops_cleanly_on_request(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert server.output == [f"Tamis is listening on {server.address}\n"]
        assert server.stop() == 0
    assert not [line for line in server.errors if " INFO " not in line]
    assert not (tmp_path / "data" / "server.json").exists()


def test_a_running_request_is_finished_on_sigterm(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        person = new_account(server.data, server.address, "owner@example.org")
        segment_id = person.make_segment(person.tamis("type", "create", "Readers")["id"])
        content = f"segment_id={segment_id}&first_name=Ada&last_name=Lovelace&email=ada@example.org".encode()
        head = (
            "POST /api/segment/email/store HTTP/1.1\r\nHost: tamis\r\n"
            f"PublicKey: {person.public_key}\r\nSecretKey: {person.secret_key}\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        host, port = server.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection, connection.makefile("rb") as answer:
            connection.sendall(head.encode() + content[:20])
            # The server asks for the body when the request has reached it: from here on the request runs.
            assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"
            server.process.send_signal(signal.SIGTERM)
            connection.sendall(content[20:])
            reported = answer.read()
        assert b"HTTP/1.1 200 OK" in reported
        assert reported.endswith(b'{"status":"success","message":"Added Successfully"}')
        assert server.stop() == 0
    with Server(tmp_path / "data") as again:
        person.base = f"{again.address}/api/"
        assert person.addresses(segment_id) == ["ada@example.org"]


def test_idle_clients_do_not_delay_shutdown(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        person = new_account(server.data, server.address, "owner@example.org")
        keys = f"PublicKey: {person.public_key}\r\nSecretKey: {person.secret_key}\r\n"
        post = f"POST /api/segment/email/store HTTP/1.1\r\nHost: tamis\r\n{keys}Expect: 100-continue\r\n"
        port = int(server.address.rpartition(":")[2])
        halves = [Client(port).send(begun) for begun in (b"", b"GET /api/segment/list HTTP/1.1\r\nHost:")]
        for framing in ("Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"):
            half = Client(port).send(f"{post}{framing}".encode())
            half.until(b"100 Continue")  # from here on the request runs
            halves.append(half.send(b"9\r\na"))
        assert server.stop() == 0
        for half in halves:
            half.socket.close()
    assert "Traceback" not in "".join(server.errors)
    assert "requests_cut_off" not in "".join(server.errors)
