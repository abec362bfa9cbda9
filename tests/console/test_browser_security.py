"""Security headers and attributes for browsers; rows of docs/security.md name these tests."""

import re

import pytest

from tests.support.console import Visitor
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.users import Person


def test_passwords_are_masked_and_known_to_password_managers(server: Server, console: Visitor) -> None:
    pages = Visitor(server.address).get("/sign-in").text + console.get("/account").text
    controls = re.findall(r'<input [^>]*name="(?:password|present|new|again)"[^>]*>', pages)
    assert len(controls) == 4
    for control in controls:
        assert 'type="password"' in control
        assert re.search('autocomplete="(?:current|new)-password"', control)
        assert "onpaste" not in control


def test_every_page_has_a_sign_out_button(console: Visitor) -> None:
    for path in ("/segments", "/contacts", "/imports", "/types", "/account"):
        assert 'action="/sign-out"' in console.http.get(console.address + path, timeout=TIMEOUT_SECONDS).text, path


def test_no_other_origin_may_read_responses(server: Server, console: Visitor, owner: Person) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    answers = [console.http.get(server.address + "/segments", headers=headers, timeout=TIMEOUT_SECONDS)]
    answers.append(console.http.options(server.address + "/segments", headers=headers, timeout=TIMEOUT_SECONDS))
    answers += [owner.call(method, "segment/list", headers=headers) for method in ("GET", "OPTIONS")]
    for answer in answers:
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", ["/sign-in", "/api/segment/list", "/healthz"])
def test_trace_is_not_answered(server: Server, path: str) -> None:
    answer = Visitor(server.address).http.request("TRACE", server.address + path, timeout=TIMEOUT_SECONDS)
    assert answer.status_code in (404, 405)
    assert "TRACE" not in answer.text


def test_a_session_has_256_random_bits(server: Server, owner: Person) -> None:
    tokens = set()
    for _ in range(2):
        visitor = Visitor(server.address)
        visitor.sign_in(owner.email)
        tokens.add(visitor.http.cookies["tamis_session"])
    assert {len(token) for token in tokens} == {43}, "256 bits in base64"
    assert len(tokens) == 2
