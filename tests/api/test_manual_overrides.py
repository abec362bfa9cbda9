"""§ Manual changes win: members = (selected by the rule - excluded) + added manually, until a person undoes it."""

import pytest

from tests.api.conftest import Import
from tests.support.sakila import IN_INDIA, import_sakila
from tests.support.users import Person, fresh


@pytest.fixture
def own_india(owner: Person, own_type: int) -> int:
    """The customers in India, in a type of its own."""
    import_sakila(owner, own_type)
    return owner.make_segment(own_type, select_field=["5"], select_operator=["is"], value=["India"])


def test_an_excluded_member_stays_out_after_an_import_and_returns_with_the_same_id(
    owner: Person, own_type: int, own_india: int
) -> None:
    before = owner.recipients(own_india)
    gone = before[20]
    assert owner.delete_recipient(gone["id"]).status_code == 200
    without = [row for row in before if row != gone]
    assert owner.recipients(own_india) == without
    import_sakila(owner, own_type)
    assert owner.recipients(own_india) == without
    assert owner.segment(own_india)["segment_emails_count"] == IN_INDIA - 1

    assert owner.add(own_india, gone["email"].lower(), "Other", "Name").status_code == 200
    back = owner.recipient(own_india, gone["email"])
    assert (back["id"], back["contact_id"], back["fullname"]) == (gone["id"], gone["contact_id"], gone["fullname"])
    assert len(owner.recipients(own_india)) == IN_INDIA


def test_an_excluded_member_stays_out_after_leaving_and_matching_the_rule_again(
    owner: Person, own_type: int, import_text: Import
) -> None:
    rule = {"select_field": ["7"], "select_operator": ["is"], "value": ["Paris"]}
    import_text(own_type, "email,city\nada@example.org,Paris\nbob@example.org,Paris\n")
    segment_id = owner.make_segment(own_type, "City of " + str(own_type), **rule)
    owner.delete_recipient(owner.recipient(segment_id, "ada@example.org")["id"])
    for city in ("London", "Paris"):
        import_text(own_type, f"email,city\nada@example.org,{city}\n")
        assert owner.addresses(segment_id) == ["bob@example.org"]


def test_an_external_recipient_that_becomes_a_contact_keeps_its_id(
    owner: Person, own_type: int, import_text: Import
) -> None:
    segment_id = owner.make_segment(own_type)
    owner.add(segment_id, "ada@example.org", "Ada", "Byron")
    owner.add(segment_id, "bob@example.org")
    before = owner.recipient(segment_id, "ada@example.org")
    assert before["contact_id"] is None

    import_text(own_type, "email,first_name,last_name,city\nADA@example.org,Augusta,King,London\n")
    rows = owner.recipients(segment_id)
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    (after,) = (row for row in rows if row["email"].lower() == "ada@example.org")
    assert (after["id"], after["created_at"], after["city"]) == (before["id"], before["created_at"], "London")
    contacts = owner.get("contacts/list", contact_type_id=own_type).json()["message"]["contacts"]
    assert [contact["id"] for contact in contacts] == [after["contact_id"]]
    assert owner.segment(segment_id)["segment_emails_count"] == 2

    assert owner.delete_recipient(before["id"]).status_code == 200
    assert owner.addresses(segment_id) == ["bob@example.org"]


def test_a_manually_added_email_stays_when_the_rule_never_selects_it(
    owner: Person, own_type: int, own_india: int
) -> None:
    assert owner.add(own_india, "MARY.SMITH@sakilacustomer.org").status_code == 200
    row = owner.recipient(own_india, "MARY.SMITH@sakilacustomer.org")
    assert (row["country"], row["first_name"]) == ("Japan", "MARY")
    import_sakila(owner, own_type)
    assert owner.recipient(own_india, "MARY.SMITH@sakilacustomer.org")["id"] == row["id"]
    assert owner.delete_recipient(row["id"]).status_code == 200
    assert len(owner.recipients(own_india)) == IN_INDIA


def test_deleting_a_member_that_was_also_added_manually_removes_it_entirely(
    owner: Person, own_type: int, import_text: Import
) -> None:
    segment_id = owner.make_segment(own_type, select_field=["7"], select_operator=["is"], value=["Paris"])
    owner.add(segment_id, "ada@example.org")
    recipient_id = owner.recipients(segment_id)[0]["id"]
    import_text(own_type, "email,city\nada@example.org,Paris\n")
    assert [row["id"] for row in owner.recipients(segment_id)] == [recipient_id]
    assert owner.delete_recipient(recipient_id).status_code == 200
    assert owner.recipients(segment_id) == []
    import_text(own_type, "email,city\nada@example.org,Paris\n")
    assert owner.recipients(segment_id) == []


def test_a_deleted_contact_leaves_its_segments_by_rule_and_by_manual_addition(
    owner: Person, own_type: int, own_india: int
) -> None:
    manual = owner.make_segment(own_type)
    member = owner.recipients(own_india)[0]
    owner.add(manual, member["email"])
    owner.tamis("contact", "delete", member["email"], "--type", str(own_type))
    assert member["email"] not in owner.addresses(own_india)
    assert owner.addresses(manual) == []
    assert owner.delete_recipient(member["id"]).status_code == 404
    sizes = {segment["id"]: segment["segment_emails_count"] for segment in owner.segments()}
    assert (sizes[own_india], sizes[manual]) == (IN_INDIA - 1, 0)


def test_an_exclusion_outlives_its_contact(owner: Person, own_type: int, own_india: int) -> None:
    member = owner.recipients(own_india)[0]
    owner.delete_recipient(member["id"])
    owner.tamis("contact", "delete", member["email"], "--type", str(own_type))
    import_sakila(owner, own_type)
    assert member["email"] not in owner.addresses(own_india)
    assert owner.add(own_india, member["email"].lower()).status_code == 200
    assert owner.recipient(own_india, member["email"])["id"] != member["id"]  # it is another contact now


@pytest.mark.parametrize("known", [False, True])
def test_a_contact_added_and_then_deleted_is_not_selected_by_the_rule_again(
    owner: Person, colleague: Person, stranger: Person, own_type: int, import_text: Import, known: bool
) -> None:
    segment_id = owner.make_segment(own_type, select_field=["7"], select_operator=["is"], value=["Paris"])
    if known:
        import_text(own_type, "email,city\nada@example.org,London\n")
    assert owner.add(segment_id, "ADA@example.org").status_code == 200
    recipient_id = owner.recipients(segment_id)[0]["id"]
    assert stranger.delete_recipient(recipient_id).status_code == 404
    assert colleague.delete_recipient(recipient_id).status_code == 200
    assert owner.delete_recipient(recipient_id).status_code == 404
    import_text(own_type, "email,city\nada@example.org,Paris\nbob@example.org,Paris\n")
    assert owner.addresses(segment_id) == ["bob@example.org"]
    assert owner.segment(segment_id)["segment_emails_count"] == 1
    reported = owner.tamis("segment", "explain", str(segment_id), "Ada@Example.org")
    assert (reported["in_segment"], reported["because"], reported["rule"]["holds"]) == (False, "removed by hand", True)

    assert stranger.add(segment_id, "ada@example.org").status_code == 404
    assert owner.addresses(segment_id) == ["bob@example.org"]
    assert colleague.add(segment_id, "ada@example.ORG").status_code == 200
    assert set(owner.addresses(segment_id)) == {"ada@example.org", "bob@example.org"}
    assert owner.segment(segment_id)["segment_emails_count"] == 2


def test_an_excluded_external_recipient_is_explained_with_its_time(owner: Person, own_type: int) -> None:
    segment_id = owner.make_segment(own_type)
    owner.add(segment_id, "ada@example.org")
    owner.delete_recipient(owner.recipients(segment_id)[0]["id"])
    reported = owner.tamis("segment", "explain", str(segment_id), "ADA@example.org")
    assert (reported["in_segment"], reported["because"], reported["contact_id"]) == (False, "removed by hand", None)
    assert reported["since"]


def test_external_recipients_are_selected_by_rules_that_name_the_segment(
    owner: Person, colleague: Person, stranger: Person, own_type: int, import_text: Import
) -> None:
    import_text(own_type, "email,country\nbob@example.org,US\n")
    small, other = owner.make_segment(own_type), owner.make_segment(own_type)
    inside = f"is in segment {small}"
    create = ("--type", str(own_type), "--where")
    middle = owner.tamis("segment", "create", fresh("Middle"), *create, inside)["id"]
    large = owner.tamis(
        "segment", "create", fresh("Large"), *create, f'is in segment {middle} and country is not "US"'
    )["id"]
    assert stranger.add(small, "ada@example.org").status_code == 404
    assert colleague.add(small, "Ada@Example.org", "Ada", "Byron").status_code == 200
    for segment_id in (small, middle, large):
        assert owner.addresses(segment_id) == ["Ada@Example.org"]
        assert owner.segment(segment_id)["segment_emails_count"] == 1
    rows = [owner.recipients(segment_id)[0] for segment_id in (small, middle, large)]
    assert len({row["id"] for row in rows}) == 3
    assert {(row["contact_id"], row["fullname"], row["country"]) for row in rows} == {(None, "Ada Byron", None)}
    assert owner.tamis("segment", "count", *create, inside)["count"] == 1
    assert owner.tamis("segment", "count", *create, f"is not in segment {small}")["count"] == 1
    assert owner.tamis("segment", "count", *create, f"is not in segment {other}")["count"] == 1
    reported = owner.tamis("segment", "explain", str(large), "ADA@example.org")
    assert (reported["in_segment"], reported["because"], reported["contact_id"], reported["rule"]["holds"]) == (
        True,
        "rule",
        None,
        True,
    )
    assert owner.add(middle, "ada@example.org").status_code == 422

    assert stranger.delete_recipient(rows[1]["id"]).status_code == 404
    assert colleague.delete_recipient(rows[1]["id"]).status_code == 200
    assert [len(owner.recipients(segment_id)) for segment_id in (small, middle, large)] == [1, 0, 0]
    assert owner.add(middle, "ada@example.org").status_code == 200
    assert owner.recipients(middle)[0]["id"] == rows[1]["id"]
    assert owner.delete_recipient(rows[0]["id"]).status_code == 200
    assert [owner.recipients(segment_id) for segment_id in (small, middle, large)] == [[], [], []]
