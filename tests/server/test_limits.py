"""Each limit of the server, reached by a raw connection without signing in."""

import gc
import socket

import pytest

from tamis.web.server.connection import Connection
from tamis.web.server.request_cycle import RequestCycle
from tests.server.conftest import Running, Serve
from tests.support.raw_connection import TIMEOUT_SECONDS, Client

CLOSE = b"Host: a\r\nConnection: close\r\n\r\n"


def get(path: bytes = b"/", headers: bytes = b"", end: bytes = b"\r\n") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n" + headers + end


def is_refused(answer: bytes, status: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    return (
        head.startswith(b"HTTP/1.1 " + status)
        and b"content-type: application/json" in head
        and b"cache-control: no-store" in head
        and b"connection: close" in head
        and body.startswith(b'{"status":"failed","errors":"')
    )


@pytest.mark.parametrize("content", [get(b"/" + b"a" * 1_001), b"GET /" + b"a" * 100_000])
def test_a_long_url_gets_414(server: Running, content: bytes) -> None:
    assert is_refused(server.ask(content), b"414")
    assert server.is_well()


def test_the_longest_url_is_accepted(server: Running) -> None:
    assert b" 200 " in server.ask(b"GET /" + b"a" * 999 + b" HTTP/1.1\r\n" + CLOSE)


@pytest.mark.parametrize(
    "content",
    [
        get(headers=b"x: " + b"a" * 4_000 + b"\r\n"),
        get(headers=b"x: " + b"a" * 1_000_000),
        get(headers=b"".join(b"x%d: %s\r\n" % (n, b"a" * 500) for n in range(10))),
        get(headers=b"a: b\r\n" * 20),
        get(headers=b"a: b\r\n" * 200_000),
    ],
    ids=["one header", "one without end", "some", "too many lines", "lines without end"],
)
def test_large_headers_get_431(server: Running, content: bytes) -> None:
    assert is_refused(server.ask(content), b"431")
    assert server.is_well()


def test_headers_sent_byte_by_byte_are_counted_too(server: Running) -> None:
    client = server.open()
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in get(headers=b"x: " + b"a" * 5_100):
        try:
            client.send(bytes([byte]))
        except OSError:
            break
    assert is_refused(client.rest(), b"431")


def test_the_largest_headers_are_accepted(server: Running) -> None:
    answer = server.ask(b"GET / HTTP/1.1\r\n" + b"x: " + b"a" * 3_900 + b"\r\n" + CLOSE)
    assert b" 200 " in answer


def test_waiting_requests_are_not_parsed(serve: Serve) -> None:
    server = serve()
    client = server.open(get(b"/slow") + get(b"/next") * 400)
    server.seen.wait_for(1)
    assert server.is_well()
    (connection,) = [found for found in server.connections if found.current]
    assert len(connection.pipelined) == 3
    server.seen.released.set()
    answers = b""
    while answers.count(b"GET /next 0") < 400:
        answers += client.socket.recv(65_536)
    assert answers.index(b"GET /slow 0") < answers.index(b"GET /next 0")


def test_a_pipelining_client_that_reads_nothing_is_not_read_from(serve: Serve) -> None:
    server = serve(reader_seconds=0.2)
    client = server.open(receive_buffer=4_096)
    client.socket.settimeout(0.5)
    sent = 0
    try:
        while sent < 100_000_000:
            sent += client.socket.send(get(b"/early") * 1_000)
    except OSError:
        pass
    assert sent < 20_000_000
    assert server.is_well()


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost:", b"\r\n\r\n\r\n", get(b"/first") + b"GET"])
def test_unfinished_headers_get_408(serve: Serve, begun: bytes) -> None:
    server = serve(header_seconds=0.1)
    answer = server.open(begun).rest()
    assert is_refused(answer[answer.rindex(b"HTTP/1.1") :], b"408")


def test_a_silent_connection_is_closed(serve: Serve) -> None:
    assert serve(header_seconds=0.1).open().rest() == b""


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    assert serve(idle_seconds=0.1).ask(get()).endswith(b"GET / 0")


@pytest.mark.parametrize("framing", [b"Content-Length: 9\r\n", b"Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize("begun", [b"", b"3\r\nab"])
def test_a_pausing_body_gets_408(serve: Serve, framing: bytes, begun: bytes) -> None:
    server = serve(body_seconds=0.1)
    answer = server.ask(b"POST /half HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n" + begun)
    assert is_refused(answer, b"408")
    assert server.seen.ended.wait(TIMEOUT_SECONDS)
    assert server.seen.gone == ["/half"]


@pytest.mark.parametrize("begun", [0, 900_000])
def test_a_trickling_body_gets_408(serve: Serve, monkeypatch: pytest.MonkeyPatch, begun: int) -> None:
    monkeypatch.setattr("tamis.web.server.timeouts.RATE_WINDOW_SECONDS", 0.1)
    server = serve(body_rate=10_000)
    client = server.open(b"POST /slow-body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
    client.send(b"x" * begun)  # what came quickly gives no credit
    client.socket.settimeout(0.01)
    answer = b""
    while not answer:
        try:
            client.send(b"x")
            answer = client.socket.recv(65_536)
        except TimeoutError:
            continue
    client.socket.settimeout(TIMEOUT_SECONDS)
    assert is_refused(answer + client.rest(), b"408")


def test_a_stalled_reader_is_disconnected(serve: Serve) -> None:
    server = serve(reader_seconds=0.2)
    client = server.open(get(b"/stream"), receive_buffer=4_096)
    assert server.seen.ended.wait(TIMEOUT_SECONDS)
    assert server.is_well()
    client.rest()
    assert client.was_reset


def test_a_slow_reader_is_not_disconnected(serve: Serve) -> None:
    server = serve(reader_seconds=1.0)
    client = server.open(get(b"/stream", b"Connection: close\r\n"))
    size = 0
    while piece := client.socket.recv(1_000_000):
        size += len(piece)
    assert size > 20_000_000


def refused_one(server: Running, source: str) -> bytes:
    client: Client = server.open(source=source)
    return client.rest()


def test_connections_per_client_are_limited(serve: Serve) -> None:
    server = serve(connections_per_address=5)
    opened = [server.open(get(b"/first"), source="127.0.0.2") for _ in range(5)]
    for client in opened:
        client.until(b"GET /first 0")
    assert is_refused(refused_one(server, "127.0.0.2"), b"503")
    assert server.is_well()
    opened[0].socket.close()
    while not server.open(get(headers=b"Connection: close\r\n"), source="127.0.0.2").rest().endswith(b"GET / 0"):
        pass  # until the server has seen that it is closed


def test_the_longest_idle_connection_is_closed_first(serve: Serve) -> None:
    server = serve(connections=10)
    halves = [server.open(b"GET / HTTP/1.1\r\nHost:") for _ in range(200)]
    assert server.is_well()
    assert halves[0].rest() == b""


def test_busy_connections_are_not_closed(serve: Serve) -> None:
    server = serve(connections=3)
    busy = [server.open(get(b"/slow")) for _ in range(3)]
    server.seen.wait_for(3)
    assert is_refused(server.open().rest(), b"503")
    server.seen.released.set()
    for client in busy:
        client.until(b"GET /slow 0")


def test_a_request_leaves_no_garbage(serve: Serve) -> None:
    server = serve()
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            assert server.is_well()
        left = [type(each).__name__ for each in gc.get_objects() if isinstance(each, RequestCycle | Connection)]
    finally:
        gc.enable()
    assert len(left) <= 2, left  # of the last request, whose connection the server may be closing
