"""What is shown of a contact is all that is known of a person."""

from pathlib import Path
from typing import Any

from tests.support.normalized_responses import without_instants
from tests.support.process import Server
from tests.support.users import new_account

ANN = "ann@example.org"


def test_all_data_about_a_person_is_exported(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,first_name,country\n{ANN},Ann,Peru\nbob@example.org,Bob,Peru\n")
    with Server(data) as server:
        owner = new_account(data, server.address, "other@example.org")
        type_id = owner.tamis("type", "create", "People")["id"]
        owner.tamis("import", file, "--type", "People")
        peru = owner.tamis("segment", "create", "Peru", "--type", "People", "--where", 'country = "Peru"')["id"]
        friends, gone = owner.make_segment(type_id, "Friends"), owner.make_segment(type_id, "Gone")
        for segment in (friends, gone):
            owner.add(segment, "Ann@Example.org", "Anna", "Lee")
        owner.delete_segment(gone)
        owner.delete_recipient(owner.recipient(peru, ANN)["id"])
        shown: dict[str, Any] = owner.tamis("contact", "show", ANN, "--type", "People")
    assert {key: value for key, value in shown["values"].items() if value is not None and "_at" not in key} == {
        "email": ANN, "first_name": "Ann", "country": "Peru"
    }  # fmt: skip
    assert shown["segments"] == [{"id": friends, "name": "Friends"}]
    assert without_instants(str(shown["removed_by_hand"])) == str(
        [{"segment": {"id": peru, "name": "Peru"}, "since": "INSTANT"}]
    )
    addition = {"email": "Ann@Example.org", "first_name": "Anna", "last_name": "Lee", "since": "INSTANT"}
    assert without_instants(str(shown["added_by_hand"])) == str(
        [{"segment": {"id": id_, "name": name}, **addition} for id_, name in ((friends, "Friends"), (gone, "Gone"))]
    )
    assert without_instants(shown["created_at"]) == without_instants(shown["updated_at"]) == "INSTANT"
