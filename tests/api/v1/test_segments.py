"""Segments over the API for programs: their life, dry runs, and what is wrong with rules."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.conftest import Customers
from tests.support.programs import Program, problem_of
from tests.support.users import fresh

IN_INDIA = 'country = "India"'


@pytest.fixture
def in_india(api: Program, customers: Customers) -> dict[str, Any]:
    """A segment of its own with the 60 customers in India."""
    made: dict[str, Any] = api.create(
        "segments", {"contact_type_id": customers.id, "name": fresh("India"), "rule": IN_INDIA}
    )
    return made


def test_a_segment_is_created_read_changed_and_deleted(api: Program, customers: Customers) -> None:
    name = fresh("Segment")
    body = {"contact_type_id": customers.id, "name": f" {name} ", "rule": IN_INDIA, "description": "For Diwali"}
    answer = api.post("segments", body)
    made = api.result(answer)

    assert answer.status_code == 201
    path = f"segments/{made['id']}"
    assert answer.headers["Location"] == f"/v1/{path}"
    assert made == {
        "id": made["id"],
        "contact_type_id": customers.id,
        "name": name,
        "description": "For Diwali",
        "rule": {"field": customers.fields["country"], "operator": "is", "values": ["India"]},
        "text": 'country is "India"',
        "sentence": "Customers in India.",
        "count": 60,
        "mailable": 60,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    shown = api.get(path)
    assert (shown.json(), shown.headers["ETag"]) == (made, answer.headers["ETag"])
    assert made in api.pages("segments", limit=2)
    assert made in api.pages("segments", contact_type_id=customers.id)
    other = api.create("contact-types", {"name": fresh("Type")})["id"]
    assert api.pages("segments", contact_type_id=other) == []
    problem_of(api.get("segments", contact_type_id=other + 1), 404, "contact_type_id_unknown")
    rule = {"any": [made["rule"], {"field": "country", "operator": "is", "values": ["China"]}]}
    changed = api.result(api.patch(path, {"rule": rule, "description": None}))
    assert (changed["count"], changed["description"], changed["name"]) == (113, None, name)
    assert changed["text"] == 'country is "India" or country is "China"'
    assert api.result(api.patch(path, {"name": f"{name}!"}))["rule"] == changed["rule"]
    assert api.delete(path).status_code == 204
    problem_of(api.get(path), 404, "segment_unknown")
    problem_of(api.delete(path), 404, "segment_unknown")


def test_a_segment_may_have_no_conditions(api: Program, customers: Customers) -> None:
    for rule in ({}, {"rule": None}, {"rule": "  "}):
        made = api.create("segments", {"contact_type_id": customers.id, "name": fresh("Empty"), **rule})
        assert (made["rule"], made["text"], made["count"]) == (None, "", 0)


def test_segments_of_strangers_do_not_exist(
    api: Program, colleague_api: Program, stranger_api: Program, in_india: dict[str, Any]
) -> None:
    path, type_id = f"segments/{in_india['id']}", in_india["contact_type_id"]

    assert colleague_api.result(colleague_api.get(path)) == in_india
    assert in_india not in stranger_api.pages("segments")
    for refused in (
        stranger_api.get(path),
        stranger_api.patch(path, {"name": "Mine"}),
        stranger_api.call("PATCH", path, json={"rule": None}, params={"dry_run": "true"}),
        stranger_api.delete(path),
        stranger_api.get(f"{path}/members"),
        stranger_api.put(f"{path}/members/ann@example.org"),
        stranger_api.delete(f"{path}/members/ann@example.org"),
        stranger_api.get(f"{path}/explain", email="ann@example.org"),
        stranger_api.get(f"{path}/history"),
        stranger_api.get(f"{path}/activity"),
        stranger_api.get(f"{path}/forecast"),
        stranger_api.get(f"{path}/export"),
        stranger_api.post(f"{path}/sample", {"percent": 10}),
        stranger_api.post("segments/overlap", {"segment_ids": [in_india["id"], in_india["id"] + 1]}),
    ):
        problem_of(refused, 404, "segment_unknown")
    for body in (
        {"contact_type_id": type_id, "name": "Mine", "rule": IN_INDIA},
        {"contact_type_id": type_id, "rule": IN_INDIA},
    ):
        problem_of(
            stranger_api.post("segments" if "name" in body else "segments/preview", body),
            404,
            "contact_type_id_unknown",
        )
    assert api.result(api.get(path)) == in_india


def test_a_key_does_no_more_than_its_scope(reader: Program, writer: Program, in_india: dict[str, Any]) -> None:
    path, type_id = f"segments/{in_india['id']}", in_india["contact_type_id"]
    for program in (reader, writer):
        for refused in (
            program.post("segments", {"contact_type_id": type_id, "name": "Mine"}),
            program.patch(path, {"name": "Mine"}),
            program.delete(path),
        ):
            problem_of(refused, 403, "key_scope_too_small")
        for read in ("", "/members", "/history", "/activity", "/forecast", "/export"):
            assert program.get(f"{path}{read}").status_code == 200, read
        assert program.result(program.post("segments/preview", {"contact_type_id": type_id, "rule": ""}))
        assert program.result(program.post(f"{path}/sample", {"percent": 10}))
        shown = program.result(program.call("PATCH", path, json={"rule": None}, params={"dry_run": "true"}))
        assert shown["count_before"] == in_india["count"]
        problem_of(
            program.call("PATCH", path, json={"rule": None}, params={"dry_run": "false"}), 403, "key_scope_too_small"
        )
        assert program.result(program.get(path)) == in_india
    problem_of(reader.put(f"{path}/members/ann@example.org"), 403, "key_scope_too_small")
    problem_of(reader.delete(f"{path}/members/ann@example.org"), 403, "key_scope_too_small")
    assert writer.put(f"{path}/members/ann@example.org").status_code == 201


def test_of_two_writers_with_the_same_tag_one_wins(api: Program, in_india: dict[str, Any]) -> None:
    path = f"segments/{in_india['id']}"
    tag = api.get(path).headers["ETag"]

    def rename(number: int) -> Any:
        return Program(api.base, api.secret_key).patch(path, {"name": fresh(f"Renamed {number}")}, If_Match=tag)

    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(rename, range(8)))
    (won,) = (answer for answer in answers if answer.status_code == 200)
    for answer in answers:
        if answer is not won:
            problem_of(answer, 412, "object_changed_meanwhile")
    problem_of(api.delete(path, If_Match=tag), 412, "object_changed_meanwhile")
    problem_of(
        api.call("PATCH", path, json={"rule": None}, params={"dry_run": "true"}, headers={"If-Match": tag}),
        412,
        "object_changed_meanwhile",
    )
    assert api.result(api.get(path)) == won.json()
    assert api.delete(path, If_Match=won.headers["ETag"]).status_code == 204


def test_a_repeated_creation_is_done_once(api: Program, customers: Customers) -> None:
    name = fresh("Once")
    body, key = {"contact_type_id": customers.id, "name": name, "rule": IN_INDIA}, name.replace(" ", "-")
    first = api.post("segments", body, Idempotency_Key=key)
    again = api.post("segments", body, Idempotency_Key=key)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    problem_of(api.post("segments", body), 422, "segment_name_taken")


def test_a_dry_run_says_who_would_enter_and_leave_and_changes_nothing(
    api: Program, customers: Customers, in_india: dict[str, Any]
) -> None:
    path = f"segments/{in_india['id']}"
    api.result(api.put(f"{path}/members/friend@example.org"))
    rule = f'is not in segment {in_india["id"]} and country in ("India", "China")'
    dependent = api.create("segments", {"contact_type_id": customers.id, "name": fresh("Rest"), "rule": rule})
    before = api.result(api.get(path))

    change = {"rule": 'country in ("China", "Peru")'}
    effect = api.result(api.call("PATCH", path, json=change, params={"dry_run": "true"}))
    expected = {"count_before": 61, "count_after": 58, "entering": 57, "leaving": 60}
    assert effect == effect | expected
    assert len(effect["sample"]["entering"]) == len(effect["sample"]["leaving"]) == 10
    assert {contact["fields"]["country"] for contact in effect["sample"]["leaving"]} == {"India"}
    assert effect["dependents"] == [
        {
            "segment_id": dependent["id"],
            "name": dependent["name"],
            "count_before": 53,
            "count_after": 60,
            "entering": 60,
            "leaving": 53,
        }
    ]
    assert api.result(api.get(path)) == before
    assert api.result(api.patch(path, change))["count"] == effect["count_after"]
    assert api.result(api.get(f"segments/{dependent['id']}"))["count"] == 60
    assert api.result(api.call("PATCH", path, json={"name": fresh("x")}, params={"dry_run": "1"}))["entering"] == 0


def test_a_segment_in_use_is_not_deleted(api: Program, customers: Customers, in_india: dict[str, Any]) -> None:
    rule = f'is in segment "{in_india["name"]}"'
    user = api.create("segments", {"contact_type_id": customers.id, "name": fresh("User"), "rule": rule})
    problem = problem_of(api.delete(f"segments/{in_india['id']}"), 409, "in_use_by_segments")

    assert user["name"] in problem["detail"]
    circular = api.patch(f"segments/{in_india['id']}", {"rule": f'is in segment "{user["name"]}"'})
    problem = problem_of(circular, 422, "segment_depends_on_itself")
    assert problem["errors"][0]["path"] == "rule"


def test_everything_wrong_with_a_segment_is_said_at_once(api: Program, customers: Customers) -> None:
    condition = {"field": "cuntry", "operator": "is", "values": ["x"]}
    body = {
        "contact_type_id": customers.id,
        "name": "",
        "description": "x" * 2001,
        "rule": {"all": [condition, {"any": [{"field": "rental_count", "operator": "is", "values": ["much"]}]}]},
    }
    problem = problem_of(api.post("segments", body), 422, "invalid_input")
    assert [error["path"] for error in problem["errors"]] == [
        "name",
        "description",
        "rule.all[0].field",
        "rule.all[1].any[0].values[0]",
    ]

    problem = problem_of(
        api.post("segments", {**body, "name": fresh("x"), "description": "", "rule": 'cuntry = "x" and\n age > 5'}),
        422,
        "invalid_input",
    )
    assert [error["path"] for error in problem["errors"]] == ["rule", "rule"]
    assert [error["detail"].partition(":")[0] for error in problem["errors"]] == [
        "line 1, column 1",
        "line 2, column 2",
    ]


DEEP: Any = {"field": "email", "operator": "is blank", "values": []}
for _ in range(40):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    "rule",
    [
        5,
        True,
        [],
        {},
        {"all": []},
        {"all": {}},
        {"all": [], "any": []},
        {"not": None},
        {"not": []},
        {"field": None, "operator": "is", "values": ["x"]},
        {"field": [], "operator": {}, "values": {}},
        {"field": "email", "operator": "is", "values": [[]]},
        {"field": "email", "operator": "is", "values": ["x"], "more": 1},
        {"field": 10**30, "operator": "is", "values": ["x"]},
        {"field": "email", "operator": "is", "values": [10**30, 1e308, "\x00"]},
        {"operator": "is in segment", "values": ["999999999999999999999999"]},
        {"any": [{"field": "email", "operator": "is blank", "values": []}] * 501},
        {"field": "country", "operator": "is any of", "values": ["x"] * 10_001},
        DEEP,
        "country =",
        "(" * 5_000,
        'country = "' + "x" * 500_001 + '"',
        'country = "\x00',
        "🦊",
        'is in segment "no such"',
    ],
    ids=lambda rule: str(rule)[:40],
)
def test_hostile_rules_are_refused(api: Program, customers: Customers, rule: Any) -> None:
    for path, body in (
        ("segments", {"contact_type_id": customers.id, "name": fresh("Bad"), "rule": rule}),
        ("segments/preview", {"contact_type_id": customers.id, "rule": rule}),
    ):
        answer = api.post(path, body)
        assert answer.status_code == 422, answer.text
        assert all(error["path"].startswith("rule") for error in answer.json()["errors"]), answer.text


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"rule": 1e400}', b'{"rule": NaN}', b"\xff", b'{"a":1,"a":2}'])
def test_hostile_bodies_change_nothing(api: Program, in_india: dict[str, Any], content: bytes) -> None:
    path = f"segments/{in_india['id']}"
    for method, target in (("POST", "segments"), ("PATCH", path), ("POST", "segments/preview")):
        answer = api.call(method, target, data=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert api.result(api.get(path)) == in_india
