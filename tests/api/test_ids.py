"""Unknown ids: each is answered alike."""

import pytest

from tests.support.users import Person

NOT_FOUND = '{"status":"failed","errors":"Record not found"}'
NOT_FOUND_ON_DELETE = '{"status":"failed","errors":"Record Not Found"}'
NAME_NOTHING = [
    "", " ", "0", "-1", "-0", "+1", "1.0", "7.5", "1e3", "1e30", "0x10", "seven", "NaN", "null", "true",
    "1 OR 1=1", "1;2", "9007199254740993", "9223372036854775807", "9223372036854775808", "1" * 5_000,
    "\u0661", "\u00b2", "\x00", "1\x00", "%",
]  # fmt: skip
READS = [
    ("segment/email/list", "segment_id"),
    ("contacts-type/view", "contact_type_id"),
    ("contacts/list", "contact_type_id"),
]
DELETES = [("segment/email/delete", "segment_recipient_id"), ("segment/delete", "segment_id")]


@pytest.mark.parametrize("text", NAME_NOTHING, ids=lambda text: repr(text)[:20])
def test_an_unknown_id_is_not_found(owner: Person, india: int, text: str) -> None:
    for path, name in READS:
        answer = owner.get(path, **{name: text})
        assert (answer.status_code, answer.text) == (404, NOT_FOUND)
    for path, name in DELETES:
        answer = owner.call("DELETE", path, params={name: text})
        assert (answer.status_code, answer.text) == (404, NOT_FOUND_ON_DELETE)


def test_a_missing_id_is_not_found(owner: Person) -> None:
    for path, _ in READS:
        assert owner.get(path).text == NOT_FOUND
    for path, _ in DELETES:
        assert owner.call("DELETE", path).text == NOT_FOUND_ON_DELETE


def test_an_id_in_the_body_of_a_delete_is_ignored(owner: Person, empty: int) -> None:
    answer = owner.call("DELETE", "segment/delete", data={"segment_id": empty})
    assert (answer.status_code, answer.text) == (404, NOT_FOUND_ON_DELETE)
    assert owner.segment(empty)


@pytest.mark.parametrize("text", ["seven", "7.5", "1e3", "1e30", "NaN", "0x10", "1 2", "\u0661", "true"])
def test_a_segment_id_of_a_new_recipient_must_be_an_integer(owner: Person, text: str) -> None:
    answer = owner.add(text, "ada@example.org")
    assert answer.status_code == 422
    assert answer.text == '{"status":"failed","errors":{"segment_id":["The segment id field must be an integer."]}}'


@pytest.mark.parametrize("value", [7.5, True, False, [7], {"id": 7}])
def test_a_segment_id_of_another_json_type_must_be_an_integer(owner: Person, value: object) -> None:
    body = {"segment_id": value, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    answer = owner.post("segment/email/store", json=body)
    assert answer.status_code == 422
    assert answer.text == '{"status":"failed","errors":{"segment_id":["The segment id field must be an integer."]}}'


@pytest.mark.parametrize("value", [0, -1, 1e30, 10**30, 2**53 + 1, 2**63, 2**64, "-7", "9" * 100])
def test_an_unknown_segment_id_is_not_found(owner: Person, value: object) -> None:
    body = {"segment_id": value, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    answer = owner.post("segment/email/store", json=body)
    assert (answer.status_code, answer.text) == (404, NOT_FOUND)


def test_a_whole_float_counts_as_an_integer(owner: Person, empty: int) -> None:
    body = {"segment_id": float(empty), "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    assert owner.post("segment/email/store", json=body).status_code == 200


def test_invalid_fields_are_reported_before_the_segment_is_looked_up(owner: Person) -> None:
    assert owner.add(0, "").json()["errors"] == {"email": ["The email field is required."]}


def test_a_deleted_segment_is_gone_for_every_call(owner: Person, india: int) -> None:
    recipient_id = owner.recipients(india, limit=1)[0]["id"]
    assert owner.delete_segment(india).text == '{"status":"success","errors":"Deleted Successfully"}'
    assert india not in [segment["id"] for segment in owner.segments()]
    assert owner.get("segment/email/list", segment_id=india).text == NOT_FOUND
    assert owner.add(india, "ada@example.org").text == NOT_FOUND
    assert owner.delete_recipient(recipient_id).text == NOT_FOUND_ON_DELETE
    assert owner.delete_segment(india).text == NOT_FOUND_ON_DELETE


def test_the_id_of_a_deleted_segment_is_not_used_again(owner: Person, empty: int) -> None:
    type_id = owner.segment(empty)["contact_type_id"]
    owner.delete_segment(empty)
    assert owner.make_segment(type_id) > empty


def test_a_deleted_recipient_is_gone(owner: Person, india: int) -> None:
    recipient_id = owner.recipients(india, limit=1)[0]["id"]
    assert owner.delete_recipient(recipient_id).text == '{"status":"success","message":"Deleted Successfully"}'
    answer = owner.delete_recipient(recipient_id)
    assert (answer.status_code, answer.text) == (404, NOT_FOUND_ON_DELETE)


def test_a_contact_that_the_rule_does_not_select_is_not_a_recipient(owner: Person, india: int, empty: int) -> None:
    # The number that a customer in the one segment would have in the other one, which is empty.
    recipient_id = owner.recipients(india, limit=1)[0]["id"]
    assert owner.delete_recipient(recipient_id - (india << 32) + (empty << 32)).text == NOT_FOUND_ON_DELETE
