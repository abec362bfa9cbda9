"""Bodies that nobody should send: each is a problem, and changes nothing."""

import gzip
from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh

HOSTILE = {
    "empty": (b"", 400, "body_missing"),
    "blanks": (b"  \n", 400, "body_missing"),
    "cut off": (b'{"name": "x"', 400, "json_not_valid"),
    "two values": (b'{"name": "x"} {}', 400, "json_not_valid"),
    "not JSON": (b"name=x", 400, "json_not_valid"),
    "not UTF-8": (b'{"name": "\xff\xfe"}', 400, "json_not_valid"),
    "lone surrogate": (b'{"name": "\\ud800"}', 400, "json_not_valid"),
    "NaN": (b'{"name": NaN}', 400, "json_not_valid"),
    "infinite": (b'{"name": -Infinity}', 400, "json_not_valid"),
    "1e400": (b'{"name": 1e400}', 400, "json_not_valid"),
    "deep": (b"[" * 100_000, 400, "json_too_deep"),
    "deep objects": (b'{"a":' * 100_000, 400, "json_too_deep"),
    "repeated key": (b'{"name": "a", "name": "b"}', 400, "key_repeated"),
    "repeated deep key": (b'{"x": [{"a": 1, "a": 1}]}', 400, "key_repeated"),
    "list": (b"[]", 422, "value_of_another_type"),
    "null": (b"null", 422, "value_of_another_type"),
    "number": (b"12", 422, "value_of_another_type"),
    "name is null": (b'{"name": null}', 422, "value_of_another_type"),
    "name is a list": (b'{"name": ["x"]}', 422, "value_of_another_type"),
    "NUL": (b'{"name": "a\\u0000b"}', 422, "name_not_valid"),
    "unknown key": (b'{"name": "x", "nmae": "y"}', 422, "key_unknown"),
    "huge": (b'{"name": "' + b"x" * 2_000_000 + b'"}', 413, "body_too_large"),
    "long": (b'{"name": "' + b"x" * 500_000 + b'"}', 422, "name_not_valid"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_a_problem_and_changes_nothing(api: Program, new_type: dict[str, Any], name: str) -> None:
    body, status, code = HOSTILE[name]
    json_body = {"Content-Type": "application/json"}
    before = api.pages("contact-types")
    for method, path in (("POST", "contact-types"), ("PATCH", f"contact-types/{new_type['id']}")):
        problem_of(api.call(method, path, data=body, headers=json_body), status, code)
        with_key = {**json_body, "Idempotency-Key": fresh("key").replace(" ", "-")}
        problem_of(api.call(method, path, data=body, headers=with_key), status, code)
    assert api.pages("contact-types") == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_other_content_types_are_refused(api: Program, content_type: str) -> None:
    answer = api.call("POST", "contact-types", data=b'{"name": "x"}', headers={"Content-Type": content_type})

    problem_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("method", "path", "media_type", "body"),
    [
        ("POST", "contact-types", "application/json", b'{"name": "x"}'),
        ("PUT", "contact-types/{id}/contacts/a@example.org", "application/json", b'{"fields": {}}'),
        ("POST", "contact-types/{id}/contacts/batch", "application/json", b'{"contacts": []}'),
        ("POST", "contact-types/{id}/contacts/batch", "application/x-ndjson", b'{"email": "a@example.org"}\n'),
    ],
)
def test_compressed_bodies_are_refused(
    api: Program, new_type: dict[str, Any], method: str, path: str, media_type: str, body: bytes
) -> None:
    headers = {"Content-Type": media_type, "Content-Encoding": "gzip"}
    answer = api.call(method, path.format(id=new_type["id"]), data=gzip.compress(body), headers=headers)
    problem_of(answer, 415, "unsupported_media_type")
    assert api.pages(f"contact-types/{new_type['id']}/contacts") == []
