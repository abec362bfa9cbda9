"""TAMIS_REQUESTS_PER_MINUTE: how many requests a key pair may make in a minute."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Server
from tests.support.users import Person, colleague_of, new_account

LIMIT = 5
TOO_MANY = '{"status":"failed","errors":"Too many requests: try again in a minute."}'


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("limited") / "data"
    with Server(data, {"TAMIS_REQUESTS_PER_MINUTE": str(LIMIT)}) as running:
        yield running


def test_more_requests_than_allowed_are_refused(limited: Server) -> None:
    person = new_account(limited.data, limited.address, "busy@example.org")
    # A minute may end in the middle: so twice the limit is sent, and one more, of which one minute refuses some.
    answers = [person.get("segment/list") for _ in range(2 * LIMIT + 1)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert [answer.status_code for answer in answers[:LIMIT]] == [200] * LIMIT
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.text == TOO_MANY
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["content-type"] == "application/json"


def test_each_key_pair_has_its_own_limit(limited: Server) -> None:
    person = new_account(limited.data, limited.address, "busier@example.org")
    colleague = colleague_of(person)
    assert 429 in {person.get("segment/list").status_code for _ in range(2 * LIMIT + 1)}
    assert colleague.get("segment/list").status_code == 200


def test_requests_with_a_wrong_secret_do_not_use_up_the_limit_of_a_key_pair(limited: Server) -> None:
    person = new_account(limited.data, limited.address, "victim@example.org")
    wrong = Person(person.data, person.base, 0, person.email, person.public_key, "sk_wrong")
    assert {wrong.get("segment/list").status_code for _ in range(3 * LIMIT)} == {401}
    assert person.get("segment/list").status_code == 200


def test_requests_are_unlimited_without_a_limit(owner: Person) -> None:
    assert {owner.get("reserve-fields").status_code for _ in range(50)} == {200}


def test_a_second_key_pair_does_not_bypass_the_account_limit(tmp_path: Path) -> None:
    with Server(tmp_path / "data", {"TAMIS_ACCOUNT_REQUESTS_PER_MINUTE": str(LIMIT)}) as running:
        person = new_account(running.data, running.address, "busy@example.org")
        pairs = [person, colleague_of(person)]
        answers = [pairs[number % 2].get("segment/list") for number in range(2 * LIMIT + 1)]
        assert [answer.status_code for answer in answers[:LIMIT]] == [200] * LIMIT
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert (refused.text, refused.headers["retry-after"]) == (TOO_MANY, "60")
        other = new_account(running.data, running.address, "quiet@example.org")
        assert other.get("segment/list").status_code == 200
