"""The description: valid OpenAPI 3.1, complete, and with examples that work."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tamis.web.api.examples import examples
from tests.api.v1.example_calls import Ids, run_example, send_body, send_example, shape
from tests.support.process import Server
from tests.support.programs import Program, problem_of, program_of
from tests.support.users import colleague_of, new_account

HOSTILE_BODIES = (
    b"",
    b"{",
    b'{"name": NaN}',
    b'{"name": 1e400}',
    b'{"name": "a", "name": "b"}',
    b"[" * 100_000,
    b"[]",
    b'"text"',
    b'{"unknown": 1}',
    b'{"\\u0000": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b"\xff",
)
SCOPES = ("read", "write", "admin")
METHODS = ("get", "put", "post", "delete", "patch")


@pytest.fixture(scope="module")
def description(server: Server) -> dict[str, Any]:
    answer = requests.get(f"{server.address}/v1/openapi.json", timeout=60)
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi+json")
    found: dict[str, Any] = answer.json()
    return found


def operations(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in description["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    from openapi_spec_validator import validate

    validate(description)
    assert description["openapi"].startswith("3.1")


def test_every_call_says_what_it_does_and_has_an_example(description: dict[str, Any]) -> None:
    shown = {example.operation for example in examples()}
    groups = {tag["name"] for tag in description["tags"]}
    for operation in operations(description):
        assert operation["summary"], operation
        assert set(operation["tags"]) <= groups, operation
        assert "Scope:" in operation["description"], operation
        assert operation["operationId"] in shown


def test_only_the_api_is_described(description: dict[str, Any]) -> None:
    assert all(path.startswith("/v1/") for path in description["paths"])


def test_each_call_takes_its_scope_and_its_account_only(server: Server, description: dict[str, Any]) -> None:
    """Every example is sent without a key, with keys of too small a scope, by a stranger and with hostile bodies, which
    all change nothing; then by the owner and a colleague in turns, who get the example's answer."""
    owner = new_account(server.data, server.address, "examples@example.org")
    stranger = program_of(new_account(server.data, server.address, "examples@example.net"))
    full = (program_of(owner), program_of(colleague_of(owner)))
    scoped = {scope: program_of(owner, scope) for scope in ("read", "write")}
    scopes = {operation["operationId"]: _scope(operation) for operation in operations(description)}
    ids = Ids()
    for number, example in enumerate(examples()):
        nobody = Program(full[0].base, "")
        problem_of(send_example(nobody, example, ids), 401, "key_missing_in_headers")
        for scope, program in scoped.items():
            if SCOPES.index(scope) < SCOPES.index(scopes[example.operation]):
                problem_of(send_example(program, example, ids), 403, "key_scope_too_small")
        if re.search(r"/(\d+|[^/]+@[^/]+)|_id=", example.path) and example.operation != "suppress_email":
            foreign = send_example(stranger, example, ids)
            assert foreign.status_code == 404, (example.operation, foreign.text)
        for body in HOSTILE_BODIES if example.body is not None else ():
            refused = send_body(full[0], example, ids, body)
            assert refused.status_code in (400, 413, 422), (example.operation, body[:40], refused.text)
            assert refused.headers["Content-Type"] == "application/problem+json"
        answer = run_example(full[number % 2], example, ids)
        assert answer.status_code == example.status, (example, answer.text)
        if example.varies:
            assert answer.json().keys() == example.answer.keys(), example.operation
        elif example.answer is not None:
            assert shape(answer.json()) == shape(example.answer), example.operation


def _scope(operation: dict[str, Any]) -> str:
    found = re.search(r"Scope: `(\w+)`", operation["description"])
    assert found
    return found[1]
