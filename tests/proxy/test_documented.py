"""The examples of docs/operations.md: the client is known, cookies are bound to TLS, and everything works."""

import threading
from collections.abc import Iterator

import pytest
import requests

from tests.proxy.conftest import CLIENT, HOST, Proxy
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.uploads import upload_file
from tests.support.users import Person, fresh

INVENTED = {"x-forwarded-for": "198.51.100.66", "x-forwarded-proto": "http", "x-real-ip": "198.51.100.66",
            "forwarded": "for=198.51.100.66;proto=http"}  # fmt: skip
PEOPLE = 20_000
UPLOAD_BYTES = 8_000_000


@pytest.fixture(scope="session")
def proxies(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A segment of many."""
    file = tmp_path_factory.mktemp("people") / "people.csv"
    file.write_text("email,plan\n" + "".join(f"person.{n}@example.org,pro\n" for n in range(PEOPLE)))
    owner.tamis("type", "create", "People")
    owner.tamis("import", file, "--type", "People", "--create-fields")
    made: int = owner.tamis("segment", "create", "All", "--type", "People", "--where", 'plan = "pro"')["id"]
    return made


def lines_of(server: Server, event: str, count: int) -> list[str]:
    """Return the lines of an event, of which there will be so many; the reader of the log may be late."""
    pause = threading.Event()
    for _ in range(TIMEOUT_SECONDS * 100):
        found = [line for line in server.errors if f" {event} " in line]
        if len(found) >= count:
            return found
        pause.wait(0.01)
    raise AssertionError(server.errors)


def test_cookies_require_tls_and_browsers_are_sent_hsts(proxy: Proxy, owner: Person) -> None:
    visitor = proxy.visitor()
    answers = [visitor.get("/sign-in", headers=INVENTED), visitor.sign_in(owner.email), visitor.get("/account")]
    cookies = {cookie.name: cookie for cookie in visitor.http.cookies}
    assert set(cookies) == {"__Host-tamis_session", f"__Host-tamis_device_{owner.account_id}"}
    for cookie in cookies.values():
        assert (cookie.secure, cookie.path, cookie.domain_specified) == (True, "/", False)
        assert {name.lower() for name in cookie._rest} == {"httponly", "samesite"}  # type: ignore[attr-defined]
    assert [answer.status_code for answer in answers] == [200, 303, 200]
    assert {answer.headers["strict-transport-security"] for answer in answers} == {"max-age=31536000"}
    assert f"https://{HOST}" in answers[2].text  # the base URL of the Segment API


def test_a_client_cannot_choose_its_address(proxy: Proxy, owner: Person, server: Server) -> None:
    before = len([line for line in server.errors if " sign_in_failed " in line])
    visitor = proxy.visitor()
    visitor.http.headers.update(INVENTED)
    assert visitor.sign_in(owner.email, "a guess").status_code == 422
    assert f"address={CLIENT}" in lines_of(server, "sign_in_failed", before + 1)[-1]
    assert not [line for line in server.errors if "forwarded_headers_ignored" in line]


def test_the_segment_api_works_and_long_lists_pass(proxy: Proxy, owner: Person, proxies: int) -> None:
    person = proxy.person(owner)
    assert person.segment(proxies)["segment_emails_count"] == len(person.recipients(proxies))
    segment = person.make_segment(owner.tamis("type", "create", fresh("Few"))["id"])
    assert person.add(segment, "ada@example.org").status_code == 200
    (row,) = person.recipients(segment)
    assert person.delete_recipient(row["id"]).status_code == 200
    assert person.delete_segment(segment).status_code == 200
    answer = requests.get(owner.base + "segment/list", headers={**owner.keys, "host": HOST}, timeout=TIMEOUT_SECONDS)
    assert "strict-transport-security" not in answer.headers  # it came by plain HTTP, beside the proxy


def test_large_uploads_pass_the_proxy(proxy: Proxy, owner: Person) -> None:
    visitor = proxy.visitor()
    visitor.sign_in(owner.email)
    type_id = owner.tamis("type", "create", fresh("Uploaded"))["id"]
    row = b"person.1@example.org,pro\n"

    def content() -> Iterator[bytes]:
        yield b"email,plan\n"
        for _ in range(UPLOAD_BYTES // (len(row) * 1000)):
            yield row * 1000

    assert upload_file(visitor, type_id, content()).status_code == 201


def test_requests_for_another_host_are_refused(server: Server, owner: Person) -> None:
    answer = requests.get(owner.base + "segment/list", headers=owner.keys, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 421
    assert answer.json() == {
        "status": "failed",
        "errors": "This host name is not allowed; TAMIS_HOSTS lists the allowed ones.",
    }
    assert owner.tamis("key", "list")["key_pairs"]  # commands reach their server by whatever name


def test_nginx_redirects_plain_http(proxy: Proxy) -> None:
    if proxy.name == "nginx":
        address = f"http://127.0.0.1:{proxy.plain}/account"
        answer = requests.get(address, headers={"host": HOST}, allow_redirects=False, timeout=TIMEOUT_SECONDS)
        assert (answer.status_code, answer.headers["location"]) == (301, f"https://{HOST}/account")
