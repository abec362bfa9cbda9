"""The description: valid OpenAPI 3.1, complete, and with examples that work."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from openapi_spec_validator import validate

from tamis.web.api.examples import examples
from tests.support.process import Server
from tests.support.programs import program_of
from tests.support.users import new_account

RUNNING = ("running", "undoing")
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
    validate(description)
    assert description["openapi"].startswith("3.1")


def test_every_call_says_what_it_does_and_has_an_example(description: dict[str, Any]) -> None:
    shown = {example.operation for example in examples()}
    for operation in operations(description):
        assert operation["summary"], operation
        assert operation["tags"], operation
        assert "Scope:" in operation["description"], operation
        assert operation["operationId"] in shown


def test_only_the_api_is_described(description: dict[str, Any]) -> None:
    assert all(path.startswith("/v1/") for path in description["paths"])


def test_examples_are_the_answers_of_an_empty_account(server: Server) -> None:
    program = program_of(new_account(server.data, server.address, "examples@example.org"))
    ids = Ids()
    for example in examples():
        path = ids.in_path(example.path).removeprefix("/v1/")
        sent = {"json": ids.in_body(example.body)} if example.text is None else {"data": example.text.encode()}
        answer = program.call(example.method, path, **sent)
        assert answer.status_code == example.status, (example, answer.text)
        if example.varies:
            assert answer.json().keys() == example.answer.keys(), example.operation
        elif example.answer is not None:
            assert _shape(answer.json()) == _shape(example.answer), example.operation
        while answer.status_code == 202 and program.get(f"imports/{answer.json()['id']}").json()["state"] in RUNNING:
            time.sleep(0.02)
        if example.method == "POST" and answer.status_code in (201, 202) and answer.json().get("id"):
            ids.learn(example.path, example.answer["id"], answer.json()["id"])


class Ids:
    """Which ids the objects of the examples have in this account."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}

    def learn(self, path: str, shown: int, real: int) -> None:
        self._known[path.partition("?")[0].rsplit("/", 1)[1], str(shown)] = real

    def in_path(self, path: str) -> str:
        """Return a path with the ids of this account."""
        path = re.sub(
            r"([a-z_]+_id)=(\d+)", lambda found: f"{found[1]}={self._in_value(found[1], int(found[2]))}", path
        )
        return re.sub(
            r"([a-z-]+)/(\d+)", lambda found: f"{found[1]}/{self._known.get((found[1], found[2]), found[2])}", path
        )

    def in_body(self, body: Any) -> Any:
        """Return a body with the ids of this account, under keys such as `contact_type_id` and `segment_ids`."""
        if isinstance(body, list):
            return [self.in_body(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: self._in_value(key, value) for key, value in body.items()}

    def _in_value(self, key: str, value: Any) -> Any:
        resource = key.removesuffix("s").removesuffix("_id").replace("_", "-") + "s"
        if isinstance(value, int) and key.endswith("_id"):
            return self._known.get((resource, str(value)), value)
        if isinstance(value, list) and key.endswith("_ids"):
            return [self._known.get((resource, str(item)), item) for item in value]
        return self.in_body(value)


def _shape(value: Any) -> Any:
    """Return the keys and types of a value."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value[:1]]
    return type(value).__name__
