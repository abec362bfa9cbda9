"""Segments that name each other: how long a chain may be, and that longer ones of before, and circles, stop nothing."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.maintenance.doctor.report import Check
from tamis.actions.maintenance.doctor.run import verify_all
from tamis.actions.segments.explanations import explain_contact, explain_membership
from tamis.actions.segments.previews import preview_rule
from tamis.actions.segments.recipients import add_recipient, recipient_page
from tamis.actions.segments.segment_list import list_segments
from tamis.actions.segments.segment_options import list_segment_options
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment, segment_sizes
from tamis.actions.services import Services
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, Refused
from tamis.domain.segments.segments import Segment
from tamis.records.segments import segments
from tamis.rules.evaluation.dependencies import MAX_CHAIN
from tamis.rules.syntaxes.arrays import from_arrays
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace
from tests.support.effort import ALL

LONG = MAX_CHAIN + (10 if ALL else 3)
"""More than may be made now."""
DIAMONDS = MAX_CHAIN if ALL else 18
"""So many levels have 2 ** 18 paths from the top to the bottom: evaluating each would not end."""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    services = Services(Settings(tmp_path / "data", columns_threads=1))
    found = new_workspace(services)
    found.write(ann={"country": "Peru"}, bob={"country": "India"})
    yield found
    services.close()


def store(workspace: Workspace, name: str, document: str) -> Segment:
    """Store a segment as it may stand in data of before, without a look at its rule."""
    return workspace.services.write(
        lambda db, now: segments.insert(db, workspace.account.id, workspace.type.id, name, document, now)
    )


def naming(*ids: int) -> str:
    """Write a rule that selects who is in one of some segments."""
    parts = [f'{{"operator":"is in segment","values":["{id_}"]}}' for id_ in ids]
    return parts[0] if len(parts) == 1 else f'{{"any":[{",".join(parts)}]}}'


def chain(workspace: Workspace, length: int) -> list[Segment]:
    """Make segments of which each names the one before it."""
    made = [workspace.segment("level 1", 'country = "Peru"')]
    while len(made) < length:
        made.append(workspace.segment(f"level {len(made) + 1}", f'is in segment "{made[-1].id}"'))
    return made


def members(workspace: Workspace, segment: Segment) -> int:
    return len(recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE))


def problems(checks: Iterator[Check]) -> list[str]:
    return [finding.message for check in checks for finding in check.findings if finding.wrong]


def examined(workspace: Workspace) -> list[Check]:
    return list(verify_all(workspace.services, lambda services, call: call.run(services), 10))


def test_the_depth_of_segment_chains_is_limited(workspace: Workspace) -> None:
    made = chain(workspace, MAX_CHAIN)
    assert members(workspace, made[-1]) == 1
    expected = (
        f"up to {MAX_CHAIN} levels deep, and this would make {MAX_CHAIN + 1}: this segment → level {MAX_CHAIN} → "
    )
    top = str(made[-1].id)
    for draft in (
        from_text(f'country = "India" and is not in segment "{top}"'),
        from_json(naming(made[-1].id)),
        from_arrays(["0"], ["is in segment"], [top], None),
    ):
        with pytest.raises(Invalid, match=expected) as refused:
            workspace.services.write(create_segment, workspace.account, workspace.type, "one more", draft)
        assert str(refused.value).endswith("level 2 → level 1")
        [problem] = preview_rule(workspace.services, workspace.account, workspace.type.id, draft).problems
        assert "this segment" in str(problem)


def test_an_edit_counts_the_levels_above_and_below(workspace: Workspace) -> None:
    made = chain(workspace, MAX_CHAIN)
    below = workspace.segment("below", 'country = "India"')
    edit = from_text(f'is in segment "{below.id}"')
    with pytest.raises(Invalid, match=r"would make 31: level 30 → .* → level 1 → below"):
        workspace.services.write(edit_segment, workspace.account, made[0].id, SegmentEdit(draft=edit))
    with pytest.raises(Invalid, match="cannot depend on itself: level 1 → level 2 → level 1"):
        workspace.services.write(
            edit_segment, workspace.account, made[0].id, SegmentEdit(draft=from_text(f'is in segment "{made[1].id}"'))
        )
    workspace.services.write(edit_segment, workspace.account, made[1].id, SegmentEdit(draft=edit))  # as long as before
    assert members(workspace, made[-1]) == 1


def test_each_segment_in_nested_diamonds_is_evaluated_once(workspace: Workspace) -> None:
    two = [workspace.segment(name, f'country = "{name}"') for name in ("Peru", "India")]
    for level in range(DIAMONDS - 1):
        rule = " or ".join(f'is in segment "{segment.id}"' for segment in two)
        two = [workspace.segment(f"{side} {level}", rule) for side in ("left", "right")]
    assert members(workspace, two[0]) == 2
    db, now = workspace.services.records.reader(), workspace.services.clock()
    reported = explain_contact(db, now, workspace.account, workspace.type, workspace.contact("ann").id)
    assert sum(explanation.is_in for explanation in reported) == 2 * DIAMONDS - 1
    with pytest.raises(Invalid, match="taken"):
        workspace.services.write(
            add_recipient, workspace.account, two[0].id, Email("ann@example.org", "ann@example.org"), "A", "B"
        )


def test_an_existing_longer_chain_works_and_is_reported(workspace: Workspace) -> None:
    made = chain(workspace, 1)
    while len(made) < LONG:
        made.append(store(workspace, f"level {len(made) + 1}", naming(made[-1].id)))
    services, top = workspace.services, made[-1]
    assert [members(workspace, segment) for segment in (made[0], top)] == [1, 1]
    workspace.write(carl={"country": "Peru"}, dora={"country": "India"})
    services.write(add_recipient, workspace.account, made[0].id, Email("x@example.net", "x@example.net"), "X", "Y")
    assert segment_sizes(services)[top.id] == members(workspace, top) == 3
    db, now = services.records.reader(), services.clock()
    reported = explain_contact(db, now, workspace.account, workspace.type, workspace.contact("ann").id)
    assert [explanation.is_in for explanation in reported] == [True] * LONG
    assert explain_membership(db, now, workspace.account, top, "x@example.net").is_in
    assert len(list_segments(services, workspace.account)) == LONG
    assert (
        sum(one.circular for one in list_segment_options(services, workspace.account, workspace.type.id, made[0]))
        == LONG
    )
    assert preview_rule(services, workspace.account, workspace.type.id, from_json(naming(made[0].id))).count == 3
    with pytest.raises(Refused, match="is used by"):
        services.write(delete_segment, workspace.account, made[5].id)
    checks = examined(workspace)
    assert problems(iter(checks)) == []
    assert [f.message for c in checks for f in c.findings if f"over {LONG} levels" in f.message and not f.wrong]
    services.write(
        edit_segment, workspace.account, made[LONG - 2].id, SegmentEdit(draft=from_json(naming(made[0].id)))
    )  # shorter, and yet long
    assert members(workspace, top) == 3


def test_a_cycle_of_segments_selects_no_members_and_affects_no_others(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    services, other = workspace.services, new_workspace(workspace.services)
    other.write(zoe={"country": "Peru"})
    theirs = other.segment("theirs", 'country = "Peru"')
    one = store(workspace, "one", naming(10_000))
    two = store(workspace, "two", naming(one.id))
    peru = '{"field":"country","operator":"is","values":["Peru"]}'
    names_one = store(workspace, "names one", f'{{"any":[{naming(one.id)},{peru}]}}')
    services.write(lambda db, now: segments.update(db, one, "one", naming(two.id), now))
    with caplog.at_level(logging.ERROR, "tamis"):
        assert [members(workspace, segment) for segment in (one, two, names_one)] == [0, 0, 1]
    assert "segments_in_circle_found" in caplog.text
    services.write(add_recipient, workspace.account, one.id, Email("bob@example.org", "bob@example.org"), "B", "B")
    assert [members(workspace, segment) for segment in (one, two, names_one)] == [1, 0, 2]
    assert members(other, theirs) == 1
    db, now = services.records.reader(), services.clock()
    reported = {
        e.segment.name: e.is_in
        for e in explain_contact(db, now, workspace.account, workspace.type, workspace.contact("bob").id)
    }
    assert reported == {"one": True, "two": False, "names one": True}
    found = problems(iter(examined(workspace)))
    assert all(f'"{name}" depends on itself through other segments' in " ".join(found) for name in ("one", "two"))
    assert len(found) == 2
