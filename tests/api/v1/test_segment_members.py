"""Members of segments over the API for programs: pages, adding and excluding manually, exports."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pytest

from tests.api.conftest import Customers
from tests.support.programs import Program, problem_of
from tests.support.users import fresh, fresh_address


@pytest.fixture
def segment(api: Program, customers: Customers) -> dict[str, Any]:
    """A segment of its own with the 60 customers in India."""
    body = {"contact_type_id": customers.id, "name": fresh("India"), "rule": 'country = "India"'}
    made: dict[str, Any] = api.create("segments", body)
    return made


def members_of(api: Program, segment: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return api.pages(f"segments/{segment['id']}/members", **query)


def count_of(api: Program, segment: dict[str, Any]) -> int:
    count: int = api.result(api.get(f"segments/{segment['id']}"))["count"]
    return count


def test_members_come_in_pages_with_the_fields_that_are_asked_for(api: Program, segment: dict[str, Any]) -> None:
    found = members_of(api, segment, fields="country,rental_count", limit=7)

    assert len(found) == len({member["id"] for member in found}) == count_of(api, segment) == 60
    assert [member["id"] for member in found] == sorted(member["id"] for member in found)
    assert all(list(member["fields"]) == ["country", "rental_count"] for member in found)
    assert {member["fields"]["country"] for member in found} == {"India"}
    everything = members_of(api, segment)
    assert [member["email"] for member in everything] == [member["email"] for member in found]
    assert {"first_name", "last_name", "total_paid", "create_date"} <= set(everything[0]["fields"])
    problem = problem_of(api.get(f"segments/{segment['id']}/members", fields="country,no"), 400, "field_key_unknown")
    assert [error["path"] for error in problem["errors"]] == ["fields"]


def test_a_walk_skips_and_repeats_nobody_while_others_write(api: Program, segment: dict[str, Any]) -> None:
    path = f"segments/{segment['id']}/members"
    before = [member["email"] for member in members_of(api, segment)]
    gone = {before[0], before[30], before[-1]}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for number in range(100):
        page = api.result(api.get(path, limit=11, **cursor))
        seen += [member["email"] for member in page["data"]]
        if number == 0:
            for email in gone:
                assert api.delete(f"{path}/{email}").status_code == 204
            api.result(api.put(f"{path}/{fresh_address()}"))
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen))
    assert set(before) - gone <= set(seen)


def test_adding_and_excluding_can_be_repeated(api: Program, segment: dict[str, Any]) -> None:
    path = f"segments/{segment['id']}/members"
    email = fresh_address("Eve")
    first = api.put(f"{path}/{email}", {"first_name": " Eve ", "last_name": "Moon"})
    again = api.put(f"{path}/{email.upper()}", {"first_name": "Other"})

    assert (first.status_code, again.status_code) == (201, 200)
    made = first.json()
    assert made == again.json()
    assert (made["contact_id"], made["email"], made["added_manually"]) == (None, email, True)
    assert (made["fields"]["first_name"], made["fields"]["last_name"], made["fields"]["country"]) == (
        "Eve",
        "Moon",
        None,
    )
    assert api.result(api.get(f"{path}/{email}")) == made
    assert made in members_of(api, segment)
    assert count_of(api, segment) == 61
    assert [api.delete(f"{path}/{email}").status_code for _ in range(2)] == [204, 204]
    problem_of(api.get(f"{path}/{email}"), 404, "member_unknown")
    assert count_of(api, segment) == 60
    assert api.put(f"{path}/{email}").status_code == 201
    assert count_of(api, segment) == 61


def test_a_manual_override_outlives_every_rule(api: Program, segment: dict[str, Any]) -> None:
    path = f"segments/{segment['id']}"
    indian, other_indian, *_ = [member["email"] for member in members_of(api, segment)]
    chinese = api.result(
        api.get(f"contact-types/{segment['contact_type_id']}/contacts", where='country = "China"', limit=2)
    )["data"]
    added, excluded = (contact["email"] for contact in chinese)
    assert api.put(f"{path}/members/{indian}").status_code == 201  # a member by the rule, now added manually
    assert api.put(f"{path}/members/{added}").status_code == 201
    assert api.delete(f"{path}/members/{other_indian}").status_code == 204
    assert api.delete(f"{path}/members/{excluded}").status_code == 204  # never a member
    assert count_of(api, segment) == 60
    explained = api.result(api.get(f"{path}/explain", email=indian))
    assert (explained["in_segment"], explained["because"]) == (True, "added by hand")

    api.result(api.patch(path, {"rule": 'country = "China"'}))
    emails = {member["email"] for member in members_of(api, segment)}
    assert len(emails) == 53
    assert {indian, added} <= emails
    assert not {other_indian, excluded} & emails
    assert api.put(f"{path}/members/{excluded}").status_code == 201
    assert count_of(api, segment) == 54


def test_a_manual_override_is_in_the_audit_log_once(api: Program, segment: dict[str, Any]) -> None:
    path = f"segments/{segment['id']}/members"
    indian, other = (member["email"] for member in members_of(api, segment)[:2])
    for email in (indian, fresh_address()):
        for _ in range(2):
            api.put(f"{path}/{email}")
    for email in (indian, other):
        for _ in range(2):
            api.delete(f"{path}/{email}")
    subject = {"kind": "segment", "id": segment["id"], "name": segment["name"]}
    done = [entry["action"] for entry in api.pages("audit") if entry["subject"] == subject]
    assert done == [*["member.excluded"] * 2, *["member.added"] * 2, "segment.created"]


def test_an_email_is_percent_encoded_in_the_path(api: Program, segment: dict[str, Any]) -> None:
    for email in ("a/b@example.org", "a+b%40c@example.org", "jürgen@example.org", "a?b#c@example.org"):
        path = f"segments/{segment['id']}/members/{quote(email, safe='')}"
        assert api.result(api.put(path))["email"] == email
        assert api.delete(path).status_code == 204


@pytest.mark.parametrize("email", ["ann", "@", "a@b@c", "a b@example.org", "x" * 300 + "@example.org", "a%00@b.org"])
def test_what_is_no_email_is_refused(api: Program, segment: dict[str, Any], email: str) -> None:
    path = f"segments/{segment['id']}/members/{email}"

    problem = problem_of(api.put(path), 422, "email_not_read")
    assert [error["path"] for error in problem["errors"]] == ["email"]
    problem_of(api.delete(path), 404, "contact_never_in_segment")
    problem_of(api.get(path), 404, "member_unknown")


def test_names_are_checked(api: Program, segment: dict[str, Any]) -> None:
    path = f"segments/{segment['id']}/members/{fresh_address()}"
    names = {"first_name": "x" * 256, "last_name": "a\nb"}
    problem = problem_of(api.put(path, names), 422, "invalid_input")

    assert [error["path"] for error in problem["errors"]] == ["first_name", "last_name"]
    assert api.put(path, {"first_name": 5}).status_code == 422
    assert api.put(path, {"name": "Ann"}).status_code == 422
    problem_of(api.get(path), 404, "member_unknown")


def test_an_export_has_exactly_the_members(api: Program, owner: Any, segment: dict[str, Any], tmp_path: Path) -> None:
    api.result(api.put(f"segments/{segment['id']}/members/{fresh_address()}"))
    expected = [(member["email"], member["fields"]["country"]) for member in members_of(api, segment)]
    path = f"segments/{segment['id']}/export"

    answer = api.get(path, fields="email,country")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))
    assert [(row["email"], row["country"] or None) for row in rows] == expected
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = api.get(path, fields="email,country", format="ndjson").text.splitlines()
    assert [(row["email"], row["country"]) for row in map(json.loads, lines)] == expected
    file = tmp_path / "members.parquet"
    file.write_bytes(api.get(path, format="parquet").content)
    assert duckdb.read_parquet(str(file)).project("email, country").fetchall() == expected
    problem_of(api.get(path, fields="no"), 400, "export_field_unknown")
    problem_of(api.get(path, format="xlsx"), 400, "parameter_not_valid")
