"""§ Nothing leaks: what belongs to another account answers exactly like what does not exist."""

from tests.api.conftest import Customers
from tests.support.users import Person

UNKNOWN = 1_900_000


def test_reading_ids_of_another_account_is_refused(
    owner: Person, stranger: Person, customers: Customers, india: int
) -> None:
    for path, name, known in [
        ("segment/email/list", "segment_id", india),
        ("contacts-type/view", "contact_type_id", customers.id),
        ("contacts/list", "contact_type_id", customers.id),
    ]:
        assert owner.get(path, **{name: known}).status_code == 200
        foreign, unknown = stranger.get(path, **{name: known}), stranger.get(path, **{name: UNKNOWN})
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text) == (404, foreign.text)


def test_writes_to_anothers_ids_change_nothing(
    owner: Person, stranger: Person, customers: Customers, india: int
) -> None:
    before = owner.recipients(india)
    for foreign, unknown in [
        (stranger.add(india, "spy@example.net"), stranger.add(UNKNOWN, "spy@example.net")),
        (stranger.add(india, before[0]["email"]), stranger.add(UNKNOWN, before[0]["email"])),
        (stranger.delete_recipient(before[0]["id"]), stranger.delete_recipient(UNKNOWN << 32 | 1)),
        (stranger.delete_segment(india), stranger.delete_segment(UNKNOWN)),
        (stranger.store_segment(customers.id, "Spy"), stranger.store_segment(UNKNOWN, "Spy")),
    ]:
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text)
        assert foreign.status_code == 404
    assert owner.recipients(india) == before


def test_a_manually_added_email_cannot_be_deleted_by_another_account(
    owner: Person, stranger: Person, empty: int
) -> None:
    owner.add(empty, "ada@example.org")
    (row,) = owner.recipients(empty)
    assert stranger.delete_recipient(row["id"]).status_code == 404
    assert owner.recipients(empty) == [row]


def test_lists_show_only_the_own_account(owner: Person, stranger: Person, customers: Customers, india: int) -> None:
    their_type = stranger.tamis("type", "create", "Customers")["id"]
    theirs = stranger.make_segment(their_type, owner.segment(india)["segment_name"])
    assert {segment["id"] for segment in stranger.segments()} >= {theirs}
    assert india not in {segment["id"] for segment in stranger.segments()}
    assert theirs not in {segment["id"] for segment in owner.segments()}
    types = stranger.get("contacts-type").json()["message"]["contactTypes"]
    assert {shown["user_id"] for shown in types} == {stranger.account_id}


def test_a_rule_cannot_use_the_fields_of_another_account(owner: Person, stranger: Person, customers: Customers) -> None:
    their_type = stranger.tamis("type", "create", "People")["id"]
    condition = {"select_operator": ["is not blank"], "value": []}
    known, unknown = str(customers.fields["total_paid"]), "999999"
    foreign = stranger.store_segment(their_type, "Spy", select_field=[known], **condition)
    absent = stranger.store_segment(their_type, "Spy", select_field=[unknown], **condition)
    assert foreign.status_code == absent.status_code == 422
    assert foreign.text.replace(known, unknown) == absent.text


def test_two_accounts_may_have_the_same_email(
    owner: Person, stranger: Person, customers: Customers, empty: int
) -> None:
    their_type = stranger.tamis("type", "create", "Readers")["id"]
    theirs = stranger.make_segment(their_type)
    assert owner.add(empty, "shared@example.org", "Ours").status_code == 200
    assert stranger.add(theirs, "shared@example.org", "Theirs").status_code == 200
    assert [row["first_name"] for row in owner.recipients(empty)] == ["Ours"]
    assert [row["first_name"] for row in stranger.recipients(theirs)] == ["Theirs"]
