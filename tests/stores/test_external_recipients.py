"""A manually added recipient is a member for every purpose, even if the email belongs to no contact."""

from typing import Any

import msgspec
import pytest

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.segments.explanations import explain_membership, explain_recipient
from tamis.actions.segments.history import contact_history, members_at
from tamis.actions.segments.members import count_members, list_activity, member_page, segment_stats
from tamis.actions.segments.overlap import compare_segments, compare_with_all
from tamis.actions.segments.previews import preview_rule
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.sampling import group_sizes, sampled_page
from tamis.actions.segments.segments import count_rule, segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.reads import exports
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.segments.sampling import HASH_RANGE, Sample
from tamis.domain.segments.segments import Segment
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.stores.workspace import EVERYONE, Workspace, new_workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    """Two contacts, one of them in the US."""
    made = new_workspace(services)
    made.write(ann={"country": "US"}, bob={})
    return made


def add(
    workspace: Workspace, segment: Segment, address: str, first_name: str = "Ada", last_name: str = "Byron"
) -> None:
    email = parse_email(address)
    assert email
    workspace.services.write(add_recipient, workspace.account, segment.id, email, first_name, last_name)


def rows(workspace: Workspace, segment: Segment) -> dict[str, dict[str, Any]]:
    page = recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)
    found = [msgspec.json.decode(document) for _, document in page]
    assert segment_sizes(workspace.services).get(segment.id, 0) == len(found)
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)
    return {row["email"].lower().partition("@")[0]: row for row in found}


def count(workspace: Workspace, rule: str) -> int:
    """Count the contacts that a rule selects, by itself and as a part of a draft."""
    tree = build(
        from_text(rule), workspace.fields, segments.refs_of_type(workspace.services.records.reader(), workspace.type.id)
    )
    counted = count_rule(workspace.services, workspace.account.id, workspace.type.id, to_json(tree))
    assert preview_rule(workspace.services, workspace.account, workspace.type.id, from_text(rule)).count == counted
    return counted


def test_external_recipients_are_selected_by_every_rule_including_the_segment(workspace: Workspace) -> None:
    small = workspace.segment("Small", 'country = "US"')
    middle = workspace.segment("Middle", 'is in segment "Small"')
    large = workspace.segment("Large", 'is in segment "Middle" and country is not "US"')
    add(workspace, small, "Ext@Example.org")
    shown = [rows(workspace, segment) for segment in (small, middle, large)]
    assert [set(found) for found in shown] == [{"ann", "ext"}, {"ann", "ext"}, {"ext"}]
    ids = [found["ext"]["id"] for found in shown]
    assert [id_ >> 32 for id_ in ids] == [small.id, middle.id, large.id]
    assert max(ids) < 1 << 53
    row = shown[2]["ext"]
    assert (row["contact_id"], row["fullname"], row["email"]) == (None, "Ada Byron", "Ext@Example.org")
    assert {row[name] for name in ("country", "state", "city", "address_line1")} == {None}
    with pytest.raises(Invalid, match="already been taken"):
        add(workspace, large, "ext@example.ORG")


@pytest.mark.parametrize(
    ("rule", "selected"),
    [
        ('is in segment "Small"', 2),
        ('is in segment "Small" and country is not "US"', 1),
        ('is in segment "Small" and country is blank', 1),
        ('is in segment "Small" and first_name is "ada"', 1),
        ('is in segment "Small" and email ends with "@example.org"', 2),
        ('is in segment "Small" or country is blank', 3),
        ('not (is not in segment "Small")', 2),
        ('is in segment "Small" and is not in segment "Other"', 2),
        ('is not in segment "Other"', 2),  # contacts only: it includes no segment
        ('not (is in segment "Small" and country = "US")', 1),
        ('is not in segment "Small" or country is blank', 1),
        ('is in segment "Small" and is in segment "Other"', 0),
        ('is in segment "Small" and created_at is within 1 day', 1),  # no date is known of who is no contact
        ('is in segment "Small" and created_at is not within 1 day', 1),
    ],
)
def test_external_recipients_have_blank_fields_and_stay_within_included_segments(
    workspace: Workspace, rule: str, selected: int
) -> None:
    add(workspace, workspace.segment("Small", 'country = "US"'), "ext@example.org")
    add(workspace, workspace.segment("Other", "email is blank"), "other@example.org")
    assert count(workspace, rule) == selected
    assert len(rows(workspace, workspace.segment("Of the rule", rule))) == selected


def test_an_external_recipient_is_listed_once_with_its_last_name(workspace: Workspace) -> None:
    one, two = workspace.segment("One", "email is blank"), workspace.segment("Two", "email is blank")
    both = workspace.segment("Both", 'is in segment "One" or is in segment "Two"')
    named = workspace.segment("Named", 'is in segment "One" and first_name is "Augusta"')
    add(workspace, one, "ext@example.org", "Ada")
    before = rows(workspace, both)["ext"]
    add(workspace, two, "EXT@example.org", "Augusta")
    after = rows(workspace, both)
    assert (set(after), after["ext"]["id"], after["ext"]["first_name"]) == ({"ext"}, before["id"], "Augusta")
    assert set(rows(workspace, named)) == {"ext"}
    assert rows(workspace, one)["ext"]["first_name"] == "Ada"
    workspace.services.write(delete_recipient, workspace.account, rows(workspace, one)["ext"]["id"])
    assert rows(workspace, both)["ext"]["id"] == before["id"]
    assert rows(workspace, named) == {}
    workspace.services.write(delete_recipient, workspace.account, rows(workspace, two)["ext"]["id"])
    assert rows(workspace, both) == {}


def test_an_exclusion_applies_only_to_its_segment(workspace: Workspace) -> None:
    small, large = workspace.segment("Small", "email is blank"), workspace.segment("Large", 'is in segment "Small"')
    add(workspace, small, "ext@example.org")
    number = rows(workspace, large)["ext"]["id"]
    workspace.services.write(delete_recipient, workspace.account, number)
    assert (set(rows(workspace, small)), rows(workspace, large)) == ({"ext"}, {})
    with pytest.raises(NotFound):
        workspace.services.write(delete_recipient, workspace.account, number)
    workspace.write(ext={})
    assert (set(rows(workspace, small)), rows(workspace, large)) == ({"ext"}, {})
    add(workspace, large, "ext@example.org")
    assert set(rows(workspace, large)) == {"ext"}


def test_external_recipients_become_contacts_or_are_forgotten(workspace: Workspace) -> None:
    small = workspace.segment("Small", "email is blank")
    abroad = workspace.segment("Abroad", 'is in segment "Small" and country is not "US"')
    for name in ("ext", "gone"):
        add(workspace, small, f"{name}@example.org")
    assert set(rows(workspace, abroad)) == {"ext", "gone"}
    workspace.write(ext={"country": "US"})
    workspace.services.write(forget_email, workspace.account, workspace.type, "gone@example.org")
    assert (set(rows(workspace, small)), rows(workspace, abroad)) == ({"ext"}, {})
    workspace.write(ext={"country": "Peru"})
    contact = workspace.contact("ext")
    assert rows(workspace, abroad)["ext"]["contact_id"] == contact.id
    changes = contact_history(
        workspace.services, workspace.account.id, workspace.type.id, contact.id, "ext@example.org"
    )
    assert [(c.segment_name, c.delta) for c in changes if c.segment_id == abroad.id] == [
        ("Abroad", 1), ("Abroad", -1), ("Abroad", 1)
    ]  # fmt: skip
    workspace.services.write(delete_contact, workspace.account, workspace.type, "ext@example.org")
    assert (rows(workspace, small), rows(workspace, abroad)) == ({}, {})


def test_pages_counts_history_and_overlaps_agree(workspace: Workspace) -> None:
    services, account = workspace.services, workspace.account
    small = workspace.segment("Small", 'country = "US"')
    large = workspace.segment("Large", 'is in segment "Small"')
    assert set(rows(workspace, large)) == {"ann"}
    add(workspace, small, "ext@example.org")
    number = rows(workspace, large)["ext"]["id"]
    (found,) = member_page(services, account, large.id, "ada ext@", limit=10)
    assert (found.recipient_id, found.contact_id, found.is_manual) == (number, None, False)
    assert count_members(services, account, large.id, "byron") == 1
    figures = segment_stats(services, account, large)
    assert (figures.recipients, figures.members) == (2, 1)
    entered = list_activity(services, account, large.id, delta=1, limit=10).entries[0]
    assert (entered.cause, getattr(entered, "email", None)) == ("by hand", "ext@example.org")
    now = int(services.clock().timestamp() * 1e6)
    past = members_at(services, account.id, large.id, now, 0, 10)
    assert [(id_, email) for id_, _, email in past][-1] == (number, "ext@example.org")
    compared = compare_segments(services, account.id, [small.id, large.id])
    assert (compared.sizes, compared.union, compared.intersection) == ([2, 2], 2, 2)
    assert [(one.segment.id, one.shared) for one in compare_with_all(services, account.id, small.id)[1]] == [
        (large.id, 2)
    ]
    assert sum(group_sizes(services, account.id, large.id, Sample("x", HASH_RANGE, 3))) == 2
    drawn = sampled_page(services, account.id, large.id, Sample("x", HASH_RANGE, 1), 0)[1]
    assert {id_ for id_, _ in drawn} == {row["id"] for row in rows(workspace, large).values()}
    looked = preview_rule(services, account, workspace.type.id, from_text('is in segment "Small"'), segment_id=large.id)
    assert looked.members
    assert (looked.count, looked.members.members, looked.members.contacts) == (2, 2, 1)
    with services.view(account.id) as view:
        as_of = EvaluationTime(view.as_of, account.zone)
        everyone = build(from_text("country is blank"), workspace.fields)
        assert view.columns.rules.effects(workspace.type.id, [{large.id: everyone}], as_of) == {large.id: (2, 1, 1, 2)}
        assert view.columns.rules.effects(workspace.type.id, [{small.id: everyone}], as_of) == {small.id: (2, 2, 1, 1)}


def test_the_membership_of_an_external_recipient_is_explained(workspace: Workspace) -> None:
    db, now = workspace.services.records.reader(), workspace.services.clock()
    small, large = workspace.segment("Small", "email is blank"), workspace.segment("Large", 'is in segment "Small"')
    without = workspace.segment("Without", 'is not in segment "Large" or country is blank')
    add(workspace, small, "ext@example.org")

    def explain(segment: Segment) -> Any:
        return explain_membership(db, now, workspace.account, segment, "EXT@example.org")

    assert (explain(small).is_in, explain(small).because) == (True, "added by hand")
    assert (explain(large).is_in, explain(large).because, explain(large).rule.holds) == (True, "rule", True)
    assert (explain(without).is_in, explain(without).because, explain(without).rule) == (False, "rule", None)
    number = rows(workspace, large)["ext"]["id"]
    assert explain_recipient(db, now, workspace.account, number).email == "ext@example.org"
    workspace.services.write(delete_recipient, workspace.account, number)
    assert (explain(large).is_in, explain(large).because, explain(large).rule.holds) == (False, "removed by hand", True)
    with pytest.raises(NotFound, match="check the spelling"):
        explain_membership(db, now, workspace.account, large, "nobody@example.org")


def test_names_are_compared_folded_and_exported_verbatim(workspace: Workspace) -> None:
    small = workspace.segment("Small", "email is blank")
    add(workspace, small, "ext@example.org", "N\u00c9E", "Stra\u00dfe")
    same = 'first_name is "ne\u0301e" and last_name is "STRASSE"'
    assert count(workspace, f'is in segment "Small" and {same}') == 1
    refs = segments.refs_of_type(workspace.services.records.reader(), workspace.type.id)
    tree = build(from_text('is in segment "Small"'), workspace.fields, refs)
    fields, parameters = workspace.fields.fields, Parameters(DUCKDB)
    as_of = EvaluationTime(workspace.services.clock(), workspace.account.zone)
    query = exports.selected(workspace.type.id, fields, tree, as_of, parameters)
    (row,) = workspace.services.project().cursor().execute(query, parameters.values).fetchall()
    explain = dict(zip((field.key for field in fields), row[-len(fields) :], strict=True))  # after the keys of the row
    assert (explain["email"], explain["first_name"], explain["last_name"]) == (
        "ext@example.org",
        "N\u00c9E",
        "Stra\u00dfe",
    )
