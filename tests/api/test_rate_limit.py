"""How many requests a key may make in a minute, to either API."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.cli.client.api_client import open_client
from tamis.cli.common import Common
from tests.support.process import Server
from tests.support.programs import problem_of, program_of
from tests.support.users import Person, colleague_of, new_account

LIMIT = 5
TOO_MANY = '{"status":"failed","errors":"Too many requests: try again in a minute."}'


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("limited") / "data"
    settings = {name: str(LIMIT) for name in ("TAMIS_REQUESTS_PER_MINUTE", "TAMIS_API_REQUESTS_PER_MINUTE")}
    with Server(data, settings) as running:
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


def test_the_api_for_programs_says_what_is_left_and_when_to_try_again(limited: Server) -> None:
    person = new_account(limited.data, limited.address, "program@example.org")
    program, other = program_of(person), program_of(colleague_of(person))
    answers = [program.get("contact-types") for _ in range(2 * LIMIT + 1)]
    assert [answer.status_code for answer in answers[:LIMIT]] == [200] * LIMIT
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {f'"key";q={LIMIT};w=60'}
    limits = [re.fullmatch(r'"key";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert limits[0]
    assert limits[0][1] == str(LIMIT - 1)
    assert all(limit and int(limit[1]) < LIMIT and 1 <= int(limit[2]) <= 60 for limit in limits)
    refused = next(answer for answer in answers if answer.status_code == 429)
    problem_of(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"] == f'"key";r=0;t={refused.headers["Retry-After"]}'
    assert other.get("account").status_code == 200
    assert person.get("segment/list").status_code == 200


def test_keys_may_make_600000_requests_a_minute_by_default(owner: Person) -> None:
    answer = program_of(owner).get("account")
    assert answer.headers["RateLimit-Policy"] == '"key";q=600000;w=60'
    assert answer.headers["RateLimit"].startswith('"key";r=599')


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


def test_commands_on_the_machine_are_not_limited(limited: Server) -> None:
    person = new_account(limited.data, limited.address, "operator@example.org")
    with open_client(Common(data=person.data, account=person.email), None) as client:
        assert {client.account.get().name for _ in range(3 * LIMIT)} == {person.email}
