"""Contact types are renamed and deleted, fields stand in an order; what is looked at of both."""

import pytest

from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.fields import create_field, reorder_field
from tamis.actions.fields.summaries import list_type_summaries, summarize_field, summarize_fields
from tamis.actions.fields.types import create_type, delete_type, find_type, rename_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.segments import create_segment, delete_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.values.fields import RESERVED, Kind
from tamis.records import types
from tamis.records.contacts import NewContact
from tests.stores.workspace import Workspace, new_workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    workspace = new_workspace(services)
    workspace.field("Plan", Kind.CHOICE, "Free", "Pro")
    workspace.field("Likes", Kind.CHOICES, "Music", "Art")
    workspace.field("Age", Kind.NUMBER)
    return workspace


def order(workspace: Workspace) -> list[str]:
    return [field.key for field in workspace.fields.fields if field not in RESERVED]


def test_a_type_is_renamed_unless_the_name_is_taken_or_empty(workspace: Workspace) -> None:
    services, account = workspace.services, workspace.account
    other = services.write(create_type, account, "Donors")
    assert services.write(rename_type, account, workspace.type, " Clients ").name == "Clients"
    assert find_type(services.records.reader(), account, "clients").id == workspace.type.id
    assert services.write(rename_type, account, workspace.type, "CLIENTS").name == "CLIENTS", (
        "its own name is not taken"
    )
    with pytest.raises(Refused, match='there is already a contact type "CLIENTS"'):
        services.write(rename_type, account, other, "clients")
    for name in ("", " ", "a\nb", "x" * 256):
        with pytest.raises(Invalid):
            services.write(rename_type, account, other, name)


def test_only_an_unused_type_is_deleted(workspace: Workspace) -> None:
    services = workspace.services
    workspace.write(ann={"plan": "Pro"})
    pros, all_ = workspace.segment("Pros", 'plan = "Pro"'), workspace.segment("All", "email is not blank")
    with pytest.raises(Refused, match='is used by the segments "Pros" and "All"; delete them first'):
        services.write(delete_type, workspace.type)
    for segment in (pros, all_):
        services.write(delete_segment, workspace.account, segment.id)
    with pytest.raises(Refused, match="still has 1 contact, which must be deleted first"):
        services.write(delete_type, workspace.type)
    services.write(delete_contact, workspace.account, workspace.type, "ann@example.org")
    services.write(delete_type, workspace.type)
    db = services.records.reader()
    assert types.types_of_account(db, workspace.account.id) == []
    for reference in (str(workspace.type.id), workspace.type.name):
        with pytest.raises(NotFound):
            find_type(db, workspace.account, reference)
    assert services.write(create_type, workspace.account, workspace.type.name).id != workspace.type.id, (
        "its name is free"
    )
    assert list_type_summaries(services, workspace.account)[0].contacts == 0


def test_nothing_is_added_to_a_type_that_was_deleted_meanwhile(workspace: Workspace) -> None:
    services, fields = workspace.services, workspace.fields
    services.write(delete_type, workspace.type)
    row = NewContact("eve@example.org", "eve@example.org", encode_values({}))
    with pytest.raises(Refused, match="the contact type was deleted in the meantime"):
        services.write(upsert, workspace.type.id, fields, [row], ())
    with pytest.raises(NotFound, match="was deleted in the meantime"):
        services.write(create_contact, workspace.account, workspace.type, {"email": "eve@example.org"})
    with pytest.raises(NotFound, match="was deleted in the meantime"):
        services.write(create_segment, workspace.account, workspace.type, "All", None)
    with pytest.raises(NotFound, match="was deleted in the meantime"):
        services.write(create_field, workspace.type, "More", Kind.TEXT)
    with pytest.raises(NotFound, match="was deleted in the meantime"):
        services.write(delete_type, workspace.type)


def test_fields_keep_their_chosen_order_with_new_ones_last(workspace: Workspace) -> None:
    services = workspace.services
    assert order(workspace) == ["plan", "likes", "age"]
    services.write(reorder_field, workspace.type, "age", "plan")
    assert order(workspace) == ["age", "plan", "likes"]
    services.write(reorder_field, workspace.type, "Plan", None)
    assert order(workspace) == ["age", "likes", "plan"]
    workspace.field("New", Kind.TEXT)
    assert order(workspace) == ["age", "likes", "plan", "new"]
    services.write(reorder_field, workspace.type, "likes", "likes")
    assert order(workspace) == ["age", "likes", "plan", "new"]
    services.write(reorder_field, workspace.type, "new", "likes")
    workspace.edit("plan", name="Tariff")
    assert order(workspace) == ["age", "new", "likes", "tariff"]
    assert workspace.fields.fields[: len(RESERVED)] == RESERVED


def test_contacts_are_stored_and_counted_alike_whatever_the_order(workspace: Workspace) -> None:
    workspace.write(ann={"plan": "Pro", "age": "30", "likes": "Art"})
    workspace.services.write(reorder_field, workspace.type, "age", "plan")
    workspace.write(bob={"plan": "Pro", "age": "40", "likes": "Music"})
    assert workspace.count('plan = "Pro" and age >= 30 and likes is not blank') == 2


@pytest.mark.parametrize("before", ["email", "nothing", "999999"])
def test_a_field_can_be_moved_only_before_a_custom_field(workspace: Workspace, before: str) -> None:
    with pytest.raises((NotFound, Refused)):
        workspace.services.write(reorder_field, workspace.type, "age", before)
    with pytest.raises((NotFound, Refused)):
        workspace.services.write(reorder_field, workspace.type, before, None)
    assert order(workspace) == ["plan", "likes", "age"]


def test_every_field_has_completeness_and_usage(workspace: Workspace) -> None:
    workspace.write(ann={"plan": "Pro", "likes": "Art; Music"}, bob={"plan": "Free"}, cat={"plan": "Pro"}, dan={})
    pros = workspace.segment("Pros", 'plan = "Pro" or (age > 3 and country = "India")')
    grown = workspace.segment("Grown up", f'age > 18 and is in segment "{pros.name}"')
    listed = summarize_fields(workspace.services, workspace.type)
    assert listed.contacts == 4
    reported = {
        summary.field.key: (summary.value_count, [user.id for user in summary.users]) for summary in listed.custom
    }
    assert reported == {"plan": (3, [pros.id]), "likes": (1, []), "age": (0, [pros.id, grown.id])}
    reserved = {summary.field.key: (summary.value_count, len(summary.users)) for summary in listed.reserved}
    assert (reserved["email"], reserved["country"], reserved["city"]) == ((4, 0), (0, 1), (0, 0))
    plan = summarize_field(workspace.services, workspace.type, workspace.fields.by_key["plan"].id)
    assert (plan.value_count, plan.contacts, dict(plan.by_option)) == (3, 4, {"Pro": 2, "Free": 1})
    (summary,) = list_type_summaries(workspace.services, workspace.account)
    assert (summary.contacts, summary.fields, summary.segments) == (4, 3, 2)
    with pytest.raises(Refused, match="standard field"):
        summarize_field(workspace.services, workspace.type, workspace.fields.by_key["email"].id)
