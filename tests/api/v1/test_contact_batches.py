"""Batches of contacts over the API: good items are stored, the others say why, and nothing is done twice."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def people(api: Program, new_type: dict[str, Any]) -> str:
    """The path of the contacts of a type with a number."""
    api.create(f"contact-types/{new_type['id']}/fields", {"name": "Score", "kind": "number"})
    return f"contact-types/{new_type['id']}/contacts"


def items(count: int, score: int = 1) -> list[dict[str, Any]]:
    return [{"email": f"p{number}@example.org", "fields": {"score": score}} for number in range(count)]


def lines(contacts: Sequence[Any]) -> bytes:
    return "".join(json.dumps(contact) + "\n" for contact in contacts).encode()


def send_lines(api: Program, people: str, body: Any, **headers: str) -> Any:
    return api.call("POST", f"{people}/batch", data=body, headers={**NDJSON, **headers})


def counts(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [answer.json()[key] for key in ("created", "updated", "unchanged", "rejected")]


MIXED = [
    {"email": "ann@example.org", "fields": {"score": 1, "city": "Lima"}},
    {"email": "no email", "fields": {"score": "1"}},
    {"email": "ANN@example.org", "fields": {"score": None}},
    {"email": "ANN@example.org"},
    "ann",
]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_good_items_are_stored_and_the_others_say_why(api: Program, people: str, form: str) -> None:
    if form == "json":
        answer = api.post(f"{people}/batch", {"contacts": MIXED})
    else:
        answer = send_lines(api, people, b"\xef\xbb\xbf" + lines(MIXED).replace(b"\n", b"\r\n\r\n"))
    assert counts(answer) == [1, 1, 1, 2]
    results = answer.json()["results"]
    assert [(result["index"], result["status"]) for result in results] == [
        (0, "created"), (1, "rejected"), (2, "updated"), (3, "unchanged"), (4, "rejected"),
    ]  # fmt: skip
    assert {(error["path"], error["code"]) for error in results[1]["errors"]} == {
        ("email", "email_not_read"), ("fields.score", "value_of_wrong_type"),
    }  # fmt: skip
    assert results[0]["errors"] == []
    (stored,) = api.pages(people, fields="score,city")
    assert (stored["email"], stored["fields"]) == ("ANN@example.org", {"score": None, "city": "Lima"})


def test_a_broken_line_is_a_rejected_item(api: Program, people: str) -> None:
    good = lines(items(3)).splitlines()
    bad = [
        b"{",
        b'{"email": "a@example.org", "email": "b@example.org"}',
        b"\xff",
        b"[" * 50_000,
        b"x" * 3_000_000,
        b"NaN",
    ]
    answer = send_lines(api, people, b"\n".join([good[0], *bad, b"", good[1], good[2]]))
    assert counts(answer) == [3, 0, 0, len(bad)]
    assert [result["status"] for result in answer.json()["results"]] == [
        "created",
        *["rejected"] * len(bad),
        "created",
        "created",
    ]
    assert {result["errors"][0]["code"] for result in answer.json()["results"][1:-2]} == {
        "line_not_valid",
        "line_too_long",
    }
    assert answer.json()["results"][1]["errors"][0]["detail"].startswith("The line is not valid JSON")


def test_what_is_no_batch_is_refused(api: Program, people: str) -> None:
    path = f"{people}/batch"
    problem_of(api.post(path, {"contacts": items(10_001)}), 422, "too_many_items")
    problem_of(api.post(path, {"contacts": {}}), 422, "value_of_another_type")
    problem_of(api.post(path, {}), 422, "key_missing")
    problem_of(api.call("POST", path, data=b"{", headers={"Content-Type": "application/json"}), 400, "json_not_valid")
    assert api.call("POST", path, data=b"a=1", headers={"Content-Type": "text/csv"}).status_code == 415
    huge = b'{"contacts": [' + b" " * (17 << 20) + b"]}"
    assert api.call("POST", path, data=huge, headers={"Content-Type": "application/json"}).status_code == 413
    assert api.pages(people) == []
    assert counts(api.post(path, {"contacts": []})) == [0, 0, 0, 0]
    assert counts(send_lines(api, people, b"")) == [0, 0, 0, 0]


def test_a_long_body_is_stored_in_parts(api: Program, people: str) -> None:
    answer = send_lines(api, people, (lines([contact]) for contact in items(2_500)))
    assert counts(answer) == [2_500, 0, 0, 0]
    assert [result["index"] for result in answer.json()["results"]] == list(range(2_500))
    assert counts(api.post(f"{people}/batch", {"contacts": items(2_500, 2)})) == [0, 2_500, 0, 0]
    assert counts(send_lines(api, people, lines(items(2_500, 2)))) == [0, 0, 2_500, 0]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_the_same_key_does_it_once(api: Program, people: str, form: str) -> None:
    key = fresh("key").replace(" ", "-")

    def send(contacts: list[dict[str, Any]]) -> Any:
        program = Program(api.base, api.secret_key)
        if form == "json":
            return program.post(f"{people}/batch", {"contacts": contacts}, Idempotency_Key=key)
        return send_lines(program, people, lines(contacts), **{"Idempotency-Key": key})

    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(send, [items(1_500)] * 20))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} <= {"idempotency_key_running"}
    api.call("DELETE", f"{people}/p0@example.org")
    again = send(items(1_500))
    assert (again.content in done, counts(again)) == (True, [1_500, 0, 0, 0])
    assert len(api.pages(people, limit=1000)) == 1_499  # it was not done again
    problem_of(send(items(1_500, 2)), 422, "idempotency_key_of_another_request")
    other: dict[str, Callable[[], Any]] = {
        "json": lambda: send_lines(api, people, lines(items(1)), **{"Idempotency-Key": key}),
        "ndjson": lambda: api.post(f"{people}/batch", {"contacts": items(1)}, Idempotency_Key=key),
    }
    problem_of(other[form](), 422, "idempotency_key_of_another_request")


@pytest.mark.parametrize("number", [0, 1_000, 1_500])
def test_a_body_that_begins_like_another_is_another(api: Program, people: str, number: int) -> None:
    key = fresh("key").replace(" ", "-")

    def send(number: int) -> Any:
        return send_lines(api, people, lines(items(number)), **{"Idempotency-Key": key})

    first = send(number)
    assert counts(first) == [number, 0, 0, 0]
    for other in {0, 1_000, 2_000} - {number}:
        problem_of(send(other), 422, "idempotency_key_of_another_request")
    assert len(api.pages(people, limit=1000)) == number
    assert send(number).content == first.content


def test_strangers_and_readers_write_nothing(
    api: Program, stranger_api: Program, reader: Program, writer: Program, people: str
) -> None:
    problem_of(reader.post(f"{people}/batch", {"contacts": items(1)}), 403, "key_scope_too_small")
    problem_of(send_lines(reader, people, lines(items(1))), 403, "key_scope_too_small")
    for answer in (stranger_api.post(f"{people}/batch", {"contacts": []}), send_lines(stranger_api, people, b"")):
        problem_of(answer, 404, "contact_type_id_unknown")
    assert counts(writer.post(f"{people}/batch", {"contacts": items(1)})) == [1, 0, 0, 0]
