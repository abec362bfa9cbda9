"""A cheap load generator: keep-alive connections in one process of their own, bounded by count and time."""

import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
HOST = "127.0.0.1"
RECEIVE = 1 << 20
STUCK_SECONDS = 30


class Broken(Exception):
    """The server did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; latencies in milliseconds."""

    count: int
    failed: int
    seconds: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.count / self.seconds


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    sent: float = 0.0
    received: bytes = b""


class Worker:
    """Calls functions of this package in a process of its own, so that they share no interpreter with anything."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function and wait for its result."""
        return self.start(function, *args, **kwargs).result()

    def start(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Call a function and go on."""
        return self._pool.submit(function, *args, **kwargs)


@contextmanager
def another_process() -> Iterator[Worker]:
    """Start a worker for a block."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield Worker(pool)


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Write a request for `drive`."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, requests: Sequence[bytes], connections: int, most: int, seconds: float) -> Outcome:
    """Send requests in turn over some connections, each one as soon as the last one on its connection is answered,
    until `most` are answered or the time is over; answers must have a content length, except 204."""
    waiting = selectors.DefaultSelector()
    upcoming = (requests[i % len(requests)] for i in range(most))
    latencies: list[float] = []
    failed = 0
    begun = time.perf_counter()
    for _ in range(min(connections, most)):
        connection = _Connection(_connect(port))
        waiting.register(connection.sock, selectors.EVENT_READ, connection)
        _send(connection, next(upcoming))
    busy = min(connections, most)
    while busy:
        events = waiting.select(STUCK_SECONDS)
        if not events:
            raise Broken(f"no answer within {STUCK_SECONDS} seconds")
        for key, _ in events:
            connection = key.data
            status = _receive(connection)
            if status is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent)
            failed += not status.startswith(b"2")
            following = next(upcoming, None) if now - begun < seconds else None
            if following:
                _send(connection, following)
            else:
                waiting.unregister(connection.sock)
                connection.sock.close()
                busy -= 1
    taken = time.perf_counter() - begun
    return _outcome(latencies, failed, taken)


def request_at_a_rate(port: int, requested: bytes, pause: float, seconds: float, stop: Path | None = None) -> Outcome:
    """Send a request over and over on one connection, with a pause after each answer, until the time is over or a file
    is there."""
    return request_in_sequence(port, [requested], pause, seconds, stop)


def request_in_sequence(
    port: int, requested: Sequence[bytes], pause: float, seconds: float, stop: Path | None = None
) -> Outcome:
    """Send requests in turn on one connection, with a pause after each answer, until the time is over, a file is
    there, or, where there are several, all are answered."""
    connection = _Connection(_connect(port))
    latencies: list[float] = []
    failed = 0
    begun = time.perf_counter()
    for each in requested if len(requested) > 1 else repeat(requested[0]):
        if time.perf_counter() - begun >= seconds or (stop and stop.exists()):
            break
        _send(connection, each)
        status = None
        while status is None:
            status = _receive(connection)
        latencies.append(time.perf_counter() - connection.sent)
        failed += status != b"200"
        time.sleep(pause)
    connection.sock.close()
    return _outcome(latencies, failed, time.perf_counter() - begun)


def drain(port: int, requested: bytes, bytes_per_second: float | None = None, seconds: float = 60) -> tuple[int, float]:
    """Read one chunked response to its end or a timeout, at most at the given rate; return bytes and seconds."""
    buffer = bytearray(RECEIVE)
    pace = int(bytes_per_second / 100) if bytes_per_second else RECEIVE
    total, end = 0, b""
    with _connect(port) as sock:
        if bytes_per_second:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        begun = time.perf_counter()
        sock.sendall(requested)
        while (got := sock.recv_into(buffer, pace)) and (taken := time.perf_counter() - begun) < seconds:
            total += got
            end = (end + bytes(buffer[max(0, got - 5) : got]))[-5:]
            if end == b"0\r\n\r\n":
                break
            if bytes_per_second and total / bytes_per_second > taken:
                time.sleep(total / bytes_per_second - taken)
        return total, time.perf_counter() - begun


def _outcome(latencies: list[float], failed: int, seconds: float) -> Outcome:
    latencies.sort()
    median, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
    return Outcome(len(latencies), failed, seconds, median, p99)


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection((HOST, port), STUCK_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _send(connection: _Connection, requested: bytes) -> None:
    connection.received = b""
    connection.sent = time.perf_counter()
    connection.sock.sendall(requested)


def _receive(connection: _Connection) -> bytes | None:
    piece = connection.sock.recv(RECEIVE)
    if not piece:
        raise Broken("the server closed a connection")
    data = connection.received = connection.received + piece if connection.received else piece
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None
    if data[9:12] == b"204":
        return data[9:12]
    start = data.index(b"content-length:") + 15  # uvicorn writes header names as the application gives them
    length = int(data[start : data.index(b"\r\n", start)])
    return data[9:12] if len(data) >= head + 4 + length else None
