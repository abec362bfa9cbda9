"""Ambiguous requests, and responses to old clients, over raw sockets."""

import pytest

from tests.server.conftest import Running, Serve
from tests.support.raw_connection import TIMEOUT_SECONDS

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"


def post(*headers: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"\r\n".join([b"POST /body HTTP/" + version, b"Host: a", *headers, b"", body])


@pytest.mark.parametrize(
    "content",
    [
        post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Content-Length: 0", b"Content-Length: 33", body=HIDDEN),
        post(b"Content-Length: 0, 33", body=HIDDEN),
        post(b"Content-Length: +3", body=b"abc"),
        post(b"Content-Length: -3", body=b"abc"),
        post(b"Content-Length: 0x3", body=b"abc"),
        post(b"Content-Length: 3 3", body=b"abc"),
        post(b"Content-Length: 99999999999999999999999", body=b"abc"),
        post(b"Content-Length: ", body=b"abc"),
        post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b" Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"Transfer-Encoding: identity", body=HIDDEN),
        CHUNKED + b"\r\n-1\r\na\r\n0\r\n\r\n" + HIDDEN,
        CHUNKED + b"\r\n0x1\r\na\r\n0\r\n\r\n" + HIDDEN,
        CHUNKED + b"\r\n1 \r\na\r\n0\r\n\r\n" + HIDDEN,
        CHUNKED + b"\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n" + HIDDEN,
        CHUNKED + b"\r\n1\r\nab\r\n0\r\n\r\n" + HIDDEN,
        CHUNKED + b"\r\n1\na\n0\n\n" + HIDDEN,
        CHUNKED + b"\r\nz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nx: a\x00b\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: a\r\nx\x00y: b\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: a\r\nx y: b\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\nHost: a\n\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: a\nx: y\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: a\rx: y\r\n\r\n" + HIDDEN,
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTQ/1.1\r\nHost: a\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda content: repr(content)[2:70],
)
def test_ambiguous_requests_are_refused(serve: Serve, content: bytes) -> None:
    server = serve(body_seconds=0.2, header_seconds=0.2)
    answer = server.ask(content)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 408 ")), answer
    assert b"/hidden" not in answer
    assert "/hidden" not in server.seen.paths
    assert server.is_well()


def test_folded_headers_do_not_split_a_request(server: Running) -> None:
    server.seen.paths.clear()
    answer = server.ask(b"GET / HTTP/1.1\r\nHost: a\r\nx: y\r\n GET /hidden HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 "))
    assert "/hidden" not in server.seen.paths


@pytest.mark.parametrize("sizes", [(1,), (7, 1, 100_000), (65_536, 65_536)])
def test_chunks_are_assembled(server: Running, sizes: tuple[int, ...]) -> None:
    chunks = b"".join(b"%x;name=value\r\n%s\r\n" % (size, b"x" * size) for size in sizes)
    answer = server.ask(CHUNKED + b"Connection: close\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert answer.endswith(b"POST /body %d" % sum(sizes))


def test_a_body_may_contain_header_terminators(server: Running) -> None:
    body = b"\r\n\r\n" * 5_000
    answer = server.ask(post(b"Content-Length: %d" % len(body), b"Connection: close", body=body))
    assert answer.endswith(b"POST /body 20000")
    assert server.seen.bodies["/body"] == body


def test_trailers_are_not_headers(server: Running) -> None:
    server.seen.headers.clear()
    trailers = b"PublicKey: pk\r\n\r\n"
    answer = server.ask(CHUNKED + b"Connection: close\r\n\r\n1\r\na\r\n0\r\n" + trailers)
    assert answer.endswith(b"POST /body 1")
    assert set(server.seen.headers[-1]) == {b"host", b"transfer-encoding", b"connection"}


@pytest.mark.parametrize(
    "padding", [b"1;" + b"x" * 200_000, b"0\r\nx: " + b"y" * 200_000], ids=["extension", "trailer"]
)
def test_chunk_overhead_is_limited(server: Running, padding: bytes) -> None:
    assert server.ask(CHUNKED + b"\r\n" + padding).startswith(b"HTTP/1.1 400 ")
    assert server.is_well()


def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    body = b"GET /hidden HTTP/1.1\r\n\r\n"
    two = post(b"Content-Length: %d" % len(body), body=body) + b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = server.ask(two * 20 + last + HIDDEN)
    order = [piece.split(b"HTTP/1.1 200")[0] for piece in answer.split(b"\r\n\r\n")[1:]]
    assert order == [b"POST /body 24", b"GET /second 0"] * 20 + [b"GET /last 0"]


@pytest.mark.parametrize("wrong", [b"nonsense", b"GET http://[::1 HTTP/1.1", b"GET /%s HTTP/1.1" % (b"a" * 2_000)])
def test_a_refusal_follows_the_responses_to_earlier_requests(serve: Serve, wrong: bytes) -> None:
    server = serve()
    client = server.open(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + wrong + b"\r\n\r\n")
    server.seen.wait_for(1)
    server.seen.released.set()
    answer = client.rest()
    assert answer.index(b"GET /slow 0") < answer.index(b"HTTP/1.1 4")


def test_100_continue_is_sent_when_the_body_is_read(server: Running) -> None:
    client = server.open(post(b"Content-Length: 3", b"Expect: 100-continue", b"Connection: close"))
    assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert client.send(b"abc").rest().endswith(b"POST /body 3")


@pytest.mark.parametrize("length", [5, 900_000])
def test_100_continue_is_not_sent_when_the_body_is_not_read(server: Running, length: int) -> None:
    head = b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n" % length
    answer = server.ask(head)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer


@pytest.mark.parametrize("size", [900_000, 20_000_000])
def test_an_unread_body_does_not_lose_the_response(server: Running, size: int) -> None:
    head = b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
    answer = server.open(head).send(b"x" * size).rest()
    assert answer.endswith(b"early")


def test_a_short_unread_body_keeps_the_connection_open(server: Running) -> None:
    head = b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
    client = server.open(head)
    client.until(b"early")
    client.send(b"12345GET /next HTTP/1.1\r\nHost: a\r\n\r\n").until(b"GET /next 0")


def test_an_endless_unread_body_is_not_drained(server: Running) -> None:
    client = server.open(b"POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    sent = 0
    try:
        while sent < 200:
            client.send(b"100000\r\n" + b"x" * 1_048_576 + b"\r\n")
            sent += 1
    except OSError:
        pass
    assert sent < 100
    assert server.is_well()


@pytest.mark.parametrize("method", [b"HEAD", b"GET"])
def test_an_http_1_0_response_ends_with_the_connection(server: Running, method: bytes) -> None:
    head, _, body = server.ask(method + b" /stream HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert len(body) == (0 if method == b"HEAD" else 20_000_000)


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_aborted_response_is_recognizable_to_clients(server: Running, version: bytes) -> None:
    client = server.open(b"GET /cut HTTP/" + version + b"\r\nHost: a\r\n\r\n")
    answer = client.rest()
    assert client.was_reset
    assert not answer.endswith(b"0\r\n\r\n")


def test_an_application_error_reveals_nothing(server: Running) -> None:
    answer = server.ask(b"GET /fault HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"ValueError" not in answer


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_an_upgrade_is_ignored(server: Running, upgrade: bytes) -> None:
    content = b"GET /plain HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n\r\n"
    assert server.ask(content).endswith(b"GET /plain 0")


def test_a_client_disconnect_is_noticed(serve: Serve) -> None:
    server = serve()
    server.open(post(b"Content-Length: 9", body=b"abc"))
    server.seen.wait_for(1)
    server.clients[0].socket.close()
    assert server.seen.ended.wait(TIMEOUT_SECONDS)
    assert server.seen.gone == ["/body"]
