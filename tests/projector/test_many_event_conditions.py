"""Conditions about events each need memory while they are evaluated; however many there are, it is enough."""

from pathlib import Path

import pytest

from tamis.columns.projector.rule_dependencies import MOST_EVENT_CONDITIONS, split_by_events
from tamis.domain.events.events import EventCatalogue, EventName
from tamis.domain.values.fields import RESERVED, FieldSet
from tamis.rules.build import MAX_EVENT_CONDITIONS, build
from tamis.rules.syntaxes.text import from_text
from tamis.rules.tree import Rule
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import new_account

SEGMENTS, CONTACTS = 120, 600
SETTINGS = {"TAMIS_COLUMNS_MEMORY": "256MB"}
"""A quarter of the default, for a quarter of the segments."""


EVENTS = EventCatalogue((EventName(7, 1, "order"),), ())


def _rule(number: int) -> Rule:
    return build(from_text(" and ".join(["did order"] * number)), FieldSet(RESERVED), events=EVENTS)


def test_rules_are_evaluated_in_parts_that_fit() -> None:
    levels = [
        {1: _rule(20), 2: _rule(30), 3: _rule(1), 4: build(from_text("email is blank"), FieldSet(RESERVED))},
        {5: _rule(1), 6: _rule(MAX_EVENT_CONDITIONS), 7: _rule(1)},
    ]

    assert MAX_EVENT_CONDITIONS <= MOST_EVENT_CONDITIONS
    assert [list(part) for part in split_by_events(levels)] == [[1, 2], [3, 4], [5], [6], [7]]
    assert [list(part) for part in split_by_events(levels, 2)] == [[1], [2], [3, 4], [5], [6], [7]]
    assert list(split_by_events([{}])) == []


@pytest.mark.skipif(not ALL, reason="creates 120 segments")
def test_many_segments_about_events_follow_many_events(tmp_path: Path) -> None:
    with Server(tmp_path / "data", SETTINGS) as server:
        api = program_of(new_account(server.data, server.address, "owner@example.org"))
        type_id = api.create("contact-types", {"name": "People"})["id"]
        _send(api, type_id, range(2), CONTACTS)
        for number in range(SEGMENTS):
            rule = f"did order at least {1 + number % 5} times where (amount > {number})"
            api.create("segments", {"contact_type_id": type_id, "name": f"Segment {number}", "rule": rule})
        assert _counts(api) == [CONTACTS if number % 5 < 2 else 0 for number in range(SEGMENTS)]
        _send(api, type_id, range(2, 3), CONTACTS)
        assert _counts(api) == [CONTACTS if number % 5 < 3 else 0 for number in range(SEGMENTS)]
        _send(api, type_id, range(3, 4), 2 * CONTACTS)  # half of which are new
        assert _counts(api) == [CONTACTS * ((number % 5 < 4) + (number % 5 < 1)) for number in range(SEGMENTS)]


def _send(api: Program, type_id: int, ids: range, contacts: int) -> None:
    events = [
        {"email": f"p{n}@example.org", "event": "order", "id": f"{id_}", "properties": {"amount": 1000}}
        for n in range(contacts)
        for id_ in ids
    ]
    body = {"contact_type_id": type_id, "events": events, "create_contacts": True}
    assert api.result(api.post("events", body))["accepted"] == len(events)


def _counts(api: Program) -> list[int]:
    return [segment["count"] for segment in sorted(api.pages("segments"), key=lambda segment: segment["id"])]
