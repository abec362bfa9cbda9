"""Who may call: keys, their scopes, and errors in the form of RFC 9457."""

import pytest
import requests

from tests.support.process import Server
from tests.support.programs import Program, problem_of
from tests.support.users import Person


def test_a_key_is_a_bearer_token_or_the_two_headers(api: Program, owner: Person, server: Server) -> None:
    by_token = api.result(api.get("account"))
    by_headers = requests.get(f"{server.address}/v1/account", headers=owner.keys, timeout=60).json()

    assert by_token == by_headers
    assert by_token["name"] == owner.email
    assert by_token["scope"] == "admin"
    assert by_token["time_zone"] == "UTC"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic c2s6"},
        {"PublicKey": "pk_1"},
        {"SecretKey": "sk_1"},
    ],
)
def test_a_request_without_a_key_is_401(server: Server, headers: dict[str, str]) -> None:
    answer = requests.get(f"{server.address}/v1/account", headers=headers, timeout=60)

    problem_of(answer, 401, "key_missing_in_headers")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_key_is_401_and_is_not_repeated(server: Server, owner: Person, stranger: Person) -> None:
    for headers in (
        {"Authorization": "Bearer sk_wrong"},
        {"Authorization": f"Bearer {owner.public_key}"},
        {"PublicKey": owner.public_key, "SecretKey": stranger.secret_key},
    ):
        answer = requests.get(f"{server.address}/v1/account", headers=headers, timeout=60)

        problem_of(answer, 401, "key_not_valid")
        assert not any(part in answer.text for part in ("sk_wrong", owner.public_key, stranger.secret_key))


def test_a_key_does_no_more_than_its_scope(reader: Program, writer: Program) -> None:
    for program, scope in ((reader, "read"), (writer, "write")):
        assert program.result(program.get("account"))["scope"] == scope
        assert program.result(program.get("contact-types"))
        problem = problem_of(program.post("contact-types", {"name": "Mine"}), 403, "key_scope_too_small")
        assert scope in problem["detail"]


def test_unknown_paths_and_methods_are_problems(api: Program, server: Server) -> None:
    problem_of(api.get("nothing"), 404, "not_found")
    problem_of(requests.get(f"{server.address}/v1/nothing", timeout=60), 404, "not_found")
    for path in ("/v1", "/v1/", "//v1/nothing", "/v1//nothing"):
        problem_of(requests.get(f"{server.address}{path}", timeout=60), 404, "not_found")
    refused = api.call("PUT", "contact-types")
    problem_of(refused, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_head_answers_like_get_without_a_body(api: Program) -> None:
    full, head = api.get("account"), api.call("HEAD", "account")

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == full.headers["Content-Length"]
