"""No page reads more of a body than it accepts, whatever the method, and nothing of forged requests."""

import pytest

from tamis.web.console.requests.forms import MAX_FORM_BYTES
from tests.support.console import Visitor
from tests.support.console_routes import Route, private_routes
from tests.support.process import Server
from tests.support.raw_connection import Client

KINDS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream")
UPLOADS = "/imports/uploads"


def head(visitor: Visitor, route: Route, kind: str, token: str, framing: str) -> bytes:
    path = "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    lines = [
        f"{route.method} {path} HTTP/1.1", "Host: tamis", f"Cookie: {cookies}", f"X-CSRF-Token: {token}",
        f"Content-Type: {kind}", "Accept: text/html", "Expect: 100-continue", framing, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.fixture
def port(server: Server) -> int:
    return int(server.address.rpartition(":")[2])


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    return [*private_routes(tmp_path_factory.mktemp("routes") / "data"), Route("/sign-in", "POST"), Route("/", "GET")]


def status_of(client: Client) -> bytes:
    return client.until(b"\r\n\r\n")[9:12]


def test_a_body_that_is_announced_too_large_is_refused_unread(console: Visitor, port: int, routes: list[Route]) -> None:
    for route in routes:
        for kind in KINDS:
            # A file may be larger, and has a test of its own; this one names no contact type.
            is_file = route.path == UPLOADS and kind == KINDS[2]
            client = Client(port)
            client.send(head(console, route, kind, console.csrf, f"Content-Length: {MAX_FORM_BYTES + 1}"))
            assert status_of(client) == (b"404" if is_file else b"413"), (route, kind)
            client.socket.close()


def test_a_body_without_a_length_is_read_up_to_the_limit(console: Visitor, port: int, routes: list[Route]) -> None:
    for route in routes:
        if route.method == "GET":
            continue
        client = Client(port)
        client.send(head(console, route, KINDS[0], "", "Transfer-Encoding: chunked"))
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n", route
        client.send(b"%x\r\n" % (MAX_FORM_BYTES + 1) + b"a" * (MAX_FORM_BYTES + 1))
        assert status_of(client) == b"413", route
        client.socket.close()


def test_forged_requests_are_refused_unread(console: Visitor, port: int, routes: list[Route]) -> None:
    for route in routes:
        if route.method == "GET":
            continue
        for kind in KINDS:
            client = Client(port)
            client.send(head(console, route, kind, "0" * 64, "Content-Length: 1000000"))
            assert status_of(client) == b"403", (route, kind)
            client.socket.close()
