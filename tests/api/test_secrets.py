"""Secrets appear in no log and in no error; a fault shows a reference number and no internals."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Server
from tests.support.records import records_of
from tests.support.users import Person, new_account


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data") as running:
        yield running


@pytest.fixture
def person(own_server: Server) -> Person:
    return new_account(own_server.data, own_server.address, "owner@example.org")


def test_an_internal_error_shows_only_its_number(own_server: Server, person: Person) -> None:
    _break(own_server.data)
    answer = person.add(1, "private@example.org")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/json"
    found = re.fullmatch(
        r'\{"status":"failed","errors":"Something went wrong on our side\. Reference: ([0-9a-f]{16})"\}', answer.text
    )
    assert found
    own_server.stop()
    log = "".join(own_server.errors)
    assert found[1] in log
    assert "segments" in log


def test_secrets_are_in_no_log_and_in_no_answer(own_server: Server, person: Person) -> None:
    wrong = Person(person.data, person.base, 0, person.email, person.public_key, "sk_" + "w" * 40)
    answers = []
    for someone in (person, wrong):
        answers += [
            someone.get("segment/list"),
            someone.get("segment/email/list", segment_id=person.secret_key),
            someone.add("x", "private@example.org"),
            someone.post("segment/email/store", b"{", headers={"Content-Type": "application/json"}),
            someone.call("PUT", "segment/list"),
            someone.get("nothing"),
        ]
    _break(own_server.data)
    answers += [person.add(1, "private@example.org"), person.delete_segment(1), person.get("segment/list")]
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 404, 405, 422, 500}
    own_server.stop()
    reported = "".join(
        own_server.output + own_server.errors + [answer.text + str(answer.headers) for answer in answers]
    )
    for secret in (person.secret_key, wrong.secret_key):
        assert secret not in reported
    assert "private@example.org" not in reported


def test_the_secret_is_stored_nowhere(own_server: Server, person: Person) -> None:
    assert person.segments() == []
    own_server.stop()
    for file in own_server.data.iterdir():
        assert person.secret_key.encode() not in file.read_bytes(), file.name


def _break(data: Path) -> None:
    """Damage the records under a running server, so that it finds a fault that none of its answers is made for."""
    with records_of(data) as db:
        db.execute("ALTER TABLE segments RENAME TO gone").fetchall()
