"""The same `Idempotency-Key` does it once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh


def test_a_repeated_request_gets_the_first_answer(api: Program) -> None:
    key, body = fresh("key").replace(" ", "-"), {"name": fresh("Type")}
    first = api.post("contact-types", body, Idempotency_Key=key)
    api.delete(f"contact-types/{first.json()['id']}")
    second = api.post("contact-types", body, Idempotency_Key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert first.json() not in api.pages("contact-types")


def test_another_body_or_path_with_the_same_key_is_refused(api: Program, new_type: dict[str, Any]) -> None:
    key = fresh("key").replace(" ", "-")
    api.create("contact-types", {"name": fresh("Type")})
    api.post("contact-types", {"name": fresh("Type")}, Idempotency_Key=key)
    for path in ("contact-types", f"contact-types/{new_type['id']}/fields"):
        problem_of(api.post(path, {"name": "x"}, Idempotency_Key=key), 422, "idempotency_key_of_another_request")


def test_a_key_belongs_to_an_account(api: Program, colleague_api: Program, stranger_api: Program) -> None:
    key, body = fresh("key").replace(" ", "-"), {"name": fresh("Type")}
    first = api.post("contact-types", body, Idempotency_Key=key)

    assert colleague_api.post("contact-types", body, Idempotency_Key=key).content == first.content
    assert stranger_api.post("contact-types", body, Idempotency_Key=key).json()["id"] != first.json()["id"]


def test_what_was_refused_may_be_tried_again(api: Program) -> None:
    key, name = fresh("key").replace(" ", "-"), fresh("Type")
    taken = api.create("contact-types", {"name": name})
    problem_of(api.post("contact-types", {"name": name}, Idempotency_Key=key), 409, "contact_type_exists")
    api.delete(f"contact-types/{taken['id']}")

    assert api.post("contact-types", {"name": name}, Idempotency_Key=key).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_is_visible_ascii(api: Program, key: str) -> None:
    answer = api.call(
        "POST", "contact-types", json={"name": fresh("Type")}, headers={"Idempotency-Key": key.encode("latin-1")}
    )

    problem_of(answer, 400, "idempotency_key_not_valid")


def test_twenty_clients_at_once_do_it_once(api: Program) -> None:
    key, name = fresh("key").replace(" ", "-"), fresh("Type")

    def send(_: int) -> Any:
        program = Program(api.base, api.secret_key)
        return program.post("contact-types", {"name": name}, Idempotency_Key=key)

    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(send, range(20)))
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    for answer in answers:
        if answer.status_code != 201:
            problem_of(answer, 409, "idempotency_key_running")
    assert [shown["name"] for shown in api.pages("contact-types")].count(name) == 1
