"""Whoever was added to a segment by hand is in it for every purpose, also where the address is no contact."""

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
from tamis.domain.emails import parse_email
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.sampling import HASH_RANGE, Sample
from tamis.domain.segments import Segment
from tamis.records import segments
from tamis.rules.build import build
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.stores.account import EVERYONE, Desk, new_desk


@pytest.fixture
def desk(services: Services) -> Desk:
    """Two contacts, one of them in the US."""
    made = new_desk(services)
    made.write(ann={"country": "US"}, bob={})
    return made


def add(desk: Desk, segment: Segment, address: str, first_name: str = "Ada", last_name: str = "Byron") -> None:
    email = parse_email(address)
    assert email
    desk.services.write(add_recipient, desk.account, segment.id, email, first_name, last_name)


def rows(desk: Desk, segment: Segment) -> dict[str, dict[str, Any]]:
    page = recipient_page(desk.services, desk.account.id, segment.id, 0, EVERYONE)
    found = [msgspec.json.decode(document) for _, document in page]
    assert segment_sizes(desk.services).get(segment.id, 0) == len(found)
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)
    return {row["email"].lower().partition("@")[0]: row for row in found}


def count(desk: Desk, rule: str) -> int:
    """Count whom a rule selects, by itself and as a part of one that is being made."""
    tree = build(from_text(rule), desk.fields, segments.refs_of_type(desk.services.records.reader(), desk.type.id))
    counted = count_rule(desk.services, desk.account.id, desk.type.id, to_json(tree))
    assert preview_rule(desk.services, desk.account, desk.type.id, from_text(rule)).count == counted
    return counted


def test_whoever_is_added_is_found_by_every_rule_that_includes_the_segment(desk: Desk) -> None:
    small = desk.segment("Small", 'country = "US"')
    middle = desk.segment("Middle", 'is in segment "Small"')
    large = desk.segment("Large", 'is in segment "Middle" and country is not "US"')
    add(desk, small, "Ext@Example.org")
    shown = [rows(desk, segment) for segment in (small, middle, large)]
    assert [set(found) for found in shown] == [{"ann", "ext"}, {"ann", "ext"}, {"ext"}]
    ids = [found["ext"]["id"] for found in shown]
    assert [id_ >> 32 for id_ in ids] == [small.id, middle.id, large.id]
    assert max(ids) < 1 << 53
    row = shown[2]["ext"]
    assert (row["contact_id"], row["fullname"], row["email"]) == (None, "Ada Byron", "Ext@Example.org")
    assert {row[name] for name in ("country", "state", "city", "address_line1")} == {None}
    with pytest.raises(Invalid, match="already been taken"):
        add(desk, large, "ext@example.ORG")


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
def test_every_other_field_is_blank_and_no_rule_reaches_beyond_the_segments_that_it_includes(
    desk: Desk, rule: str, selected: int
) -> None:
    add(desk, desk.segment("Small", 'country = "US"'), "ext@example.org")
    add(desk, desk.segment("Other", "email is blank"), "other@example.org")
    assert count(desk, rule) == selected
    assert len(rows(desk, desk.segment("Of the rule", rule))) == selected


def test_an_address_stands_once_and_has_the_name_that_was_given_last(desk: Desk) -> None:
    one, two = desk.segment("One", "email is blank"), desk.segment("Two", "email is blank")
    both = desk.segment("Both", 'is in segment "One" or is in segment "Two"')
    named = desk.segment("Named", 'is in segment "One" and first_name is "Augusta"')
    add(desk, one, "ext@example.org", "Ada")
    before = rows(desk, both)["ext"]
    add(desk, two, "EXT@example.org", "Augusta")
    after = rows(desk, both)
    assert (set(after), after["ext"]["id"], after["ext"]["first_name"]) == ({"ext"}, before["id"], "Augusta")
    assert set(rows(desk, named)) == {"ext"}
    assert rows(desk, one)["ext"]["first_name"] == "Ada"
    desk.services.write(delete_recipient, desk.account, rows(desk, one)["ext"]["id"])
    assert rows(desk, both)["ext"]["id"] == before["id"]
    assert rows(desk, named) == {}
    desk.services.write(delete_recipient, desk.account, rows(desk, two)["ext"]["id"])
    assert rows(desk, both) == {}


def test_whoever_is_deleted_where_the_rule_brought_them_stays_out_of_there_only(desk: Desk) -> None:
    small, large = desk.segment("Small", "email is blank"), desk.segment("Large", 'is in segment "Small"')
    add(desk, small, "ext@example.org")
    number = rows(desk, large)["ext"]["id"]
    desk.services.write(delete_recipient, desk.account, number)
    assert (set(rows(desk, small)), rows(desk, large)) == ({"ext"}, {})
    with pytest.raises(NotFound):
        desk.services.write(delete_recipient, desk.account, number)
    desk.write(ext={})
    assert (set(rows(desk, small)), rows(desk, large)) == ({"ext"}, {})
    add(desk, large, "ext@example.org")
    assert set(rows(desk, large)) == {"ext"}


def test_who_becomes_a_contact_is_one_by_its_own_values_and_who_is_forgotten_leaves(desk: Desk) -> None:
    small = desk.segment("Small", "email is blank")
    abroad = desk.segment("Abroad", 'is in segment "Small" and country is not "US"')
    for name in ("ext", "gone"):
        add(desk, small, f"{name}@example.org")
    assert set(rows(desk, abroad)) == {"ext", "gone"}
    desk.write(ext={"country": "US"})
    desk.services.write(forget_email, desk.account, desk.type, "gone@example.org")
    assert (set(rows(desk, small)), rows(desk, abroad)) == ({"ext"}, {})
    desk.write(ext={"country": "Peru"})
    contact = desk.contact("ext")
    assert rows(desk, abroad)["ext"]["contact_id"] == contact.id
    changes = contact_history(desk.services, desk.account.id, desk.type.id, contact.id, "ext@example.org")
    assert [(c.segment_name, c.delta) for c in changes if c.segment_id == abroad.id] == [
        ("Abroad", 1), ("Abroad", -1), ("Abroad", 1)
    ]  # fmt: skip
    desk.services.write(delete_contact, desk.account, desk.type, "ext@example.org")
    assert (rows(desk, small), rows(desk, abroad)) == ({}, {})


def test_pages_figures_history_and_sets_agree(desk: Desk) -> None:
    services, account = desk.services, desk.account
    small = desk.segment("Small", 'country = "US"')
    large = desk.segment("Large", 'is in segment "Small"')
    assert set(rows(desk, large)) == {"ann"}
    add(desk, small, "ext@example.org")
    number = rows(desk, large)["ext"]["id"]
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
    assert {id_ for id_, _ in drawn} == {row["id"] for row in rows(desk, large).values()}
    looked = preview_rule(services, account, desk.type.id, from_text('is in segment "Small"'), segment_id=large.id)
    assert looked.members
    assert (looked.count, looked.members.members, looked.members.contacts) == (2, 2, 1)
    with services.view(account.id) as view:
        as_of = EvaluationTime(view.as_of, account.zone)
        everybody = build(from_text("country is blank"), desk.fields)
        assert view.columns.rules.count_effect(desk.type.id, large.id, everybody, as_of) == (2, 1, 1, 2)
        assert view.columns.rules.count_effect(desk.type.id, small.id, everybody, as_of) == (2, 2, 1, 1)


def test_why_an_external_recipient_is_in_a_segment_or_not(desk: Desk) -> None:
    db, now = desk.services.records.reader(), desk.services.clock()
    small, large = desk.segment("Small", "email is blank"), desk.segment("Large", 'is in segment "Small"')
    without = desk.segment("Without", 'is not in segment "Large" or country is blank')
    add(desk, small, "ext@example.org")

    def told(segment: Segment) -> Any:
        return explain_membership(db, now, desk.account, segment, "EXT@example.org")

    assert (told(small).is_in, told(small).because) == (True, "added by hand")
    assert (told(large).is_in, told(large).because, told(large).rule.holds) == (True, "rule", True)
    assert (told(without).is_in, told(without).because, told(without).rule) == (False, "rule", None)
    number = rows(desk, large)["ext"]["id"]
    assert explain_recipient(db, now, desk.account, number).email == "ext@example.org"
    desk.services.write(delete_recipient, desk.account, number)
    assert (told(large).is_in, told(large).because, told(large).rule.holds) == (False, "removed by hand", True)
    with pytest.raises(NotFound, match="check the spelling"):
        explain_membership(db, now, desk.account, large, "nobody@example.org")


def test_names_are_compared_as_texts_are_and_exported_as_they_were_written(desk: Desk) -> None:
    small = desk.segment("Small", "email is blank")
    add(desk, small, "ext@example.org", "N\u00c9E", "Stra\u00dfe")
    same = 'first_name is "ne\u0301e" and last_name is "STRASSE"'
    assert count(desk, f'is in segment "Small" and {same}') == 1
    refs = segments.refs_of_type(desk.services.records.reader(), desk.type.id)
    tree = build(from_text('is in segment "Small"'), desk.fields, refs)
    fields, parameters = desk.fields.fields, Parameters(DUCKDB)
    as_of = EvaluationTime(desk.services.clock(), desk.account.zone)
    query = exports.selected(desk.type.id, fields, tree, as_of, parameters)
    (row,) = desk.services.project().cursor().execute(query, parameters.values).fetchall()
    told = dict(zip((field.key for field in fields), row, strict=True))
    assert (told["email"], told["first_name"], told["last_name"]) == ("ext@example.org", "N\u00c9E", "Stra\u00dfe")
