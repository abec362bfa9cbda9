"""Pages: limits and cursors."""

import base64
import json
from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh


def test_a_walk_over_pages_sees_everything_once_while_others_write(api: Program) -> None:
    before = [api.create("contact-types", {"name": fresh("Type")})["id"] for _ in range(5)]
    first = api.result(api.get("contact-types", limit=2))
    seen = [item["id"] for item in first["data"]]
    api.delete(f"contact-types/{before[4]}")
    api.create("contact-types", {"name": fresh("Type")})
    cursor = first["next_cursor"]
    while cursor:
        page = api.result(api.get("contact-types", limit=2, cursor=cursor))
        seen += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen))
    assert set(before[:4]) <= set(seen)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1.5", ""])
def test_a_limit_is_a_number_from_1_to_1000(api: Program, limit: str) -> None:
    problem = problem_of(api.get("contact-types", limit=limit), 400, "parameter_not_valid")

    assert [error["path"] for error in problem["errors"]] == ["limit"]
    assert "must be an integer" in problem["detail"]


def test_a_choice_that_does_not_exist_is_answered_with_those_that_do(api: Program) -> None:
    problem = problem_of(api.get("suppressions", reason="away"), 400, "parameter_not_valid")

    assert "is not valid: choose from complained, unsubscribed, " in problem["detail"]


@pytest.mark.parametrize("path", ["contact-types", "segments", "imports", "webhooks", "providers", "audit"])
@pytest.mark.parametrize("number", [-1, 2**53, 2**64, 10**400])
def test_a_cursor_of_an_impossible_number_is_refused(api: Program, path: str, number: int) -> None:
    cursor = base64.b64encode(str(number).encode()).decode().rstrip("=")
    problem_of(api.get(path, cursor=cursor), 400, "cursor_not_valid")


@pytest.mark.parametrize("place", [[None, 2**64, None], [None, -1, None], [None, 1, 10**400], ["-email", 2**70, 1]])
def test_a_cursor_of_an_impossible_place_is_harmless(api: Program, new_type: dict[str, Any], place: list[Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    assert api.get(f"contact-types/{new_type['id']}/contacts", cursor=cursor).status_code < 500


@pytest.mark.parametrize("cursor", ["x", "====", "bnVsbA", "W10", "é", "MTIz" * 4000])
def test_a_cursor_that_is_none_is_refused(api: Program, cursor: str) -> None:
    answer = api.get("contact-types", cursor=cursor)

    assert answer.status_code in (400, 414)
    if answer.status_code == 400:
        problem_of(answer, 400, "cursor_not_valid")
