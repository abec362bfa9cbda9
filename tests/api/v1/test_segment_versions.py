"""Versions of segments and the trash over the API for programs."""

from typing import Any

import pytest

from tests.api.conftest import Customers
from tests.support.programs import Program, problem_of
from tests.support.users import fresh


@pytest.fixture
def edited(api: Program, customers: Customers) -> dict[str, Any]:
    """A segment whose rule was changed once."""
    made = api.create(
        "segments", {"contact_type_id": customers.id, "name": fresh("India"), "rule": 'country = "India"'}
    )
    changed: dict[str, Any] = api.result(api.patch(f"segments/{made['id']}", {"rule": 'country = "China"'}))
    return changed


def test_the_versions_of_a_segment(api: Program, colleague_api: Program, edited: dict[str, Any]) -> None:
    path = f"segments/{edited['id']}/versions"
    latest, first = api.pages(path, limit=1)

    assert (first["number"], first["current"], first["text"]) == (1, False, 'country is "India"')
    assert (first["count_before"], first["count_after"]) == (0, 60)
    assert (latest["count_before"], latest["count_after"], latest["restored_from"]) == (60, 53, None)
    assert latest["author"]["kind"] == "key"
    assert colleague_api.result(colleague_api.get(f"{path}/1")) == first
    compared = api.result(api.get(f"{path}/1/compare", **{"with": 2}))
    assert [(line["change"], line["text"]) for line in compared["lines"]] == [
        ("removed", "Country is “India”"),
        ("added", "Country is “China”"),
    ]
    assert compared["counts"] == {"earlier": 60, "later": 53, "only_earlier": 60, "only_later": 53}
    problem_of(api.get(f"{path}/3"), 404, "segment_version_unknown")


def test_restoring_a_version(api: Program, edited: dict[str, Any]) -> None:
    path = f"segments/{edited['id']}"
    plan = api.result(api.call("POST", f"{path}/versions/1/restore", params={"dry_run": "true"}))
    assert (plan["count_before"], plan["count_after"], plan["entering"], plan["leaving"]) == (53, 60, 60, 53)
    tag = api.get(path).headers["ETag"]
    restored = api.call("POST", f"{path}/versions/1/restore", headers={"If-Match": tag})
    assert (api.result(restored)["count"], restored.headers["ETag"]) == (60, api.get(path).headers["ETag"])
    assert api.get(f"{path}/versions/3").json()["restored_from"] == 1
    problem_of(
        api.call("POST", f"{path}/versions/2/restore", headers={"If-Match": tag}), 412, "object_changed_meanwhile"
    )


def test_the_trash(api: Program, stranger_api: Program, edited: dict[str, Any]) -> None:
    segment_id = edited["id"]
    webhook = api.create("webhooks", {"url": "https://shop.example.com/", "segment_ids": [segment_id]})
    assert api.delete(f"segments/{segment_id}").status_code == 204
    for gone in (f"segments/{segment_id}", f"segments/{segment_id}/versions", f"segments/{segment_id}/versions/1"):
        problem_of(api.get(gone), 404, "segment_unknown")
    (deleted,) = [each for each in api.pages("deleted-segments") if each["id"] == segment_id]
    assert deleted["name"] == edited["name"]
    assert segment_id not in [each["id"] for each in stranger_api.pages("deleted-segments")]
    problem_of(stranger_api.post(f"deleted-segments/{segment_id}/restore", None), 404, "segment_not_in_trash")

    taken = api.create("segments", {"contact_type_id": edited["contact_type_id"], "name": edited["name"]})
    restored = api.result(api.post(f"deleted-segments/{segment_id}/restore", None))
    assert (restored["id"], restored["name"], restored["count"]) == (segment_id, f"{edited['name']} (2)", 53)
    assert restored["name"] != taken["name"]
    assert [version["number"] for version in api.pages(f"segments/{segment_id}/versions")] == [2, 1]
    assert api.get(f"webhooks/{webhook['id']}").json()["segment_ids"] == [segment_id]
    problem_of(api.post(f"deleted-segments/{segment_id}/restore", None), 404, "segment_not_in_trash")
