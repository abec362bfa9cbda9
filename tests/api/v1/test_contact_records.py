"""Contacts by id: what is known of them, and nothing of another account's."""

from typing import Any

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import Person, fresh


@pytest.fixture
def ann(api: Program, owner: Person, new_type: dict[str, Any]) -> dict[str, Any]:
    """A contact that entered two segments, left one, was added to another and excluded from one."""
    segments = [
        owner.tamis("segment", "create", fresh(name), "--type", new_type["name"], "--where", rule)["id"]
        for name, rule in (("Lima", 'city = "Lima"'), ("Rome", 'city = "Rome"'), ("Nobody", 'city = "Nowhere"'))
    ]
    path = f"contact-types/{new_type['id']}/contacts/ann@example.org"
    api.put(path, {"fields": {"city": "Lima"}})
    made: dict[str, Any] = api.patch(path, {"fields": {"city": "Rome"}}).json()
    owner.add(segments[2], "ann@example.org", "Ann", "Lee")
    return {"id": made["id"], "segments": segments, "path": path}


def test_the_id_stays_when_the_email_changes(api: Program, ann: dict[str, Any]) -> None:
    by_email = api.get(ann["path"])
    assert api.get(f"contacts/{ann['id']}").json() == by_email.json()
    assert api.get(f"contacts/{ann['id']}").headers["ETag"] == by_email.headers["ETag"]
    api.patch(ann["path"], {"email": "zoe@example.org"})
    assert api.get(f"contacts/{ann['id']}").json()["email"] == "zoe@example.org"
    problem_of(api.get(ann["path"]), 404, "contact_unknown")


def test_segments_come_with_the_reason(api: Program, ann: dict[str, Any]) -> None:
    lima, rome, nobody = ann["segments"]
    found = api.pages(f"contacts/{ann['id']}/segments", limit=1)
    assert [(shown["segment"]["id"], shown["because"]) for shown in found] == [
        (rome, "rule"),
        (nobody, "added by hand"),
    ]
    assert (found[0]["rule"]["text"], found[0]["rule"]["holds"]) == ('city is "Rome"', True)
    everything = api.pages(f"contacts/{ann['id']}/segments", all="true", limit=2)
    assert [(shown["segment"]["id"], shown["in_segment"]) for shown in everything] == [
        (lima, False), (rome, True), (nobody, True),
    ]  # fmt: skip


def test_entries_and_exits_come_newest_first_in_pages(api: Program, ann: dict[str, Any]) -> None:
    lima, rome, nobody = ann["segments"]
    found = api.pages(f"contacts/{ann['id']}/history", limit=1)
    steps = [(entry["type"], entry["segment"]["id"], entry["cause"]) for entry in found]
    assert steps[0] == ("entered", nobody, "by hand")
    assert set(steps[1:3]) == {("left", lima, "contact changed"), ("entered", rome, "contact changed")}
    assert steps[3:] == [("entered", lima, "contact changed")]
    assert [entry["number"] for entry in found] == sorted((entry["number"] for entry in found), reverse=True)


def test_everything_known_is_exported(api: Program, owner: Person, ann: dict[str, Any]) -> None:
    _, rome, nobody = ann["segments"]
    owner.delete_recipient(owner.recipient(rome, "ann@example.org")["id"])
    found = api.get(f"contacts/{ann['id']}/export").json()
    assert found["contact"]["email"] == "ann@example.org"
    assert [segment["id"] for segment in found["segments"]] == [nobody]
    assert [(row["segment_id"], row["last_name"]) for row in found["added_manually"]] == [(nobody, "Lee")]
    assert [row["segment_id"] for row in found["excluded_manually"]] == [rome]
    assert len(found["history"]) == 5
    assert found["before_imports"] == []


def test_what_an_import_changed_is_exported_too(
    api: Program, owner: Person, new_type: dict[str, Any], ann: dict[str, Any], tmp_path: Any
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,city\nann@example.org,Oslo\n")
    owner.tamis("import", file, "--type", new_type["name"])
    (before,) = api.get(f"contacts/{ann['id']}/export").json()["before_imports"]
    assert (before["email"], before["fields"]["city"]) == ("ann@example.org", "Rome")


def test_a_stranger_finds_no_contact(stranger_api: Program, reader: Program, ann: dict[str, Any]) -> None:
    for path in ("", "/segments", "/history", "/export"):
        problem_of(stranger_api.get(f"contacts/{ann['id']}{path}"), 404, "contact_id_not_in_account")
        assert reader.get(f"contacts/{ann['id']}{path}").status_code == 200
