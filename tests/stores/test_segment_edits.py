"""A segment gets another name or rule; its manual overrides stay."""

import json

import pytest

from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment, delete_segment, edit_segment, find_segment, rule_of
from tamis.actions.services import Services
from tamis.domain.emails import Email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.fields import Kind
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text, to_text
from tests.stores.account import Desk, new_desk


@pytest.fixture
def desk(services: Services) -> Desk:
    desk = new_desk(services)
    desk.field("Score", Kind.NUMBER)
    desk.write(**{f"p{n}": {"score": str(n)} for n in range(6)}, nobody={})
    return desk


def test_a_new_rule_moves_the_members_and_leaves_the_overrides_alone(desk: Desk) -> None:
    services, segment = desk.services, desk.segment("High", "score >= 3")
    assert desk.members(segment) == {"p3", "p4", "p5"}
    services.write(add_recipient, desk.account, segment.id, Email("guest@example.org", "guest@example.org"), "A", "B")
    p5 = recipient_page(services, desk.account.id, segment.id, 0, 10)[2][0]
    services.write(delete_recipient, desk.account, p5)
    edited = services.write(edit_segment, desk.account, segment.id, draft=from_text("score >= 2"))
    assert desk.members(segment) == {"p2", "p3", "p4", "guest"}
    assert edited.name == "High"
    assert edited.created_at == segment.created_at < edited.updated_at
    assert find_segment(services.records.reader(), desk.account, "High") == edited
    assert services.project().cached_sizes.by_segment[segment.id] == 4
    services.write(edit_segment, desk.account, segment.id, draft=None)
    assert desk.members(segment) == {"guest"}, "a segment without conditions selects nobody"


def test_a_new_name_leaves_the_rule_alone(desk: Desk) -> None:
    segment = desk.segment("High", "score >= 3")
    edited = desk.services.write(edit_segment, desk.account, segment.id, name=" Higher ")
    assert (edited.name, edited.rule) == ("Higher", segment.rule)
    assert desk.members(segment) == {"p3", "p4", "p5"}
    assert desk.services.write(edit_segment, desk.account, segment.id, name="HIGHER").name == "HIGHER"
    assert desk.segment("High", "").name == "High", "the old name is free"


def test_all_that_is_wrong_is_told_and_nothing_is_changed(desk: Desk) -> None:
    segment = desk.segment("High", "score >= 3")
    desk.segment("Low", "score < 3")
    with pytest.raises(Invalid) as refusal:
        desk.services.write(
            edit_segment, desk.account, segment.id, name="low", draft=from_text('scor > 1 or score > "x"')
        )
    assert [problem.path for problem in refusal.value.problems] == [
        "segment_name",
        "line 1, column 1",
        "line 1, column 21",
    ]
    assert find_segment(desk.services.records.reader(), desk.account, str(segment.id)) == segment
    assert to_text(rule_of(desk.services.records.reader(), segment)) == "score is equal or greater than 3"


def test_fail_closed_a_segments_new_rule_holds_its_fields_and_lets_go_of_the_old(desk: Desk) -> None:
    segment = desk.segment("High", "score >= 3")
    desk.field("Other", Kind.TEXT)
    desk.services.write(edit_segment, desk.account, segment.id, draft=from_text("other is blank"))
    with pytest.raises(Refused, match='"Other" is used by the segment "High"'):
        desk.edit("other", kind=Kind.NUMBER)
    desk.edit("score", kind=Kind.TEXT)
    assert desk.members(segment) == {"p0", "p1", "p2", "p3", "p4", "p5", "nobody"}


def naming(*names: str) -> Draft | None:
    """Draft a rule that names segments."""
    parts = [{"operator": "is in segment", "values": [name]} for name in names]
    return from_json(json.dumps({"any": [*parts, {"field": "email", "operator": "contains", "values": ["@"]}]}))


def test_fail_closed_a_circle_of_segments_is_refused_with_its_way(desk: Desk) -> None:
    services, account = desk.services, desk.account
    base = desk.segment("Base", "score >= 3")
    middle = services.write(create_segment, account, desk.type, "Middle", naming("Base"))
    top = services.write(create_segment, account, desk.type, "Top", naming("base", "MIDDLE"))
    for segment, names, way in (
        (base, ["Base"], "Base → Base"),
        (base, ["middle"], "Base → Middle → Base"),
        (base, ["Top"], "Base → Top → Base"),
        (middle, ["Top", "Base"], "Middle → Top → Middle"),
    ):
        with pytest.raises(Invalid, match=f"^rule: a segment cannot depend on itself: {way}$"):
            services.write(edit_segment, account, segment.id, draft=naming(*names))
    services.write(edit_segment, account, top.id, draft=naming("Base"))
    services.write(edit_segment, account, middle.id, draft=naming("Top"))
    assert desk.members(middle) == desk.members(top) == {"p0", "p1", "p2", "p3", "p4", "p5", "nobody"}
    with pytest.raises(Invalid, match="depend on itself: Base → Middle → Top → Base"):
        services.write(edit_segment, account, base.id, draft=naming("Middle"))


def test_fail_closed_a_segment_that_others_name_stays(desk: Desk) -> None:
    services, account = desk.services, desk.account
    base = desk.segment("Base", "score >= 3")
    users = [services.write(create_segment, account, desk.type, name, naming("Base")) for name in ("One", "Two")]
    with pytest.raises(Refused, match=r'^the segment "Base" is used by the segments "One", "Two"; delete or change'):
        services.write(delete_segment, account, base.id)
    services.write(delete_segment, account, users[0].id)
    services.write(edit_segment, account, base.id, name="One")
    with pytest.raises(Refused, match=r'^the segment "One" is used by the segment "Two"; delete or change'):
        services.write(delete_segment, account, base.id)
    services.write(edit_segment, account, users[1].id, draft=None)
    services.write(delete_segment, account, base.id)
    assert desk.members(users[1]) == set()


def test_a_strangers_segment_answers_like_one_that_does_not_exist(desk: Desk) -> None:
    segment = desk.segment("High", "score >= 3")
    stranger = new_desk(desk.services)
    for segment_id in (segment.id, 999_999):
        with pytest.raises(NotFound, match=f"^there is no segment {segment_id}$"):
            desk.services.write(edit_segment, stranger.account, segment_id, name="Mine", draft=None)
        with pytest.raises(NotFound, match=f"^there is no segment {segment_id}$"):
            desk.services.write(delete_segment, stranger.account, segment_id)
    assert find_segment(desk.services.records.reader(), desk.account, "High") == segment
