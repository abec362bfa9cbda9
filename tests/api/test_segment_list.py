"""GET segment/list."""

import json

from tests.api.conftest import Customers
from tests.support.normalized_responses import INSTANT, compact, without_instants
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address, new_account


def test_an_account_without_segments(server: Server) -> None:
    person = new_account(server.data, server.address, fresh_address("new"))
    assert person.get("segment/list").text == '{"status":"success","message":{"segments":[]}}'


def test_a_segment_has_exactly_the_documented_bytes(server: Server) -> None:
    person = new_account(server.data, server.address, fresh_address("new"))
    type_id = person.tamis("type", "create", "Customers")["id"]
    segment_id = person.make_segment(
        type_id, "Zoë & Söhne", select_field=["5"], select_operator=["is"], value=["Côte d'Ivoire"]
    )
    shown = {
        "id": segment_id,
        "user_id": person.account_id,
        "contact_type_id": type_id,
        "segment_name": "Zoë & Söhne",
        "select_field": ["5"],
        "select_operator": ["is"],
        "value": ["Côte d'Ivoire"],
        "query_type": None,
        "deleted_at": None,
        "created_at": "INSTANT",
        "updated_at": "INSTANT",
        "segment_emails_count": 0,
    }
    text = person.get("segment/list").text
    assert without_instants(text) == compact({"status": "success", "message": {"segments": [shown]}})
    assert INSTANT.fullmatch(json.loads(text)["message"]["segments"][0]["created_at"])


def test_the_newest_segment_comes_first(owner: Person, customers: Customers) -> None:
    made = [owner.make_segment(customers.id) for _ in range(3)]
    ids = [segment["id"] for segment in owner.segments()]
    assert ids[:3] == made[::-1]
    assert ids == sorted(ids, reverse=True)


def test_a_nested_rule_is_shown_with_empty_arrays(owner: Person, customers: Customers) -> None:
    rule = 'country = "India" and (store = "store 1" or not active is true)'
    made = owner.tamis("segment", "create", fresh("Nested"), "--type", str(customers.id), "--where", rule)
    shown = owner.segment(made["id"])
    assert (shown["select_field"], shown["select_operator"], shown["value"]) == ([], [], [])
    assert shown["query_type"] == "rule"
    assert shown["segment_emails_count"] == made["count"] == len(owner.recipients(made["id"])) > 0


def test_a_flat_rule_of_the_command_line_is_shown_as_arrays(owner: Person, customers: Customers) -> None:
    rule = 'country in ("India", "China") and total_paid between 100 and 150.5 and phone is not blank'
    made = owner.tamis("segment", "create", fresh("Flat"), "--type", str(customers.id), "--where", rule)
    shown = owner.segment(made["id"])
    assert shown["select_field"] == [str(customers.fields[key]) for key in ("country", "total_paid", "phone")]
    assert shown["select_operator"] == ["is one of", "is between", "is not blank"]
    assert shown["value"] == ["India", "China", "100", "150.5"]
    assert shown["query_type"] == "and"


def test_segments_created_or_deleted_by_another_process_are_seen_at_once(owner: Person, customers: Customers) -> None:
    name = fresh("Beside")
    made = owner.tamis("segment", "create", name, "--type", str(customers.id), "--where", 'country = "India"')
    assert owner.segment(made["id"])["segment_emails_count"] == 60
    owner.tamis("segment", "delete", name)
    assert made["id"] not in [segment["id"] for segment in owner.segments()]
