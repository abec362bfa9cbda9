"""A segment gets another name or rule; its manual overrides stay."""

import json

import pytest

from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import (
    SegmentEdit,
    create_segment,
    delete_segment,
    edit_segment,
    find_segment,
    rule_of,
)
from tamis.actions.services import Services
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.values.fields import Kind
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text, to_text
from tests.stores.workspace import Workspace, new_workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    workspace = new_workspace(services)
    workspace.field("Score", Kind.NUMBER)
    workspace.write(**{f"p{n}": {"score": str(n)} for n in range(6)}, nobody={})
    return workspace


def test_a_new_rule_changes_members_and_keeps_overrides(workspace: Workspace) -> None:
    services, segment = workspace.services, workspace.segment("High", "score >= 3")
    assert workspace.members(segment) == {"p3", "p4", "p5"}
    services.write(
        add_recipient, workspace.account, segment.id, Email("guest@example.org", "guest@example.org"), "A", "B"
    )
    p5 = recipient_page(services, workspace.account.id, segment.id, 0, 10)[2][0]
    services.write(delete_recipient, workspace.account, p5)
    edited = services.write(edit_segment, workspace.account, segment.id, SegmentEdit(draft=from_text("score >= 2")))
    assert workspace.members(segment) == {"p2", "p3", "p4", "guest"}
    assert edited.name == "High"
    assert edited.created_at == segment.created_at < edited.updated_at
    assert find_segment(services.records.reader(), workspace.account, "High") == edited
    assert services.project().cached_sizes.by_segment[segment.id] == 4
    services.write(edit_segment, workspace.account, segment.id, SegmentEdit(draft=None))
    assert workspace.members(segment) == {"guest"}, "a segment without conditions selects nobody"


def test_a_new_name_keeps_the_rule(workspace: Workspace) -> None:
    segment = workspace.segment("High", "score >= 3")
    edited = workspace.services.write(edit_segment, workspace.account, segment.id, SegmentEdit(name=" Higher "))
    assert (edited.name, edited.rule) == ("Higher", segment.rule)
    assert workspace.members(segment) == {"p3", "p4", "p5"}
    assert (
        workspace.services.write(edit_segment, workspace.account, segment.id, SegmentEdit(name="HIGHER")).name
        == "HIGHER"
    )
    assert workspace.segment("High", "").name == "High", "the old name is free"


def test_all_errors_are_reported_and_nothing_is_changed(workspace: Workspace) -> None:
    segment = workspace.segment("High", "score >= 3")
    workspace.segment("Low", "score < 3")
    with pytest.raises(Invalid) as refusal:
        workspace.services.write(
            edit_segment,
            workspace.account,
            segment.id,
            SegmentEdit(name="low", draft=from_text('scor > 1 or score > "x"')),
        )
    assert [problem.path for problem in refusal.value.problems] == [
        "segment_name",
        "line 1, column 1",
        "line 1, column 21",
    ]
    assert find_segment(workspace.services.records.reader(), workspace.account, str(segment.id)) == segment
    assert to_text(rule_of(workspace.services.records.reader(), segment)) == "score is equal or greater than 3"


def test_fail_closed_a_new_rule_protects_its_fields_and_releases_the_old_ones(workspace: Workspace) -> None:
    segment = workspace.segment("High", "score >= 3")
    workspace.field("Other", Kind.TEXT)
    workspace.services.write(
        edit_segment, workspace.account, segment.id, SegmentEdit(draft=from_text("other is blank"))
    )
    with pytest.raises(Refused, match='"Other" is used by the segment "High"'):
        workspace.edit("other", kind=Kind.NUMBER)
    workspace.edit("score", kind=Kind.TEXT)
    assert workspace.members(segment) == {"p0", "p1", "p2", "p3", "p4", "p5", "nobody"}


def naming(*names: str) -> Draft | None:
    """Draft a rule that names segments."""
    parts = [{"operator": "is in segment", "values": [name]} for name in names]
    return from_json(json.dumps({"any": [*parts, {"field": "email", "operator": "contains", "values": ["@"]}]}))


def test_fail_closed_a_cycle_of_segments_is_refused_with_its_path(workspace: Workspace) -> None:
    services, account = workspace.services, workspace.account
    base = workspace.segment("Base", "score >= 3")
    middle = services.write(create_segment, account, workspace.type, "Middle", naming("Base"))
    top = services.write(create_segment, account, workspace.type, "Top", naming("base", "MIDDLE"))
    for segment, names, way in (
        (base, ["Base"], "Base → Base"),
        (base, ["middle"], "Base → Middle → Base"),
        (base, ["Top"], "Base → Top → Base"),
        (middle, ["Top", "Base"], "Middle → Top → Middle"),
    ):
        with pytest.raises(Invalid, match=f"^rule: a segment cannot depend on itself: {way}$"):
            services.write(edit_segment, account, segment.id, SegmentEdit(draft=naming(*names)))
    services.write(edit_segment, account, top.id, SegmentEdit(draft=naming("Base")))
    services.write(edit_segment, account, middle.id, SegmentEdit(draft=naming("Top")))
    assert workspace.members(middle) == workspace.members(top) == {"p0", "p1", "p2", "p3", "p4", "p5", "nobody"}
    with pytest.raises(Invalid, match="depend on itself: Base → Middle → Top → Base"):
        services.write(edit_segment, account, base.id, SegmentEdit(draft=naming("Middle")))


def test_fail_closed_a_segment_used_by_others_is_not_deleted(workspace: Workspace) -> None:
    services, account = workspace.services, workspace.account
    base = workspace.segment("Base", "score >= 3")
    users = [services.write(create_segment, account, workspace.type, name, naming("Base")) for name in ("One", "Two")]
    with pytest.raises(Refused, match=r'^the segment "Base" is used by the segments "One" and "Two"; edit or delete'):
        services.write(delete_segment, account, base.id)
    services.write(delete_segment, account, users[0].id)
    services.write(edit_segment, account, base.id, SegmentEdit(name="One"))
    with pytest.raises(Refused, match=r'^the segment "One" is used by the segment "Two"; edit or delete'):
        services.write(delete_segment, account, base.id)
    services.write(edit_segment, account, users[1].id, SegmentEdit(draft=None))
    services.write(delete_segment, account, base.id)
    assert workspace.members(users[1]) == set()


def test_a_segment_of_another_account_looks_missing(workspace: Workspace) -> None:
    segment = workspace.segment("High", "score >= 3")
    stranger = new_workspace(workspace.services)
    for segment_id in (segment.id, 999_999):
        with pytest.raises(NotFound, match=f"^there is no segment {segment_id}$"):
            workspace.services.write(edit_segment, stranger.account, segment_id, SegmentEdit(name="Mine", draft=None))
        with pytest.raises(NotFound, match=f"^there is no segment {segment_id}$"):
            workspace.services.write(delete_segment, stranger.account, segment_id)
    assert find_segment(workspace.services.records.reader(), workspace.account, "High") == segment
