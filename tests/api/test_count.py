"""segment_emails_count is the number of rows that segment/email/list returns at the same time."""

from tests.api.conftest import Import
from tests.support.users import Person


def test_the_count_equals_the_number_of_rows_at_every_step(owner: Person, own_type: int, import_text: Import) -> None:
    segment_id = owner.make_segment(own_type, select_field=["7"], select_operator=["is"], value=["Paris"])

    def check(expected: int) -> None:
        assert owner.segment(segment_id)["segment_emails_count"] == expected
        assert len(owner.recipients(segment_id)) == expected

    check(0)
    import_text(own_type, "email,city\na@example.org,Paris\nb@example.org,Paris\nc@example.org,London\n")
    check(2)
    owner.add(segment_id, "guest@example.org")
    check(3)
    owner.add(segment_id, "guest@example.org")
    check(3)
    owner.add(segment_id, "c@example.org")
    check(4)
    owner.delete_recipient(owner.recipient(segment_id, "a@example.org")["id"])
    check(3)
    import_text(own_type, "email,city\nguest@example.org,Paris\nb@example.org,London\nd@example.org,Paris\n")
    check(3)
    owner.add(segment_id, "a@example.org")
    check(4)
    owner.tamis("contact", "delete", "d@example.org", "--type", str(own_type))
    check(3)
    owner.delete_recipient(owner.recipient(segment_id, "guest@example.org")["id"])
    check(2)
    owner.delete_recipient(owner.recipient(segment_id, "c@example.org")["id"])
    check(1)
    owner.delete_recipient(owner.recipient(segment_id, "a@example.org")["id"])
    check(0)


def test_the_command_line_shows_the_same_count(owner: Person, india: int) -> None:
    owner.add(india, "guest@example.org")
    assert owner.tamis("segment", "show", str(india))["count"] == 61
    assert owner.tamis("segment", "members", str(india))["members"] == owner.recipients(india)
