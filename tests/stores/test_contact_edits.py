"""Contacts created and edited manually: what is refused, what changes, and what an import can still undo."""

from pathlib import Path
from typing import Any

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contact_edits import create_contact, edit_contact
from tamis.actions.contacts.contacts import delete_contact, show_contact
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.jobs.jobs import list_imports
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.history import contact_history
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import Contact
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.segments.segments import Segment, recipient_id_of_contact
from tamis.domain.values.fields import Kind
from tamis.rules.syntaxes.text import from_text


class People:
    """Edits of the contacts of one type."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
        self.type = services.write(create_type, self.account, "People")
        services.write(create_field, self.type, "Age", Kind.NUMBER)
        services.write(create_field, self.type, "Tags", Kind.CHOICES, ("Red", "Blue"))
        services.write(create_field, self.type, "Seen", Kind.DATETIME)
        self.grown = self.segment("Grown up", "age >= 18")

    def segment(self, name: str, rule: str) -> Segment:
        return self.services.write(create_segment, self.account, self.type, name, from_text(rule))

    def create(self, email: str, **texts: str) -> Contact:
        return self.services.write(create_contact, self.account, self.type, {"email": email, **texts})

    def edit(self, contact: Contact, seen: dict[str, str] | None = None, **texts: str) -> Contact:
        return self.services.write(edit_contact, self.account, self.type, contact.id, texts, seen)

    def shown(self, email: str) -> Any:
        db = self.services.records.reader()
        return show_contact(db, self.services.clock(), self.account, self.type, email)

    def add(self, segment: Segment, address: str) -> None:
        email = parse_email(address)
        assert email
        self.services.write(add_recipient, self.account, segment.id, email, "By", "Hand")

    def members(self, segment: Segment) -> list[int]:
        return [id_ for id_, _ in recipient_page(self.services, self.account.id, segment.id, 0, 100)]


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


def test_an_email_is_cleaned_as_in_a_file(people: People) -> None:
    assert people.create("Ann <ann@example.org>").email == "ann@example.org"
    with pytest.raises(Invalid) as refused:
        people.create("\u200bann@example.org")
    assert "already belongs to another contact" in _problems(refused)["email"]


def _problems(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.path: str(problem) for problem in error.value.problems}


def test_a_contact_is_created_with_values_and_segments_are_updated(people: People) -> None:
    assert people.members(people.grown) == []
    made = people.create(" Ann@Example.org ", first_name="Ann", age="34", tags="blue; red", seen="2024-02-29 14:30")
    assert made.email == "Ann@Example.org"
    fields = people.shown("ann@example.org").fields
    assert [made.value_of(fields.by_key[key]) for key in ("age", "tags")] == [34.0, ("Red", "Blue")]
    assert str(made.value_of(fields.by_key["seen"])) == "2024-02-29 08:30:00+00:00"
    assert people.members(people.grown) == [recipient_id_of_contact(people.grown.id, made.id)]
    history = contact_history(people.services, people.account.id, people.type.id, made.id, "ann@example.org")
    assert [(change.delta, change.cause) for change in history] == [(1, "contact changed")]


def test_all_errors_are_reported_at_once_and_nothing_is_stored(people: People) -> None:
    people.create("ann@example.org")
    with pytest.raises(Invalid) as error:
        people.create("ANN@example.org", age="old", tags="Green", nickname="A", created_at="2024-01-01", city="\x00")
    assert _problems(error).keys() == {"email", "age", "tags", "nickname", "created_at", "city"}
    assert "another contact" in _problems(error)["email"]
    with pytest.raises(Invalid) as error:
        people.create("", age="5")
    assert _problems(error) == {"email": "must not be blank"}
    for address in ("ann", "ann@", "a@" + "b" * 300 + ".org"):
        with pytest.raises(Invalid, match="must be an email"):
            people.create(address)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,50", 1234.5), ("1,234.50", 1234.5), ("12,5", 12.5), ("1.234", 1.234), ("1 234", 1234.0), ("-3", -3.0)],
)
def test_numbers_are_accepted_in_local_notation(people: People, text: str, number: float) -> None:
    ann = people.create("ann@example.org", age=text)
    assert list(ann.values.values()) == [number]
    with pytest.raises(Invalid, match=r"could be 1234 or 1\.234: write it without a comma"):
        people.edit(ann, age="1,234")
    with pytest.raises(Invalid, match="must be a number such as"):
        people.edit(ann, age="12 €")


def test_an_edit_changes_only_the_given_values_and_updates_segments(people: People) -> None:
    assert people.members(people.grown) == []
    made = people.create("ann@example.org", age="34", city="Dhaka", tags="Red")
    edited = people.edit(made, age="17", tags="")
    fields = people.shown("ann@example.org").fields
    assert [edited.value_of(fields.by_key[key]) for key in ("age", "tags", "city")] == [17.0, None, "Dhaka"]
    assert edited.updated_at > made.updated_at
    assert edited.created_at == made.created_at
    assert people.members(people.grown) == []
    assert people.edit(edited, age="17.0") == edited, "what changes nothing leaves no trace"
    with pytest.raises(Invalid) as error:
        people.edit(edited, age="x", email="y", city="Berlin")
    assert _problems(error).keys() == {"age", "email"}
    assert people.shown("ann@example.org").contact == edited
    people.services.write(delete_contact, people.account, people.type, "ann@example.org")
    with pytest.raises(NotFound):
        people.edit(edited, city="Berlin")


def test_a_concurrent_edit_is_not_overwritten(people: People) -> None:
    made = people.create("ann@example.org", age="34", city="Dhaka")
    people.edit(made, {"city": "Dhaka"}, city="Berlin")
    with pytest.raises(Refused, match='City was changed in the meantime and is now "Berlin"'):
        people.edit(made, {"city": "Dhaka"}, city="Paris")
    people.edit(made, {"age": "34"}, age="35")  # of what was not touched there is nothing to tell
    people.edit(made, {"age": "35"}, age="")
    with pytest.raises(Refused, match="Age was changed in the meantime and is now blank"):
        people.edit(made, {"age": "35"}, age="36")
    assert (
        people.shown("ann@example.org").contact.value_of(people.shown("ann@example.org").fields.by_key["age"]) is None
    )


def test_an_email_can_be_changed_to_an_unused_one(people: People) -> None:
    ann, bob = people.create("ann@example.org", age="40"), people.create("bob@example.org")
    assert people.edit(ann, email="ANN@example.org").email == "ANN@example.org"
    with pytest.raises(Invalid, match="another contact"):
        people.edit(bob, email="Ann@Example.org")
    people.services.write(forget_email, people.account, people.type, "cid@example.org")
    with pytest.raises(Invalid, match="was forgotten"):
        people.edit(bob, email="CID@example.org")
    people.edit(ann, email="dee@example.org")
    assert people.edit(bob, email="ann@example.org").email == "ann@example.org"
    assert people.shown("dee@example.org").contact.id == ann.id
    assert people.members(people.grown) == [recipient_id_of_contact(people.grown.id, ann.id)]


def test_manual_overrides_move_to_the_new_email(people: People) -> None:
    letters, news = people.segment("Letters", "age > 90"), people.segment("News", "age > 30")
    people.add(letters, "ann@example.org")
    ann = people.create("ann@example.org", age="40")
    people.services.write(delete_recipient, people.account, recipient_id_of_contact(people.grown.id, ann.id))
    people.add(news, "new@example.org")
    letter = people.members(letters)
    assert len(people.members(news)) == 2
    people.edit(ann, email="new@example.org")
    assert people.members(letters) == letter, "the number of a recipient stays"
    assert len(people.members(news)) == 1, "an address stands once in a segment"
    assert people.members(people.grown) == []
    shown = people.shown("new@example.org")
    assert {segment.name for segment in shown.segments} == {"Letters", "News"}
    assert people.create("ann@example.org").email == "ann@example.org"
    assert people.shown("ann@example.org").segments == ()


def test_undoing_an_import_keeps_manual_edits(people: People, tmp_path: Path) -> None:
    people.create("ann@example.org", age="1")
    people.create("bob@example.org", age="1")
    path = tmp_path / "people.csv"
    path.write_text("email,age\nann@example.org,2\nbob@example.org,2\ncid@example.org,2\ndee@example.org,2\n")
    import_file(people.services, people.account, people.type, path, ImportOptions())
    for address in ("ann", "cid"):
        people.edit(people.shown(f"{address}@example.org").contact, email=f"{address}@example.net")
    report = undo_import(people.services, people.account, list_imports(people.services, people.account, 1)[0].job.id)
    assert (report.deleted, report.restored, report.touched) == (1, 1, 2)
    fields = people.shown("bob@example.org").fields
    ages = [people.shown(a).contact.value_of(fields.by_key["age"]) for a in ("ann@example.net", "bob@example.org")]
    assert ages == [2.0, 1.0]
    assert people.shown("cid@example.net").contact
    assert set(report.touched_emails) == {"ann@example.net", "cid@example.net"}
