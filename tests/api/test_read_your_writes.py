"""§ Fresh: a read never answers from a state older than the last acknowledged write, of whichever process."""

from pathlib import Path

from tests.api.conftest import Import
from tests.support.sakila import HEADER, IN_INDIA, import_sakila, line_of
from tests.support.users import Person


def test_a_contact_changed_by_an_import_in_another_process_counts_at_once(
    owner: Person, own_type: int, tmp_path: Path
) -> None:
    assert import_sakila(owner, own_type)["created"] == 599
    segment_id = owner.make_segment(own_type, select_field=["5"], select_operator=["is"], value=["India"])
    assert owner.segment(segment_id)["segment_emails_count"] == IN_INDIA
    file = tmp_path / "moved.csv"
    for step, (country, count) in enumerate([("India", IN_INDIA + 1), ("Japan", IN_INDIA), ("INDIA", IN_INDIA + 1)]):
        file.write_text(f"{HEADER}\n{line_of(1).replace('Japan', country)}\n", encoding="utf-8")
        report = import_sakila(owner, own_type, file)
        assert report["updated"] == 1, step
        assert owner.segment(segment_id)["segment_emails_count"] == count
        assert len(owner.recipients(segment_id)) == count


def test_every_write_is_seen_by_the_next_read(owner: Person, colleague: Person, empty: int) -> None:
    for number in range(30):
        address = f"next{number}@example.org"
        owner.add(empty, address)
        assert colleague.segment(empty)["segment_emails_count"] == number + 1
        assert colleague.addresses(empty)[-1] == address


def test_a_field_created_by_another_process_can_be_used_at_once(
    owner: Person, own_type: int, import_text: Import
) -> None:
    made = owner.tamis("field", "create", "Plan", "--type", str(own_type), "--kind", "text")
    segment_id = owner.make_segment(own_type, select_field=[made["id"]], select_operator=["is"], value=["pro"])
    import_text(own_type, "email,Plan\nada@example.org,Pro\nbob@example.org,free\n")
    assert owner.addresses(segment_id) == ["ada@example.org"]
