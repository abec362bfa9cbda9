"""Paths and methods, known and unknown; every response is JSON."""

import pytest
import requests

from tests.support.process import Server
from tests.support.users import Person

METHODS = {
    "segment/list": "GET",
    "segment/email/list": "GET",
    "segment/email/store": "POST",
    "segment/email/delete": "DELETE",
    "segment/delete": "DELETE",
    "segment/store": "POST",
    "contacts-type": "GET",
    "contacts-type/view": "GET",
    "reserve-fields": "GET",
    "contacts/list": "GET",
}
GETS = ["segment/list", "segment/email/list", "contacts-type", "contacts-type/view", "reserve-fields", "contacts/list"]


WRONG = [
    (method, path)
    for path, right in METHODS.items()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    if method != right and (method, right) != ("HEAD", "GET")
]


@pytest.mark.parametrize(("method", "path"), WRONG)
def test_a_wrong_method_is_refused_and_names_the_allowed_one(owner: Person, method: str, path: str) -> None:
    answer = owner.call(method, path)
    allowed = "GET, HEAD" if METHODS[path] == "GET" else METHODS[path]
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert answer.text == f'{{"status":"failed","errors":"This path takes {allowed} only."}}'


@pytest.mark.parametrize("path", GETS)
def test_head_responds_like_get_without_a_body(owner: Person, india: int, path: str) -> None:
    type_id = owner.segment(india)["contact_type_id"]
    query = {"segment_id": india, "contact_type_id": type_id}
    head, get = owner.call("HEAD", path, params=query), owner.call("GET", path, params=query)
    assert (head.status_code, get.status_code) == (200, 200)
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""
    assert get.json()["status"] == "success"


def test_head_of_an_unknown_path_is_not_found(owner: Person) -> None:
    answer = owner.call("HEAD", "segment/email/list", params={"segment_id": 0})
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "segment",
        "segment/email",
        "segments/list",
        "segment/list/7",
        "v1/segment/list",
        "%2e%2e/",
        "é",
        "SEGMENT/LIST",
    ],
)
def test_an_unknown_path_is_not_found(owner: Person, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = owner.call(method, path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"
        assert answer.text == '{"status":"failed","errors":"There is no such path in this API."}'


@pytest.mark.parametrize(
    "path", ["/api/segment/list", "/api//segment/list", "/api/segment/list/", "//api///segment//list"]
)
def test_slashes_may_be_doubled(server: Server, owner: Person, path: str) -> None:
    answer = owner.http.get(server.address + path, headers=owner.keys, timeout=60)
    assert answer.status_code == 200
    assert answer.text == owner.get("segment/list").text


def test_errors_outside_the_api_are_json_too(server: Server) -> None:
    for path, status in [("/", 200), ("/nothing", 404), ("/apis/segment/list", 404), ("/local/ask", 405)]:
        answer = requests.get(server.address + path, timeout=60)
        assert answer.status_code == status
        answer.json()


def test_unknown_query_parameters_are_ignored_and_the_last_of_repeated_ones_counts(owner: Person, india: int) -> None:
    answer = owner.get(f"segment/email/list?colour=red&segment_id=0&segment_id={india}&limit=1")
    assert len(answer.json()["message"]["contactEmails"]) == 1
    assert owner.get(f"segment/email/list?segment_id={india}&segment_id=0").status_code == 404
