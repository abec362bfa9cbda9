"""Refusals of the server itself, in the form of the interface that the request was for."""

import json
from typing import Any

import msgspec
import pytest

from tamis.web.api.schemas.common import ProblemDetails
from tests.server.conftest import Running, Serve

LONG = b"a" * 5_100
NONE = b""


def refusal(answer: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the headers and the body of the last response."""
    head, _, body = answer[answer.rindex(b"HTTP/1.1") :].partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert headers["cache-control"] == "no-store"
    return headers, json.loads(body)


def expect_problem(answer: bytes, status: int, code: str) -> None:
    headers, body = refusal(answer)
    assert headers["content-type"] == "application/problem+json"
    problem = msgspec.convert(body, ProblemDetails)
    assert body.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert (problem.status, problem.code) == (status, code)
    assert problem.request_id == headers["x-request-id"]


def expect_failure(answer: bytes) -> None:
    headers, body = refusal(answer)
    assert headers["content-type"] == "application/json"
    assert body.keys() == {"status", "errors"}
    assert body["status"] == "failed"


def expect_either(answer: bytes, code: str) -> None:
    headers, body = refusal(answer)
    assert headers["content-type"] == "application/json"
    assert body == {
        "status": "failed",
        "errors": body["detail"],
        "detail": body["detail"],
        "code": code,
        "request_id": headers["x-request-id"],
    }


WRONG = {
    b" HTTP/1.1\r\nHost: a\r\nx y: z\r\n\r\n": (400, "bad_request"),
    b" HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n": (400, "bad_request"),
    LONG: (414, "uri_too_long"),
    b" HTTP/1.1\r\nx: " + LONG: (431, "headers_too_large"),
    b" HTTP/1.1\r\n" + b"x: y\r\n" * 30 + b"\r\n": (431, "headers_too_large"),
}


@pytest.mark.parametrize("rest", WRONG, ids=lambda rest: repr(rest[:40]))
def test_a_refused_request_gets_the_form_of_its_path(server: Running, rest: bytes) -> None:
    status, code = WRONG[rest]
    for path in (b"/v1/segments", b"//v1//segments", b"/%761/segments", b"http://host/v1/segments"):
        answer = server.ask(b"GET " + path + rest)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        expect_problem(answer, status, code)
    expect_failure(server.ask(b"GET /api/segment/list" + rest))
    for path in (b"/segments", b"/v10/segments", b"/v"):
        expect_either(server.ask(b"GET " + path + rest), code)


def test_an_unreadable_address_gets_the_form_for_all(server: Running) -> None:
    for wrong in (b"nonsense\r\n\r\n", b"GET http://[::1 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"):
        expect_either(server.ask(wrong), "bad_request")


def test_late_requests_get_the_form_of_their_path(serve: Serve) -> None:
    server = serve(header_seconds=0.1, body_seconds=0.1)
    expect_problem(server.ask(b"GET /v1/seg"), 408, "request_timeout")
    expect_problem(server.ask(b"POST /v1/x HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"), 408, "request_timeout")
    expect_failure(server.ask(b"POST /api/x HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"))
    expect_either(server.ask(b"G"), "request_timeout")


def test_the_path_is_that_of_the_refused_request(server: Running) -> None:
    first = b"GET /v1/first HTTP/1.1\r\nHost: a\r\n\r\n"
    expect_failure(server.ask(first + b"GET /api/x HTTP/1.1\r\nx y: z\r\n\r\n"))
    expect_either(server.ask(first.replace(b"GET", b"HEAD") + b"nonsense\r\n\r\n"), "bad_request")


def test_too_many_connections_get_the_form_for_all(serve: Serve) -> None:
    server = serve(connections_per_address=1)
    server.open(b"GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n").until(b"GET /v1/x")
    expect_either(server.ask(NONE), "service_unavailable")


def test_a_fault_gets_the_form_of_its_path(server: Running) -> None:
    expect_problem(server.ask(b"GET /v1/fault HTTP/1.1\r\nHost: a\r\n\r\n"), 500, "internal_error")
    expect_failure(server.ask(b"GET /api/fault HTTP/1.1\r\nHost: a\r\n\r\n"))
