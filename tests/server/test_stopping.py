"""A stopping server finishes running requests, does not wait for inactive clients, and logs no errors."""

import logging
import signal

import pytest

from tests.server.conftest import Running, Serve
from tests.support.raw_connection import TIMEOUT_SECONDS

HALVES = {
    "nothing": b"",
    "half of the headers": b"GET / HTTP/1.1\r\nHost:",
    "half a body": b"POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
    "half of a chunk": b"POST /half HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    "an answer that is not read": b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "requests ahead": b"POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n" + b"GET / HTTP/1.1\r\n\r\n" * 9,
}


def stopped(server: Running) -> None:
    server.server.should_exit = True
    server.thread.join(TIMEOUT_SECONDS)
    assert not server.thread.is_alive()


def test_idle_clients_do_not_delay_stopping(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve()
    for begun in HALVES.values():
        server.open(begun, receive_buffer=4_096)
    server.seen.wait_for(4)
    with caplog.at_level(logging.INFO):
        stopped(server)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert "requests_cut_off" not in [record.message for record in caplog.records]


def test_a_signal_asks_to_stop_and_does_nothing_else_in_its_handler(serve: Serve) -> None:
    """What it interrupts may be a write to the log, which cannot be entered again."""
    server = serve()
    server.server.handle_exit(signal.SIGTERM, None)
    server.thread.join(TIMEOUT_SECONDS)
    assert server.stopped == [("SIGTERM", server.thread)]


def test_a_running_request_is_finished(serve: Serve) -> None:
    server = serve()
    client = server.open(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    server.seen.wait_for(1)
    server.server.should_exit = True
    while not server.connections.stopping:
        pass
    server.seen.released.set()
    answer = client.rest()
    assert answer.endswith(b"GET /slow 0")
    assert b"connection: close" in answer
    stopped(server)


def test_a_running_list_is_finished(serve: Serve) -> None:
    server = serve()
    client = server.open(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
    client.until(b"xxx")
    server.server.should_exit = True
    assert client.rest().endswith(b"\r\n0\r\n\r\n")
    stopped(server)


def test_requests_past_the_deadline_are_aborted_and_counted(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tamis.web.server.server.GRACE_SECONDS", 0.1)
    server = serve()
    client = server.open(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    server.seen.wait_for(1)
    with caplog.at_level(logging.INFO):
        server.server.should_exit = True
        client.rest()
        server.seen.released.set()  # a thread cannot be ended from outside
        stopped(server)
    assert client.was_reset
    assert "requests_cut_off" in [record.message for record in caplog.records]
    assert not [record for record in caplog.records if record.exc_info]
