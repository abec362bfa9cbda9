"""Requests that no console page sends: each gets a readable response and does not affect others."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.console import PASSWORD, Visitor, new_console_account
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address

FORM = {"content-type": "application/x-www-form-urlencoded"}
BEYOND = (2**63, 2**64, -(2**63) - 1, 10**30)
"""What SQLite has no number for."""


def query(visitor: Visitor, path: str, question: dict[str, Any]) -> requests.Response:
    headers = {"accept": "application/json", "content-type": "application/json", "x-csrf-token": visitor.csrf}
    return visitor.http.post(visitor.address + path, data=json.dumps(question), headers=headers, timeout=60)


def send(visitor: Visitor, path: str, body: bytes, **headers: str) -> requests.Response:
    return visitor.http.post(
        visitor.address + path, data=body, headers={**FORM, **headers}, allow_redirects=False, timeout=60
    )


def test_data_shown_to_a_session_is_cleared_when_it_ends(guest: Visitor, owner: Person) -> None:
    guest.sign_in(owner.email)
    form = {"csrf": guest.csrf, "idempotency_key": "mark", "name": "Shown once"}
    cookies = dict(guest.http.cookies)
    assert "sk_" in guest.post("/account/keys", form).text
    assert "sk_" in guest.post("/account/keys", form).text  # a double click
    guest.post("/sign-out")
    guest.http.cookies.update(cookies)
    answer = guest.post("/account/keys", form)
    assert (answer.status_code, answer.text) == (303, "")


@pytest.mark.parametrize("number", BEYOND)
def test_ids_out_of_range_are_not_found(console: Visitor, owner: Person, number: int) -> None:
    made = owner.tamis("type", "create", fresh("Numbered"))["id"]
    question = {"type": made, "client_id": "b", "number": 1}
    for requested in ({**question, "type": number}, {**question, "segment": number}):
        assert query(console, "/segments/preview", requested).status_code == 404
    for field in ({"type": number, "field": 1}, {"type": made, "field": number}, {"type": made, "property": number}):
        assert query(console, "/segments/values", field).status_code == 404
    for path in (f"/segments/{number}/overlap/all", f"/types/{number}", f"/types/{made}/fields/{number}"):
        assert console.get(path).status_code == 404, path


def test_guests_cannot_send_large_bodies(guest: Visitor) -> None:
    guest.get("/sign-in")
    many = b"a=&" * 100_000 + b"csrf=" + guest.csrf.encode()
    answer = send(guest, "/sign-in", many)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    unmeasured = guest.http.post(guest.address + "/sign-in", data=iter([many]), headers=FORM, allow_redirects=False)
    assert unmeasured.status_code == 303
    forgotten = send(Visitor(guest.address), "/account/timezone", many, cookie="tamis_session=made-up")
    assert forgotten.headers["location"] == "/sign-in"


def test_the_number_of_form_fields_is_limited(console: Visitor) -> None:
    token = b"csrf=" + console.csrf.encode()
    answer = send(console, "/account/timezone", token + b"&a=" * 50_000)
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert send(console, "/account/timezone", token + b"&a=" * 30_000).status_code == 422


def test_forms_in_unknown_encodings_are_refused(console: Visitor) -> None:
    head = b'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=none'
    part = b"--B\r\n" + head + b"\r\n\r\na\r\n--B--\r\n"
    answer = send(console, "/account/timezone", part, **{"content-type": "multipart/form-data; boundary=B"})
    assert answer.status_code == 400


def test_an_unknown_sort_order_does_not_lengthen_the_url(console: Visitor, owner: Person) -> None:
    made = owner.tamis("type", "create", fresh("Ordered"))["id"]
    answer = console.post(f"/types/{made}/contacts/columns", {"order": "a" * 70_000})
    assert answer.headers["location"] == f"/types/{made}/contacts"


def test_all_spellings_of_an_email_share_one_counter(guest: Visitor, server: Server) -> None:
    person = new_console_account(server.data, server.address, fresh_address())
    guest.get("/sign-in")
    wide = person.email.replace("example", "ｅｘａｍｐｌｅ")
    with ThreadPoolExecutor(4) as threads:
        tries = [{"email": wide, "password": "not the password"}] * 10
        assert {answer.status_code for answer in threads.map(lambda one: guest.post("/sign-in", one), tries)} == {422}
    assert guest.sign_in(person.email).status_code == 429


def test_an_open_session_cannot_guess_the_current_password(guest: Visitor, server: Server) -> None:
    person = new_console_account(server.data, server.address, fresh_address())
    guest.sign_in(person.email)
    new = "another one than before"
    for _ in range(10):
        answer = guest.post("/account/password", {"present": "a guess", "new": new, "again": new})
        assert "Wrong password" in answer.text
    answer = guest.post("/account/password", {"present": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 422
    assert "Too many failed attempts." in answer.text
