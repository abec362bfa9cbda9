"""Events are erased with their contact, and old ones when they expire: no byte of them is left in any file."""

import random

import pytest

from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.catalogue import EventNameEdit, edit_event_name, list_events
from tamis.actions.maintenance.erasure import erase
from tamis.actions.services import Services
from tamis.records.events import write
from tamis.records.events.sealed.lines import decompress
from tamis.records.handles import connection_of
from tests.erasure.traceable_people import traces
from tests.stores.workspace import Workspace, new_workspace

PEOPLE, EVENTS_EACH = 200, 5


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=14))


@pytest.fixture(params=["rows", "a run"])
def people(services: Services, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """People with events whose ids and properties cannot be mistaken: the first half of them in 2020."""
    if request.param == "a run":
        monkeypatch.setattr(write, "ROWS_PER_CALL", 100)
        monkeypatch.setattr(write, "NEWEST_AS_ROWS", 10)
    workspace = new_workspace(services)
    workspace.write(**{f"p{number}": {} for number in range(PEOPLE)})
    events = [
        {
            "email": f"p{number}@example.org",
            "event": "order",
            "at": "2020-05-05" if n < EVENTS_EACH // 2 else "2026-05-05",
            "id": word,
            "properties": {"note": word[::-1]},
        }
        for number in range(PEOPLE)
        for n, word in enumerate(words(number))
    ]

    def accept(db, now):  # type: ignore[no-untyped-def]
        parsed = parse_events(db, workspace.account, workspace.type.id, events)
        results = accept_events(db, now, workspace.account, workspace.type.id, parsed)
        assert {result.status for result in results} == {"accepted"}

    services.write(accept)
    services.project()
    return workspace


def words(number: int) -> list[str]:
    """Return the ids of the events of a person."""
    chance = random.Random(number)
    return [_word(chance) for _ in range(EVENTS_EACH)]


def found(workspace: Workspace, wanted: set[str]) -> dict[str, int]:
    """Count the words, and the words backwards, in the files of the data directory, and in blocks unpacked."""
    wanted = wanted | {word[::-1] for word in wanted}
    counts = dict(traces(workspace.services.settings.data, wanted))
    blocks = connection_of(workspace.services.records.reader()).execute("SELECT lines FROM event_blocks").fetchall()
    content = "\n".join(line for (block,) in blocks for line in decompress(block))
    if in_blocks := sum(word in content for word in wanted):
        counts["blocks"] = in_blocks
    return counts


def test_no_byte_of_the_events_of_a_forgotten_contact_is_left(people: Workspace) -> None:
    services, victims = people.services, range(0, PEOPLE, 20)
    wanted = {word for number in victims for word in words(number)}
    assert found(people, wanted)
    for number in victims:
        services.write(forget_email, people.account, people.type, f"p{number}@example.org")
    services.project()
    assert erase(services)
    assert found(people, wanted) == {}
    names = list_events(services.records.reader(), people.account, people.type.id).catalogue.names
    assert names[0].count == (PEOPLE - len(victims)) * EVENTS_EACH


def test_no_byte_of_expired_events_is_left(people: Workspace) -> None:
    services = people.services
    events = list_events(services.records.reader(), people.account, people.type.id)
    services.write(edit_event_name, people.account, events.catalogue.names[0].id, EventNameEdit(keep="2y"))
    services.project()
    assert erase(services)
    assert found(people, {word for number in range(PEOPLE) for word in words(number)[: EVENTS_EACH // 2]}) == {}
    names = list_events(services.records.reader(), people.account, people.type.id).catalogue.names
    assert names[0].count == PEOPLE * (EVENTS_EACH - EVENTS_EACH // 2)
