"""A server whose records are damaged breaks off what it has begun, refuses writes, and says what to do everywhere."""

import json
import socket
from collections.abc import Iterator

import pytest
import requests

from tamis.domain.messages.stores import STORES
from tests.support.console import Visitor, new_console_account
from tests.support.damage import damaged_copy, flip
from tests.support.process import TIMEOUT_SECONDS, Refused, Server, tamis
from tests.support.records import records_of
from tests.support.users import Person

PEOPLE = 6_000
SENTENCE = STORES["records_damaged"]
SAID = SENTENCE[:1].upper() + SENTENCE[1:] + "."


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Person]]:
    """A server on records in which the page of the contacts that come last is damaged."""
    place = tmp_path_factory.mktemp("served")
    person = new_console_account(place / "whole", "", "owner@example.org")
    tamis(place / "whole", "type", "create", "People")
    file = place / "people.csv"
    file.write_text("email\n" + "".join(f"somebody.{n}@example.org\n" for n in range(PEOPLE)))
    tamis(place / "whole", "import", file, "--type", "People")
    tamis(place / "whole", "segment", "create", "All", "--type", "People", "--where", 'email contains "@"')
    with records_of(place / "whole") as db:
        page = db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'contacts' AND pagetype = 'leaf'").get
    damaged_copy(place / "whole", place / "data", flip, page, 0)
    with Server(place / "data") as server:
        person.data, person.base = place / "data", f"{server.address}/api/"
        yield server, person
    assert not any("Traceback" in line for line in server.errors)


def keys(person: Person) -> dict[str, str]:
    return {"PublicKey": person.public_key, "SecretKey": person.secret_key}


def read_list(server: Server, person: Person) -> requests.Response:
    return requests.get(
        f"{server.address}/api/contacts/list",
        {"contact_type_id": "1"},
        headers=keys(person),
        timeout=TIMEOUT_SECONDS,
    )


def read_to_end(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received


def test_a_list_is_aborted_at_damaged_data(damaged: tuple[Server, Person]) -> None:
    with pytest.raises(requests.exceptions.RequestException):
        read_list(*damaged)


def test_a_list_over_http_1_0_is_aborted_too(damaged: tuple[Server, Person]) -> None:
    server, person = damaged
    host, port = server.address.removeprefix("http://").split(":")
    sent = [f"{name}: {value}" for name, value in keys(person).items()]
    with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as client:
        client.sendall("\r\n".join(["GET /api/contacts/list?contact_type_id=1 HTTP/1.0", *sent, "", ""]).encode())
        with pytest.raises(ConnectionResetError):
            read_to_end(client)


def test_writes_are_refused_with_advice(damaged: tuple[Server, Person]) -> None:
    server, person = damaged
    with pytest.raises(requests.exceptions.RequestException):
        read_list(server, person)
    answer = requests.post(
        f"{server.address}/api/segment/email/store",
        json={"segment_id": 1, "email": "new@example.org", "first_name": "Ann", "last_name": "Lee"},
        headers=keys(person),
        timeout=TIMEOUT_SECONDS,
    )
    assert (answer.status_code, json.dumps(SAID) in answer.text) == (503, True), answer.text
    for command in (["type", "create", "More"], ["backup", str(person.data.with_name("backup"))]):
        with pytest.raises(Refused, match="the records are damaged") as refused:
            tamis(person.data, *command)
        assert refused.value.args[0] == 1
        assert "Traceback" not in refused.value.args[1]
    assert not person.data.with_name("backup").exists()
    with pytest.raises(Refused) as found:
        tamis(person.data, "doctor")
    assert "Traceback" not in found.value.args[1]


def test_the_console_and_the_health_probe_report_damage(damaged: tuple[Server, Person]) -> None:
    _, person = damaged
    whole = person.data.with_name("whole")
    with Server(whole) as server:
        visitor = Visitor(server.address)
        assert visitor.sign_in(person.email).status_code == 303
        marker = whole / "tamis.sqlite-damaged"
        marker.write_text(json.dumps({"found": "a page", "at": "now"}))
        try:
            assert "The data is damaged. Nothing can be saved" in visitor.get("/segments").text
            refused = visitor.post("/types", {"name": "More"})
            assert (refused.status_code, "the records are damaged" in refused.text) == (503, True)
        finally:
            marker.unlink(missing_ok=True)
