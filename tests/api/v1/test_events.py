"""Events over the API: valid ones are stored, each once, the others say why, and the catalogue follows."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh

NDJSON = {"Content-Type": "application/x-ndjson"}
AT = "2026-11-20T10:00:00Z"
START_OF_DAY = "2026-11-21T00:00:00Z"
"""In the time zone of the account."""


class Sender:
    """Sends events of the contacts of a type, among which ann and bob are."""

    def __init__(self, api: Program, type_id: int, form: str = "json") -> None:
        self.api, self.type_id, self.form = api, type_id, form
        self.ids = {}
        for name in ("ann", "bob"):
            written = api.result(api.put(f"contact-types/{type_id}/contacts/{name}@example.org", {"fields": {}}))
            self.ids[name] = written["id"]

    def send(self, *events: Any, create: bool = False, **headers: str) -> Any:
        if self.form == "json":
            body = {"contact_type_id": self.type_id, "events": events, "create_contacts": create}
            return self.api.post("events", body, **headers)
        query = {"contact_type_id": self.type_id, "create_contacts": str(create).lower()}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.call("POST", "events", params=query, data=lines(events), headers={**NDJSON, **named})

    def counts(self, *events: Any, create: bool = False) -> list[int]:
        return counts(self.send(*events, create=create))

    def errors(self, *events: Any, create: bool = False) -> list[tuple[str, str]]:
        """Send events that are all rejected, and return path and code of everything that is wrong with them."""
        answer = self.send(*events, create=create)
        assert counts(answer) == [0, 0, len(events)], answer.text
        return [(e["path"], e["code"]) for result in answer.json()["results"] for e in result["errors"]]

    def events(self, name: str = "ann", **query: object) -> list[Any]:
        return self.api.pages(f"contacts/{self.ids[name]}/events", **query)

    def names(self, **query: object) -> dict[str, Any]:
        return {row["name"]: row for row in self.api.pages(f"contact-types/{self.type_id}/event-names", **query)}

    def properties(self, name: str) -> dict[str, Any]:
        return {row["key"]: row for row in self.names()[name]["properties"]}


def lines(events: Sequence[Any]) -> bytes:
    return "".join(json.dumps(event) + "\n" for event in events).encode()


def counts(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [result["index"] for result in found["results"]] == list(range(len(found["results"])))
    return [found[key] for key in ("accepted", "repeated", "rejected")]


def order(name: str = "ann", at: str | None = AT, **rest: Any) -> dict[str, Any]:
    return {"email": f"{name}@example.org", "event": "order", "at": at, **rest}


@pytest.fixture(params=["json", "ndjson"])
def sender(request: pytest.FixtureRequest, api: Program, new_type: dict[str, Any]) -> Sender:
    return Sender(api, new_type["id"], request.param)


@pytest.fixture
def orders(api: Program, new_type: dict[str, Any]) -> Sender:
    return Sender(api, new_type["id"])


def test_valid_events_are_stored_and_the_others_say_why(sender: Sender) -> None:
    answer = sender.send(
        order(properties={"amount": 59.9, "Item Name": "Book", "gift": True, "note": None}),
        order("nobody"),
        {"contact_id": sender.ids["ann"], "event": " Order ", "at": "2026-11-21", "id": "o1"},
        {"event": "order"},
        "order",
    )
    assert counts(answer) == [2, 0, 3]
    wrong = [[(e["path"], e["code"]) for e in result["errors"]] for result in answer.json()["results"]]
    assert wrong == [
        [], [("email", "event_contact_unknown")], [], [("email", "event_needs_contact")], [("", "value_of_wrong_type")],
    ]  # fmt: skip
    assert "nobody@example.org" in answer.json()["results"][1]["errors"][0]["detail"]
    assert sorted(sender.events(), key=lambda event: event["id"] or "") == [
        {"event": "order", "at": AT, "id": None, "properties": {"amount": 59.9, "item_name": "Book", "gift": True}},
        {"event": "order", "at": START_OF_DAY, "id": "o1", "properties": {}},
    ]


def test_an_event_that_is_sent_again_is_there_once(sender: Sender) -> None:
    plain, keyed = order(properties={"amount": 2}), order(id="o1", properties={"amount": 2})
    assert sender.counts(plain, plain, keyed, keyed) == [2, 2, 0]
    same = {"email": "ANN@Example.org", "event": "ORDER", "at": "2026-11-20T11:00:00+01:00"}
    again = {**same, "properties": {"Amount": 2.0}}
    assert sender.counts(again, {**again, "id": "o1"}) == [0, 2, 0]
    assert sender.counts(order("bob", id="o1"), {**keyed, "event": "visit"}) == [2, 0, 0]
    assert len(sender.events()) == 3


def test_an_id_with_other_content_is_rejected(sender: Sender) -> None:
    keyed = order(id="o1", properties={"amount": 2})
    assert sender.counts(keyed) == [1, 0, 0]
    later = {**keyed, "at": "2026-11-20T10:00:01Z"}
    assert sender.errors({**keyed, "properties": {"amount": 3}}, later) == [("id", "event_id_of_other_content")] * 2
    assert [event["properties"] for event in sender.events()] == [{"amount": 2}]


def test_contacts_are_created_when_that_is_asked_for(sender: Sender) -> None:
    events = [order("New", id=str(n)) for n in range(3)]
    assert sender.errors(*events) == [("email", "event_contact_unknown")] * 3
    assert sender.names() == {}
    assert sender.counts(*events, create=True) == [3, 0, 0]
    (created,) = sender.api.pages(f"contact-types/{sender.type_id}/contacts", where='email = "new@example.org"')
    assert created["email"] == "New@example.org"
    sender.api.result(
        sender.api.call("DELETE", f"contact-types/{sender.type_id}/contacts/new@example.org", params={"forget": "true"})
    )
    assert sender.errors(*events, create=True) == [("email", "email_was_forgotten")] * 3


WRONG: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"email": "no email"}, [("email", "email_not_read")]),
    ({"email": 1}, [("email", "value_of_wrong_type")]),
    ({"contact_id": 1}, [("email", "event_needs_contact")]),
    ({"email": None, "contact_id": 2**53 - 1}, [("contact_id", "event_contact_id_unknown")]),
    ({"email": None, "contact_id": True}, [("contact_id", "value_of_wrong_type")]),
    ({"email": None, "contact_id": 2**70}, [("contact_id", "value_of_wrong_type")]),
    ({"event": None}, [("event", "event_needs_name")]),
    ({"event": "  "}, [("event", "must_not_be_blank")]),
    ({"event": "x" * 256}, [("event", "text_too_long")]),
    ({"event": ["order"]}, [("event", "value_of_wrong_type")]),
    ({"at": "yesterday"}, [("at", "event_instant_not_read")]),
    ({"at": "2026-02-30"}, [("at", "moment_not_in_calendar")]),
    ({"at": 1_700_000_000}, [("at", "value_of_wrong_type")]),
    ({"id": 1.5}, [("id", "value_of_wrong_type")]),
    ({"id": "x" * 256}, [("id", "text_too_long")]),
    ({"id": "a\nb"}, [("id", "has_control_characters")]),
    ({"properties": []}, [("properties", "value_of_wrong_type")]),
    ({"properties": {"!": 1}}, [("properties.!", "event_property_without_letters")]),
    ({"properties": {"": 1}}, [("properties.", "must_not_be_blank")]),
    ({"properties": {"a b": 1, "A_B": 2}}, [("properties.A_B", "event_property_twice")]),
    ({"properties": {"a": "\x00"}}, [("properties.a", "has_control_characters")]),
    ({"properties": {"a": 2**64}}, [("properties.a", "number_has_too_many_digits")]),
    ({"properties": {"a": "x" * 65_536}}, [("properties.a", "text_too_long")]),
    ({"properties": {f"a{n}": "é" * 20_000 for n in range(2)}}, [("properties", "event_properties_too_large")]),
    ({"properties": {f"a{n}": n for n in range(201)}}, [("properties.a0", "too_many_event_properties")]),
    ({"amount": 1}, [("amount", "event_key_unknown")]),
    ({"event": 1, "at": 1, "id": []}, [(path, "value_of_wrong_type") for path in ("event", "at", "id")]),
]


@pytest.mark.parametrize(("change", "problems"), WRONG)
def test_everything_that_is_wrong_with_an_event_is_said(
    orders: Sender, change: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert orders.errors({**order(), **change}) == problems
    assert orders.events() == []


def test_names_and_properties_appear_with_their_kinds(orders: Sender) -> None:
    orders.send(
        order(
            properties={"Amount": 5, "day": "2026-11-20", "paid at": AT, "gift": False, "note": "a", "list": [1, "b"]}
        ),
        order(properties={"amount": "many", "note": 7, "day": " "}),
    )
    properties = orders.properties("order")
    assert {key: row["kind"] for key, row in properties.items()} == {
        "amount": "number", "day": "date", "paid_at": "datetime", "gift": "boolean", "note": "text", "list": "text",
    }  # fmt: skip
    assert {key: row["unreadable"] for key, row in properties.items() if row["unreadable"]} == {"amount": 1}
    assert properties["amount"]["name"] == "Amount"
    assert sorted(properties["amount"]["examples"]) == ["5", "many"]
    assert '[1,"b"]' in [event["properties"].get("list") for event in orders.events()]
    name = orders.names()["order"]
    assert (name["count"], name["first_at"], name["last_at"]) == (2, AT, AT)
    assert (name["keep"], name["hidden"], name["description"]) == ("forever", False, "")


def test_an_event_without_a_time_is_of_now(orders: Sender) -> None:
    assert orders.counts(order(at=None, id="now")) == [1, 0, 0]
    (event,) = orders.events()
    assert event["at"] > AT


def test_names_and_properties_are_described_and_hidden(orders: Sender) -> None:
    orders.send(order(properties={"amount": 5}))
    name = orders.names()["order"]
    changed = orders.api.result(
        orders.api.patch(f"event-names/{name['id']}", {"description": " Bought ", "hidden": True})
    )
    assert (changed["description"], changed["hidden"], changed["count"]) == ("Bought", True, 1)
    assert orders.names() == {}
    assert orders.names(hidden="true")["order"] == changed == orders.api.get(f"event-names/{name['id']}").json()
    amount = changed["properties"][0]
    hidden = orders.api.result(orders.api.patch(f"event-properties/{amount['id']}", {"hidden": True}))
    assert hidden == {**amount, "hidden": True}
    problem_of(orders.api.patch(f"event-names/{name['id']}", {"description": "\x00"}), 422, "has_control_characters")
    problem_of(orders.api.patch(f"event-names/{name['id']}", {"keep": "soon"}), 422, "keep_not_read")
    problem_of(
        orders.api.patch(f"event-properties/{amount['id']}", {"kind": "choice"}), 422, "event_property_kind_unknown"
    )


def test_the_kind_of_a_property_can_be_changed(orders: Sender) -> None:
    orders.send(*(order(id=str(n), properties={"size": value}) for n, value in enumerate(["7", "8", "large", " "])))
    size = orders.properties("order")["size"]
    assert (size["kind"], size["unreadable"]) == ("text", 0)
    changed = orders.api.result(orders.api.patch(f"event-properties/{size['id']}", {"kind": "number"}))
    assert (changed["kind"], changed["unreadable"]) == ("number", 1)
    assert {event["properties"]["size"] for event in orders.events()} == {"7", "8", "large", " "}


@pytest.mark.parametrize("rule", ["did order where (day is after 2025-01-01)", "max(day) of order is not blank"])
def test_the_kind_of_a_property_that_a_segment_uses_stays(orders: Sender, rule: str) -> None:
    """Of dates, none can be read as a date-time: whoever a negative condition keeps out would enter."""
    orders.send(order(properties={"day": "2026-01-01", "note": "2026-01-01"}))
    properties = orders.properties("order")
    orders.api.create("segments", {"contact_type_id": orders.type_id, "name": fresh("Not"), "rule": f"not ({rule})"})
    refused = orders.api.patch(f"event-properties/{properties['day']['id']}", {"kind": "datetime"})
    problem_of(refused, 409, "event_kind_in_use")
    assert orders.properties("order")["day"]["kind"] == "date"
    orders.api.result(orders.api.patch(f"event-properties/{properties['note']['id']}", {"kind": "datetime"}))


def test_events_are_kept_as_long_as_people_say(orders: Sender) -> None:
    orders.send(order(at="2020-01-01", id="old"), order(at=None, id="new"))
    name = orders.names()["order"]
    kept = orders.api.result(orders.api.patch(f"event-names/{name['id']}", {"keep": "2y"}))
    assert (kept["keep"], kept["count"]) == ("2 years", 1)
    assert [event["id"] for event in orders.events()] == ["new"]
    assert orders.errors(order(at="2020-01-01", id="old")) == [("at", "event_older_than_kept")]
    orders.api.result(orders.api.patch(f"event-names/{name['id']}", {"keep": "forever"}))
    assert orders.counts(order(at="2020-01-01", id="old")) == [1, 0, 0]


def test_a_timeline_has_each_event_once_and_the_newest_first(orders: Sender) -> None:
    orders.send(*(order(at=f"2026-11-{1 + n // 2:02}", id=str(n)) for n in range(9)))
    orders.send({**order(), "event": "visit"})
    shown = orders.events(limit=2)
    assert [event["at"] for event in shown] == sorted((event["at"] for event in shown), reverse=True)
    assert sorted(event["id"] or "" for event in shown) == ["", *map(str, range(9))]
    assert [event["event"] for event in orders.events(event="VISIT")] == ["visit"]
    problem_of(orders.api.get(f"contacts/{orders.ids['ann']}/events", event="nothing"), 404, "event_name_unknown")
    problem_of(orders.api.get(f"contacts/{orders.ids['ann']}/events", cursor="WzEsInp6Il0"), 400, "cursor_not_valid")


def test_other_accounts_see_and_change_nothing(orders: Sender, colleague_api: Program, stranger_api: Program) -> None:
    orders.send(order(properties={"amount": 5}))
    name = orders.names()["order"]
    amount = name["properties"][0]["id"]
    paths = {
        "GET": [f"contact-types/{orders.type_id}/event-names", f"event-names/{name['id']}",
                f"contacts/{orders.ids['ann']}/events"],
        "PATCH": [f"event-names/{name['id']}", f"event-properties/{amount}"],
    }  # fmt: skip
    for method, some in paths.items():
        for path in some:
            assert colleague_api.call(method, path, json={"hidden": False}).status_code == 200
            assert stranger_api.call(method, path, json={"hidden": True}).status_code == 404
    body = {"contact_type_id": orders.type_id, "events": [order()]}
    problem_of(stranger_api.post("events", body), 404, "contact_type_id_unknown")
    query = {"contact_type_id": orders.type_id}
    answer = stranger_api.call("POST", "events", params=query, data=lines([order()]), headers=NDJSON)
    problem_of(answer, 404, "contact_type_id_unknown")
    assert counts(colleague_api.post("events", body)) in ([1, 0, 0], [0, 1, 0])


def test_a_key_does_no_more_than_its_scope(orders: Sender, reader: Program, writer: Program) -> None:
    body = {"contact_type_id": orders.type_id, "events": [order()]}
    problem_of(reader.post("events", body), 403, "key_scope_too_small")
    assert counts(writer.post("events", body)) == [1, 0, 0]
    name = orders.names()["order"]
    for program in (reader, writer):
        assert program.get(f"contact-types/{orders.type_id}/event-names").status_code == 200
        assert program.get(f"contacts/{orders.ids['ann']}/events").status_code == 200
        problem_of(program.patch(f"event-names/{name['id']}", {"hidden": True}), 403, "key_scope_too_small")
        problem_of(program.patch("event-properties/1", {"hidden": True}), 403, "key_scope_too_small")


def test_what_is_no_batch_of_events_is_refused(orders: Sender) -> None:
    api, known = orders.api, {"contact_type_id": orders.type_id}
    json_body = {"Content-Type": "application/json"}
    problem_of(api.post("events", {**known, "events": [{}] * 10_001}), 422, "too_many_items")
    problem_of(api.post("events", {**known, "events": {}}), 422, "value_of_another_type")
    problem_of(api.post("events", {"events": []}), 422, "key_missing")
    problem_of(api.post("events", {**known, "events": [], "type": 1}), 422, "key_unknown")
    problem_of(api.call("POST", "events", data=b"{", headers=json_body), 400, "json_not_valid")
    problem_of(api.call("POST", "events", data=lines([order()]), headers=NDJSON), 400, "key_missing")
    assert api.call("POST", "events", data=b"a", headers={"Content-Type": "text/csv"}).status_code == 415
    huge = b'{"events": [' + b" " * (33 << 20) + b"]}"
    assert api.call("POST", "events", data=huge, headers=json_body).status_code == 413
    broken = [b"{", b'{"email": "a@b.org", "email": "b@b.org"}', b"\xff", b"[" * 50_000, b"x" * 1_100_000, b"NaN"]
    answer = api.call("POST", "events", params=known, data=b"\n".join(broken), headers=NDJSON)
    assert counts(answer) == [0, 0, len(broken)]
    assert counts(api.post("events", {**known, "events": []})) == [0, 0, 0]
    assert orders.names() == {}


def test_the_same_key_sends_once(sender: Sender) -> None:
    key = fresh("key").replace(" ", "-")
    events = [order(at=None) for _ in range(1_500)]  # without a time they would be other events the next time
    first = sender.send(*events, Idempotency_Key=key)
    again = sender.send(*events, Idempotency_Key=key)
    assert first.content == again.content
    assert counts(first)[2] == 0
    assert len(sender.events()) == counts(first)[0] <= 2
    problem_of(sender.send(*events[1:], Idempotency_Key=key), 422, "idempotency_key_of_another_request")


def test_events_are_in_everything_that_is_known_of_a_contact(orders: Sender) -> None:
    orders.send(order(properties={"amount": 5}))
    record = orders.api.result(orders.api.get(f"contacts/{orders.ids['ann']}/export"))
    assert record["events"] == orders.events()


def test_edits_of_the_catalogue_are_in_the_audit_log(orders: Sender) -> None:
    orders.send(order(at="2020-01-01", properties={"amount": 5}))
    name = orders.names()["order"]
    orders.api.patch(f"event-names/{name['id']}", {"description": "Bought", "keep": "1 year"})
    orders.api.patch(f"event-properties/{name['properties'][0]['id']}", {"kind": "text"})
    entries = orders.api.result(orders.api.get("audit", limit=3))["data"]
    assert [(entry["action"], entry["subject"]["name"], entry["details"]) for entry in entries] == [
        ("event_property.changed", "amount", {"kind": "text"}),
        ("event.expired", "order", {"kept_since": entries[1]["details"]["kept_since"]}),
        ("event.changed", "order", {"keep": "1 year", "description": "changed"}),
    ]
