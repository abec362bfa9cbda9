"""The audit log has an entry for each change that an action makes, with the actor that makes it."""

from dataclasses import replace

import pytest

from tamis.actions.accounts.accounts import set_date_order, set_timezone
from tamis.actions.accounts.keys import create_key_pair, rename_key_pair, revoke_key_pair
from tamis.actions.accounts.passwords import set_password
from tamis.actions.audit import list_entries
from tamis.actions.contacts.contact_edits import create_contact, edit_contact
from tamis.actions.contacts.contact_removal import remove_contact
from tamis.actions.contacts.forgotten_emails import allow_email, forget_email
from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field, delete_field, reorder_field
from tamis.actions.fields.types import create_type, delete_type, rename_type
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.segments.overrides import undo_exclusion
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.rule_syntax import from_text
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, duplicate_segment, edit_segment
from tamis.domain.accounts.actors import SERVER, Actor, ActorKind
from tamis.domain.accounts.audit import AuditAction, AuditEntry, Subject
from tamis.domain.accounts.users import User
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Refused
from tamis.domain.segments.segments import recipient_id_of_contact
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tests.imports.conftest import Workspace

ANN = Actor(ActorKind.PERSON, "1", "owner@example.org", "192.0.2.7")


@pytest.fixture
def acting(workspace: Workspace) -> Workspace:
    """A workspace in which a person makes all changes."""
    workspace.services = workspace.services.acting_as(ANN)
    return workspace


def entries(workspace: Workspace) -> list[AuditEntry]:
    """Return the entries since the workspace was made, oldest first."""
    found = list_entries(workspace.services.records.reader(), workspace.account, 1_000)
    return list(reversed(found))[3:]


def logged(workspace: Workspace) -> list[tuple[AuditAction, str, dict[str, object]]]:
    """Return action, name of the subject and details of each entry; all of them must be of the person."""
    found = entries(workspace)
    assert {entry.actor for entry in found} == {ANN}
    return [(entry.action, entry.subject.name, dict(entry.details)) for entry in found]


def test_changes_of_the_account_and_its_keys(acting: Workspace) -> None:
    write, account = acting.services.write, acting.account
    write(set_timezone, account, "Europe/Berlin")
    write(set_timezone, replace(account, timezone="Europe/Berlin"), "Europe/Berlin")  # changes nothing
    write(set_date_order, account, DateOrder.DMY)
    write(set_password, User(1, account.email), "a hash")
    pair = write(create_key_pair, account, "Shop")
    write(rename_key_pair, account, pair.public_key, "Store")
    write(revoke_key_pair, account, pair.public_key)
    assert logged(acting) == [
        (
            AuditAction.ACCOUNT_CHANGED,
            account.email,
            {"previous_time_zone": "Asia/Dhaka", "time_zone": "Europe/Berlin"},
        ),
        (AuditAction.ACCOUNT_CHANGED, account.email, {"previous_date_order": "ask", "date_order": "dmy"}),
        (AuditAction.PASSWORD_CHANGED, account.email, {}),
        (AuditAction.KEY_CREATED, "Shop", {"scope": "admin", "expires_at": None}),
        (AuditAction.KEY_RENAMED, "Store", {"previous_name": "Shop"}),
        (AuditAction.KEY_REVOKED, "Store", {}),
    ]


def test_changes_of_types_and_fields(acting: Workspace) -> None:
    write, account = acting.services.write, acting.account
    made = write(create_type, account, "Customers")
    made = write(rename_type, account, made, "Clients")
    write(rename_type, account, made, "Clients")
    field = write(create_field, made, "Plan", Kind.CHOICE, ["Free", "Gold"])
    other = write(create_field, made, "Age", Kind.NUMBER)
    edit = FieldEdit(
        name="Level",
        add_options=["Silver", "Bronze"],
        delete_options=["Free"],
        rename_options=[("Gold", "Golden")],
    )
    write(edit_field, account, made, str(field.id), edit)
    write(edit_field, account, made, str(field.id), FieldEdit())
    write(edit_field, account, made, str(other.id), FieldEdit(kind=Kind.TEXT))
    write(reorder_field, made, str(other.id), str(field.id))
    write(delete_field, made, str(field.id))
    write(delete_type, made)
    at = {"contact_type": made.id}
    assert logged(acting) == [
        (AuditAction.CONTACT_TYPE_CREATED, "Customers", {}),
        (AuditAction.CONTACT_TYPE_RENAMED, "Clients", {"previous_name": "Customers"}),
        (AuditAction.FIELD_CREATED, "Plan", {**at, "kind": "choice"}),
        (AuditAction.FIELD_CREATED, "Age", {**at, "kind": "number"}),
        (
            AuditAction.FIELD_CHANGED,
            "Level",
            {**at, "previous_name": "Plan", "options_added": 2, "options_deleted": 1, "options_renamed": 1},
        ),
        (AuditAction.FIELD_CHANGED, "Age", {**at, "kind": "text", "previous_kind": "number"}),
        (AuditAction.FIELD_CHANGED, "Age", {**at, "moved": True}),
        (AuditAction.FIELD_DELETED, "Level", at),
        (AuditAction.CONTACT_TYPE_DELETED, "Clients", {}),
    ]


def test_changes_of_segments_and_their_members(acting: Workspace) -> None:
    write, account = acting.services.write, acting.account
    write(create_contact, account, acting.type, {"email": "bob@example.org", "first_name": "Bob"})
    segment = write(create_segment, account, acting.type, "Bobs", from_text('first_name = "Bob"'))
    write(edit_segment, account, segment.id, SegmentEdit(name="Roberts"))
    write(edit_segment, account, segment.id, SegmentEdit(name="Roberts"))
    write(edit_segment, account, segment.id, SegmentEdit(draft=from_text('first_name = "Rob"'), description="All"))
    write(edit_segment, account, segment.id, SegmentEdit(draft=from_text('first_name = "Bob"')))
    copy = write(duplicate_segment, account, segment.id)
    email = parse_email("cid@example.org")
    assert email
    write(add_recipient, account, segment.id, email, "Cid", "")
    write(delete_recipient, account, recipient_id_of_contact(segment.id, 1))
    write(undo_exclusion, account, segment.id, 1)
    write(delete_segment, account, copy.id)
    second = {"rule_changed": True, "previous_version": 1, "version": 2}
    assert logged(acting) == [
        (AuditAction.SEGMENT_CREATED, "Bobs", {}),
        (AuditAction.SEGMENT_CHANGED, "Roberts", {"previous_name": "Bobs"}),
        (AuditAction.SEGMENT_CHANGED, "Roberts", {**second, "description_changed": True}),
        (AuditAction.SEGMENT_CHANGED, "Roberts", {"rule_changed": True, "previous_version": 2, "version": 3}),
        (AuditAction.SEGMENT_CREATED, "Copy of Roberts", {"copy_of": segment.id}),
        (AuditAction.MEMBER_ADDED, "Roberts", {"contact": None}),
        (AuditAction.MEMBER_EXCLUDED, "Roberts", {"recipient": recipient_id_of_contact(segment.id, 1)}),
        (AuditAction.MEMBER_RESTORED, "Roberts", {"contact": 1}),
        (AuditAction.SEGMENT_DELETED, "Copy of Roberts", {}),
    ]


def test_contacts_are_recorded_by_their_id_and_only_when_they_are_deleted(acting: Workspace) -> None:
    write, account = acting.services.write, acting.account
    for name in ("ann", "bob"):
        write(create_contact, account, acting.type, {"email": f"{name}@example.org"})
    write(edit_contact, account, acting.type, 1, {"first_name": "Ann"})
    remove_contact(acting.services, account, acting.type, 1, forget=False)
    remove_contact(acting.services, account, acting.type, 2, forget=True)
    write(forget_email, account, acting.type, "nobody@example.org")
    write(allow_email, account, acting.type, "nobody@example.org")
    people = Subject("contact_type", acting.type.id, "People")
    assert [(entry.action, entry.subject) for entry in entries(acting)] == [
        (AuditAction.CONTACT_DELETED, Subject("contact", 1)),
        (AuditAction.CONTACT_FORGOTTEN, Subject("contact", 2)),
        (AuditAction.CONTACT_FORGOTTEN, people),
        (AuditAction.EMAIL_ALLOWED, people),
    ]
    assert "example.org" not in str([(entry.subject, entry.details) for entry in entries(acting)])


def test_imports_their_fields_and_their_undoing(acting: Workspace) -> None:
    acting.take("email,Score\nann@example.org,1\nbob@example.org,2\nnobody,3\n")
    undo_import(acting.services, acting.account, 1)
    at = {"contact_type": acting.type.id}
    counts = {"created": 2, "updated": 0, "unchanged": 0, "repeated": 0, "rejected": 1}
    logged_imports = [(action, name.rpartition("/")[2], details) for action, name, details in logged(acting)]
    assert sorted(logged_imports, key=lambda each: each[0]) == [
        (AuditAction.FIELD_CREATED, "Score", {**at, "kind": "number"}),
        (AuditAction.IMPORT_FINISHED, "people.csv", {**at, **counts}),
        (AuditAction.IMPORT_STARTED, "people.csv", at),
        (AuditAction.IMPORT_UNDONE, "people.csv", {**at, "deleted": 2, "restored": 0, "touched": 0}),
    ]


def test_what_is_rolled_back_is_not_recorded(acting: Workspace) -> None:
    def fail_after(*_: object) -> None:
        raise Refused("no_file_chosen")

    with pytest.raises(Refused):
        acting.services.write(lambda db, now: fail_after(create_type(db, now, acting.account, "Gone"), rename_type))
    assert entries(acting) == []


def test_the_server_is_the_actor_of_what_nobody_else_does(workspace: Workspace) -> None:
    workspace.services.write(create_type, workspace.account, "Customers")
    (entry,) = entries(workspace)
    assert entry.actor == SERVER
