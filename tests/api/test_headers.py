"""Headers of every response of the API: not cached, and JSON only."""

import re

import pytest

from tests.support.process import Server
from tests.support.raw_connection import Client
from tests.support.users import Person

CARRIED = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "vary": "PublicKey, SecretKey",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "segment/list", 200),
        ("HEAD", "segment/list", 200),
        ("GET", "contacts/list?contact_type_id={type}", 200),
        ("GET", "segment/email/list?segment_id={segment}", 200),
        ("GET", "segment/email/list?segment_id=0", 404),
        ("GET", "nothing", 404),
        ("PUT", "segment/list", 405),
        ("POST", "segment/email/store", 422),
    ],
)
def test_answers(owner: Person, own_type: int, empty: int, method: str, path: str, status: int) -> None:
    answer = owner.call(method, path.format(type=own_type, segment=empty))
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in CARRIED} == CARRIED


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"GET /api/segment/list HTTP/1.1\r\n", b"401"),
        (b"POST /api/segment/email/store HTTP/1.1\r\nContent-Length: 2000000\r\n", b"413"),
        (b"GET /api/segment/list HTTP/1.1\r\nx: " + b"a" * 40_000 + b"\r\n", b"431"),
        (b"GET /api/" + b"a" * 9_000 + b" HTTP/1.1\r\n", b"414"),
        (b"GET /api/segment/list HTTP/1.1\r\nno header\r\n", b"400"),
    ],
)
def test_responses_without_a_key_have_the_documented_headers(server: Server, asked: bytes, status: bytes) -> None:
    client = Client(int(server.address.rpartition(":")[2]))
    head = client.send(asked + b"Host: tamis\r\nConnection: close\r\n\r\n").rest().partition(b"\r\n\r\n")[0]
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    carried = {name: value for name, _, value in lines if name in CARRIED}
    assert (head[9:12], carried) == (status, CARRIED)


def test_every_response_has_a_request_id_that_the_server_makes(server: Server, owner: Person) -> None:
    paths = [
        "/api/segment/list",
        "/api/nothing",
        "/v1/account",
        "/v1/nothing",
        "/healthz",
        "/segments",
        "/static/nothing",
    ]
    ids = []
    for path in paths * 2:
        answer = owner.http.get(server.address + path, headers={"X-Request-Id": "mine"}, timeout=60)
        ids.append(answer.headers["X-Request-Id"])
    client = Client(int(server.address.rpartition(":")[2]))
    refused = client.send(b"GET / HTTP/1.1\r\nno header\r\n\r\n").rest()
    ids += re.findall(r"x-request-id: (\S+)", refused.decode())
    assert len(set(ids)) == 2 * len(paths) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", id_) for id_ in ids)


@pytest.mark.parametrize("path", ["segment/list", "segment/store", "segment/email/store", "segment/delete", "nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_body_that_is_too_large_is_not_read(server: Server, owner: Person, method: str, path: str) -> None:
    client = Client(int(server.address.rpartition(":")[2]))
    keys = f"PublicKey: {owner.public_key}\r\nSecretKey: {owner.secret_key}\r\n"
    head = f"{method} /api/{path} HTTP/1.1\r\nHost: tamis\r\n{keys}Content-Length: 800000000\r\n"
    answer = client.send(f"{head}Expect: 100-continue\r\n\r\n".encode()).until(b"\r\n\r\n")
    client.socket.close()
    assert answer[9:12] in (b"413", b"405", b"404")
    assert b"connection: close" in answer
