"""GET segment/email/list."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import Customers, Import
from tests.support.normalized_responses import compact, without_instants
from tests.support.process import Server
from tests.support.sakila import IN_INDIA, import_sakila
from tests.support.users import Person, fresh_address, new_account


def test_a_member_has_exactly_the_documented_bytes(owner: Person, customers: Customers) -> None:
    segment_id = owner.make_segment(
        customers.id, select_field=["1"], select_operator=["is"], value=["mary.smith@SAKILACUSTOMER.org"]
    )
    answer = owner.get("segment/email/list", segment_id=segment_id)
    (row,) = answer.json()["message"]["contactEmails"]
    shown = {
        "id": row["id"],
        "user_id": owner.account_id,
        "segment_id": segment_id,
        "contact_id": row["contact_id"],
        "first_name": "MARY",
        "last_name": "SMITH",
        "email": "MARY.SMITH@sakilacustomer.org",
        "country": "Japan",
        "state": "Nagasaki",
        "city": "Sasebo",
        "address_line1": "1913 Hanoi Way",
        "created_at": "INSTANT",
        "updated_at": "INSTANT",
        "fullname": "MARY SMITH",
    }
    assert without_instants(answer.text) == compact({"status": "success", "message": {"contactEmails": [shown]}})
    contacts = owner.get("contacts/list", contact_type_id=customers.id).json()["message"]["contacts"]
    (contact,) = (c for c in contacts if c["email"] == row["email"])
    assert contact["id"] == row["contact_id"]


def test_an_empty_segment_lists_no_recipients(owner: Person, empty: int) -> None:
    answer = owner.get("segment/email/list", segment_id=empty)
    assert answer.text == '{"status":"success","message":{"contactEmails":[]}}'


def test_missing_names_are_null_and_the_full_name_has_the_known_parts(
    owner: Person, own_type: int, import_text: Import
) -> None:
    import_text(own_type, "email,first_name,last_name\na@example.org,,\nb@example.org,Ada,\nc@example.org,,Lovelace\n")
    segment_id = owner.make_segment(own_type, select_field=["1"], select_operator=["is not blank"], value=[])
    rows = owner.recipients(segment_id)
    assert [(row["first_name"], row["last_name"], row["fullname"]) for row in rows] == [
        (None, None, ""),
        ("Ada", None, "Ada"),
        (None, "Lovelace", "Lovelace"),
    ]


def test_rows_are_ordered_by_id_for_members_and_added_recipients(owner: Person, india: int) -> None:
    for number in range(5):
        assert owner.add(india, f"guest{number}@example.org").status_code == 200
    rows = owner.recipients(india)
    ids = [row["id"] for row in rows]
    assert len(rows) == IN_INDIA + 5
    assert ids == sorted(set(ids))
    assert [row["email"] for row in rows if row["contact_id"] is None] == [f"guest{n}@example.org" for n in range(5)]


@pytest.mark.parametrize("limit", [1, 7, 60, 64, 65, 66, 1_000])
def test_pages_contain_each_recipient_once(owner: Person, india: int, limit: int) -> None:
    for number in range(5):
        owner.add(india, f"guest{number}@example.org")
    whole = owner.recipients(india)
    seen = []
    after = 0
    while page := owner.recipients(india, limit=limit, after=after):
        assert len(page) <= limit
        seen += page
        after = page[-1]["id"]
    assert seen == whole


def test_a_page_can_start_after_a_deleted_id(owner: Person, india: int) -> None:
    rows = owner.recipients(india)
    owner.delete_recipient(rows[9]["id"])
    assert owner.recipients(india, limit=1, after=rows[9]["id"]) == [rows[10]]


@pytest.mark.parametrize("after", [1, 2**31, 2**53, 10**17])
def test_after_may_be_any_number(owner: Person, india: int, after: int) -> None:
    expected = [row for row in owner.recipients(india) if row["id"] > after]
    assert owner.recipients(india, after=after) == expected


def test_limit_zero_returns_no_rows(owner: Person, india: int) -> None:
    assert owner.recipients(india, limit=0) == []


def test_a_blank_limit_means_no_limit(owner: Person, india: int) -> None:
    assert (
        len(owner.get(f"segment/email/list?segment_id={india}&limit=&after=").json()["message"]["contactEmails"]) == 60
    )


@pytest.mark.parametrize("text", ["-1", "ten", "1.5", "1e3", "9" * 30, "\u0661"])
def test_limit_and_after_must_be_integers(owner: Person, india: int, text: str) -> None:
    answer = owner.get("segment/email/list", segment_id=india, limit=text, after=text)
    assert answer.status_code == 422
    assert answer.json() == {
        "status": "failed",
        "errors": {
            "after": ["The after field must be an integer."],
            "limit": ["The limit field must be an integer."],
        },
    }


def test_ids_are_unique_over_all_segments_and_exact_in_javascript(server: Server) -> None:
    owner = new_account(server.data, server.address, fresh_address("unique"))
    type_id = owner.tamis("type", "create", "Customers")["id"]
    import_sakila(owner, type_id)
    for operator in ("is", "is not"):
        owner.make_segment(type_id, select_field=["5"], select_operator=[operator], value=["India"])
    seen: list[int] = []
    for segment in owner.segments():
        owner.add(segment["id"], "everywhere@example.org")
        seen += [row["id"] for row in owner.recipients(segment["id"])]
    assert len(seen) == len(set(seen)) > 599
    assert all(0 < number < 2**53 for number in seen)


def test_ids_and_timestamps_are_stable_while_the_recipient_stays(owner: Person, india: int) -> None:
    owner.add(india, "guest@example.org")
    before = owner.recipients(india)
    owner.add(india, "another@example.org")
    owner.delete_recipient(owner.recipient(india, "another@example.org")["id"])
    assert owner.recipients(india) == before


def test_an_http_1_0_client_gets_the_whole_list(owner: Person, india: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(owner.base).netloc)
    connection._http_vsn_str = "HTTP/1.0"  # type: ignore[attr-defined]
    connection.request("GET", f"/api/segment/email/list?segment_id={india}", headers=owner.keys)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.getheader("transfer-encoding") is None
    assert len(json.loads(body)["message"]["contactEmails"]) == IN_INDIA
    connection.close()
