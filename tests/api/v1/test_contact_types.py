"""Contact types and fields over the API for programs."""

from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import fresh


def test_a_type_is_created_read_renamed_and_deleted(api: Program) -> None:
    name, other = fresh("Type"), fresh("Type")
    answer = api.post("contact-types", {"name": f"  {name} "})
    made = api.result(answer)

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/contact-types/{made['id']}"
    assert made["name"] == name
    path = f"contact-types/{made['id']}"
    assert api.result(api.get(path)) == made
    assert made in api.pages("contact-types", limit=1)
    assert api.result(api.patch(path, {"name": other})) == {**made, "name": other}
    assert api.delete(path).status_code == 204
    problem_of(api.get(path), 404, "contact_type_id_unknown")
    problem_of(api.delete(path), 404, "contact_type_id_unknown")


def test_a_name_is_taken_once(api: Program, new_type: dict[str, Any]) -> None:
    problem_of(api.post("contact-types", {"name": new_type["name"].upper()}), 409, "contact_type_exists")


def test_types_of_strangers_do_not_exist(
    api: Program, colleague_api: Program, stranger_api: Program, new_type: dict[str, Any]
) -> None:
    field = api.create(f"contact-types/{new_type['id']}/fields", {"name": "Age", "kind": "number"})
    path = f"contact-types/{new_type['id']}"

    assert colleague_api.result(colleague_api.get(path)) == new_type
    assert new_type not in stranger_api.pages("contact-types")
    for refused in (
        stranger_api.get(path),
        stranger_api.patch(path, {"name": "Mine"}),
        stranger_api.delete(path),
        stranger_api.get(f"{path}/fields"),
        stranger_api.post(f"{path}/fields", {"name": "Mine", "kind": "text"}),
    ):
        problem_of(refused, 404, "contact_type_id_unknown")
    for refused in (
        stranger_api.patch(f"fields/{field['id']}", {"name": "Mine"}),
        stranger_api.delete(f"fields/{field['id']}"),
    ):
        problem_of(refused, 404, "field_id_unknown")
    assert field in api.pages(f"{path}/fields")


@pytest.mark.parametrize("bad_id", ["0", "-1", "x", "1.5", "9007199254740993", "99999999999999999999999"])
def test_an_id_that_nothing_has_is_not_found(api: Program, bad_id: str) -> None:
    for path in ("contact-types/{}", "contact-types/{}/fields"):
        assert api.get(path.format(bad_id)).status_code == 404
    assert api.delete(f"fields/{bad_id}").status_code == 404


def test_a_field_is_created_changed_and_deleted(api: Program, new_type: dict[str, Any]) -> None:
    fields = f"contact-types/{new_type['id']}/fields"
    made = api.create(fields, {"name": "Favorite plan", "kind": "choice", "options": ["Gold", "Silver"]})

    assert made["key"] == "favorite_plan"
    assert made["reserved"] is False
    changes = {
        "name": "Plan",
        "add_options": ["Bronze"],
        "delete_options": ["Silver"],
        "rename_options": [{"option": "Gold", "name": "Golden"}],
        "order_options": ["Bronze"],
    }
    changed = api.result(api.patch(f"fields/{made['id']}", changes))
    assert changed == {**made, "key": "plan", "name": "Plan", "options": ["Bronze", "Golden"]}
    assert changed in api.pages(fields, limit=5)
    assert api.delete(f"fields/{made['id']}").status_code == 204
    assert changed not in api.pages(fields)


def test_reserved_fields_stay(api: Program) -> None:
    problem_of(api.patch("fields/2", {"name": "Given name"}), 409, "field_is_reserved")
    problem_of(api.delete("fields/1"), 409, "field_is_reserved")


def test_everything_wrong_with_a_body_is_reported_at_once(api: Program, new_type: dict[str, Any]) -> None:
    body = {"nme": "Plan", "kind": "choise", "options": ["a", 1, None]}
    problem = problem_of(api.post(f"contact-types/{new_type['id']}/fields", body), 422, "invalid_input")

    found = {error["path"]: error["code"] for error in problem["errors"]}
    assert found == {
        "nme": "key_unknown",
        "name": "key_missing",
        "kind": "value_not_accepted",
        "options[1]": "value_of_another_type",
        "options[2]": "value_of_another_type",
    }
    assert all(error["detail"] for error in problem["errors"])
    kind = next(error for error in problem["errors"] if error["path"] == "kind")
    assert kind["detail"] == "is not valid: choose from text, number, date, datetime, boolean, choice, choices."


def test_an_option_that_a_choice_cannot_have_is_named(api: Program, new_type: dict[str, Any]) -> None:
    body = {"name": "Plan", "kind": "choice", "options": ["a", "A"]}
    problem = problem_of(api.post(f"contact-types/{new_type['id']}/fields", body), 422, "options_repeated")

    assert [error["path"] for error in problem["errors"]] == ["options"]
