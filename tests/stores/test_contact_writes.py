"""Contacts that programs put, patch, delete and send in batches: what is stored, and what is refused."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from tamis.actions.contacts.contact_batches import ItemResult, parse_batch, write_batch
from tamis.actions.contacts.contact_writes import (
    WrittenContact,
    contact_tag,
    patch_contact,
    put_contact,
    remove_contact_of_email,
)
from tamis.actions.contacts.forgotten_emails import allow_email
from tamis.actions.contacts.stated_values import StatedContact
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid, NotFound, Outdated
from tamis.domain.preconditions import Precondition
from tamis.domain.values.fields import Kind
from tamis.records.change_log import last_change
from tamis.records.handles import connection_of
from tests.stores.workspace import Workspace, new_workspace
from tests.support.effort import examples

KEYS = ("first_name", "score", "tags")


class Program:
    """A program that writes the contacts of one type."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.workspace: Workspace = new_workspace(services)
        self.account, self.type_id = self.workspace.account, self.workspace.type.id
        self.workspace.field("Score", Kind.NUMBER)
        self.workspace.field("Tags", Kind.CHOICES, "Red", "Blue")

    def put(self, email: str, stated: str | None = None, /, **fields: Any) -> WrittenContact:
        return self._write(put_contact, email, StatedContact(fields, stated))

    def patch(self, email: str, stated: str | None = None, /, **fields: Any) -> WrittenContact:
        return self._write(patch_contact, email, StatedContact(fields, stated))

    def delete(self, email: str, **options: Any) -> WrittenContact:
        return self._write(remove_contact_of_email, email, **options)

    def batch(self, *items: Any) -> list[ItemResult]:
        parsed = parse_batch(self.services.records.reader(), self.account, self.type_id, items)
        return self.services.write(write_batch, self.account, self.type_id, parsed)

    def stored(self) -> dict[str, dict[str, Any]]:
        """Return address and values of all contacts, by key of the email."""
        db = connection_of(self.services.records.reader())
        query = "SELECT email_key, email FROM contacts WHERE contact_type_id = ?"
        rows: list[Any] = db.execute(query, (self.type_id,)).fetchall()
        values = {key: self.workspace.values(key) for key in KEYS}
        return {
            key: {"email": email}
            | {name: of[local] for name, of in values.items() if (local := email.split("@")[0]) in of}
            for key, email in rows
        }

    def _write(self, action: Callable[..., WrittenContact], *arguments: Any, **options: Any) -> WrittenContact:
        return self.services.write(action, self.account, self.type_id, *arguments, **options)


@pytest.fixture
def program(services: Services) -> Program:
    return Program(services)


def contact_of(written: WrittenContact) -> Contact:
    assert written.contact
    return written.contact


def problems_of(error: "pytest.ExceptionInfo[Invalid]") -> set[tuple[str, str]]:
    return {(problem.path, problem.code) for problem in error.value.problems}


def test_put_creates_and_then_replaces_all_values(program: Program) -> None:
    created = program.put("Ann@Example.org", first_name="Ann", score=3)
    assert (created.outcome, contact_of(created).email) == ("created", "Ann@Example.org")
    replaced = program.put("ann@example.org", score=4)
    assert (replaced.outcome, contact_of(replaced).id) == ("updated", contact_of(created).id)
    assert program.stored() == {"ann@example.org": {"email": "Ann@Example.org", "score": 4.0}}


def test_patch_changes_what_is_stated_and_null_clears(program: Program) -> None:
    program.put("ann@example.org", first_name="Ann", score=3, tags=["Red"])
    patched = program.patch("ANN@example.org", score=None, tags=["blue", "red"])
    assert patched.outcome == "updated"
    assert program.stored() == {
        "ann@example.org": {"email": "ann@example.org", "first_name": "Ann", "tags": ("Red", "Blue")}
    }


def test_what_changes_nothing_writes_nothing(program: Program) -> None:
    program.put("ann@example.org", first_name="Ann", score=3)
    before, change = contact_of(program.patch("ann@example.org")), last_change(program.services.records.reader())
    for again in (
        program.put("ANN@example.org", first_name=" Ann ", score=3.0),
        program.patch("ann@example.org", score=3, tags=[]),
        program.patch("ann@example.org", "ann@example.org"),
    ):
        assert (again.outcome, again.change, contact_of(again)) == ("unchanged", change, before)
    assert [r.status for r in program.batch({"email": "ann@example.org", "fields": {"score": 3}})] == ["unchanged"]
    assert last_change(program.services.records.reader()) == change


def test_everything_wrong_is_named_at_once(program: Program) -> None:
    with pytest.raises(Invalid) as refused:
        program.put("no email", score="3", tags=["Green"], nope=1, created_at=None, email="ann@example.org")
    assert problems_of(refused) == {
        ("email", "email_not_read"),
        ("fields.score", "value_of_wrong_type"),
        ("fields.tags", "options_not_known"),
        ("fields.nope", "field_key_unknown"),
        ("fields.created_at", "field_written_by_tamis"),
        ("fields.email", "email_among_fields"),
    }
    assert program.stored() == {}


def test_patch_and_delete_need_a_contact(program: Program) -> None:
    with pytest.raises(NotFound):
        program.patch("ann@example.org", score=1)
    with pytest.raises(NotFound):
        program.delete("ann@example.org")


def test_patch_may_change_the_email_and_put_only_its_spelling(program: Program) -> None:
    program.put("ann@example.org", score=1)
    program.put("bob@example.org", score=2)
    with pytest.raises(Invalid) as refused:
        program.patch("ann@example.org", "BOB@example.org")
    assert problems_of(refused) == {("email", "email_of_another_contact")}
    with pytest.raises(Invalid) as refused:
        program.put("ann@example.org", "zoe@example.org")
    assert problems_of(refused) == {("email", "email_differs_from_path")}
    assert program.put("ann@example.org", "Ann@example.org", score=1).outcome == "updated"
    program.patch("ann@example.org", "zoe@example.org")
    assert set(program.stored()) == {"zoe@example.org", "bob@example.org"}


def test_forgotten_emails_are_refused_everywhere(program: Program) -> None:
    program.put("ann@example.org")
    program.put("bob@example.org")
    assert program.delete("Ann@example.org", forget=True).outcome == "deleted"
    assert program.delete("zoe@example.org", forget=True).contact is None
    writes: list[Callable[[], WrittenContact]] = [
        lambda: program.put("ann@example.org"),
        lambda: program.patch("bob@example.org", "zoe@example.org"),
    ]
    for write in writes:
        with pytest.raises(Invalid) as refused:
            write()
        assert problems_of(refused) == {("email", "email_was_forgotten")}
    results = program.batch({"email": "ann@example.org"}, {"email": "bob@example.org", "fields": {"score": 1}})
    assert [r.status for r in results] == ["rejected", "updated"]
    program.services.write(allow_email, program.account, program.workspace.type, "ann@example.org")
    assert program.put("ann@example.org").outcome == "created"


def test_a_precondition_is_checked_in_the_transaction(program: Program) -> None:
    first = program.put("ann@example.org", score=1)
    seen = Precondition(match=frozenset({contact_tag(contact_of(first), first.fields)}))
    program._write(patch_contact, "ann@example.org", StatedContact({"score": 2}), seen)
    for action in (put_contact, patch_contact):
        with pytest.raises(Outdated):
            program._write(action, "ann@example.org", StatedContact({"score": 3}), seen)
    with pytest.raises(Outdated):
        program._write(remove_contact_of_email, "ann@example.org", seen)
    with pytest.raises(Outdated):
        program._write(put_contact, "bob@example.org", StatedContact({}), Precondition(match=frozenset("*")))
    with pytest.raises(Outdated):
        program._write(put_contact, "ann@example.org", StatedContact({}), Precondition(none_match=frozenset("*")))
    assert program.stored() == {"ann@example.org": {"email": "ann@example.org", "score": 2.0}}


def test_the_good_items_of_a_batch_are_stored_and_the_others_say_why(program: Program) -> None:
    results = program.batch(
        {"email": "ann@example.org", "fields": {"score": 1}},
        {"email": "bob@example.org", "fields": {"score": "1"}, "more": 1},
        {"fields": []},
        7,
        {"email": "ANN@example.org", "fields": {"score": None, "first_name": "Ann"}},
        {"email": "ANN@example.org", "fields": {"first_name": "Ann"}},
        {"email": "zoe@example.org", "fields": {"score": None}},
    )
    assert [result.status for result in results] == [
        "created", "rejected", "rejected", "rejected", "updated", "unchanged", "created",
    ]  # fmt: skip
    assert [[(problem.path, problem.code) for problem in result.problems] for result in results[1:4]] == [
        [("more", "key_of_item_unknown"), ("fields.score", "value_of_wrong_type")],
        [("fields", "value_of_wrong_type"), ("email", "item_without_email")],
        [("", "value_of_wrong_type")],
    ]
    assert program.stored() == {
        "ann@example.org": {"email": "ANN@example.org", "first_name": "Ann"},
        "zoe@example.org": {"email": "zoe@example.org"},
    }


def test_a_batch_parsed_before_a_field_changed_is_parsed_again(program: Program) -> None:
    item = {"email": "ann@example.org", "fields": {"tags": ["Green"]}}
    parsed = parse_batch(program.services.records.reader(), program.account, program.type_id, [item])
    program.workspace.edit("tags", add_options=("Green",))
    results = program.services.write(write_batch, program.account, program.type_id, parsed)
    assert [result.status for result in results] == ["created"]


def test_another_account_cannot_write(program: Program) -> None:
    stranger = new_workspace(program.services).account
    for action in (put_contact, patch_contact):
        with pytest.raises(NotFound):
            program.services.write(action, stranger, program.type_id, "ann@example.org", StatedContact({}))
    with pytest.raises(NotFound):
        program.services.write(remove_contact_of_email, stranger, program.type_id, "ann@example.org")
    with pytest.raises(NotFound):
        parse_batch(program.services.records.reader(), stranger, program.type_id, [])


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ann", "ann", "", None, 'say "hi":null']),
        "score": st.sampled_from([1, 1.0, 2.5, None]),
        "tags": st.sampled_from([["Red"], ["blue", "Red"], [], None]),
    },
)
EMAILS = st.sampled_from(["a@example.org", "A@example.org", "b@example.org", "c@example.org"])
STEPS: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.just("put"), EMAILS, VALUES),
    st.tuples(st.just("patch"), EMAILS, VALUES),
    st.tuples(st.just("delete"), EMAILS, st.just({})),
    st.tuples(st.just("batch"), st.lists(st.tuples(EMAILS, VALUES), max_size=6), st.just({})),
)
STORED: dict[str, Callable[[Any], Any]] = {
    "first_name": lambda text: text or None,
    "score": lambda number: number and float(number),
    "tags": lambda tags: tuple(o for o in ("Red", "Blue") if {o, o.lower()} & set(tags or ())) or None,
}


def changed(present: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """Return values after a change, as plainly as possible."""
    after = present | {key: STORED[key](value) for key, value in stated.items()}
    return {key: value for key, value in after.items() if value is not None}


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=8))
def test_any_sequence_of_writes_equals_the_model(services: Services, steps: list[Any]) -> None:
    program, model = Program(services), dict[str, dict[str, Any]]()

    def expect(email: str, after: dict[str, Any]) -> str:
        before, model[email.lower()] = model.get(email.lower()), after
        return "created" if before is None else "unchanged" if before == after else "updated"

    for kind, subject, stated in steps:
        if kind == "put":
            address = model.get(subject.lower(), {"email": subject})["email"]
            assert program.put(subject, **stated).outcome == expect(subject, {"email": address} | changed({}, stated))
        elif kind == "batch":
            outcomes = program.batch(*({"email": email, "fields": fields} for email, fields in subject))
            assert [outcome.status for outcome in outcomes] == [
                expect(email, changed(model.get(email.lower(), {}), fields) | {"email": email})
                for email, fields in subject
            ]
        elif subject.lower() not in model:
            with pytest.raises(NotFound):
                program.patch(subject, **stated) if kind == "patch" else program.delete(subject)
        elif kind == "patch":
            after = {"email": model[subject.lower()]["email"]} | changed(model[subject.lower()], stated)
            assert program.patch(subject, **stated).outcome == expect(subject, after)
        else:
            program.delete(subject)
            del model[subject.lower()]
        assert program.stored() == model
