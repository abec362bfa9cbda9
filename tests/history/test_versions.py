"""Each rule of a segment is a version: who wrote it when, and the sizes just before and after it was applied."""

from collections.abc import Iterator
from typing import Any

import pytest

from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field, delete_field
from tamis.actions.segments.recovery import comparison, versions
from tamis.actions.segments.recovery.comparison import SelectedCounts
from tamis.actions.segments.recovery.trash import restore_deleted
from tamis.actions.segments.recovery.versions import DescribedVersion, restore_version
from tamis.actions.segments.segments import Keep, SegmentEdit, delete_segment, edit_segment
from tamis.columns.history.link import HistoryLink
from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.errors import NotFound, Outdated, Refused
from tamis.domain.preconditions import Precondition
from tamis.domain.values.fields import Kind
from tamis.records.engine.sqlite.database import FILE_NAME, connect, migrations
from tamis.rules.syntaxes.text import from_text
from tests.history.history_model import Past, fresh_past

ANN = Actor(ActorKind.KEY, "pk_ann", "Ann's key")


@pytest.fixture
def past() -> Iterator[Past]:
    with fresh_past() as made:
        made.write({"a@example.org": "India", "b@example.org": "India", "c@example.org": "Peru"})
        made.look()
        yield made


def edit(past: Past, rule: str | None = None, name: str | None = None) -> None:
    draft = Keep.RULE if rule is None else from_text(rule)
    services = past.services.acting_as(ANN)
    services.write(edit_segment, past.account, past.segment.id, SegmentEdit(name, draft))


def known(past: Past) -> list[DescribedVersion]:
    return versions.list_versions(past.services, past.account, past.segment.id, 100)


def sizes(past: Past) -> list[tuple[int, int | None, int | None]]:
    return [(v.version.number, v.version.size_before, v.version.size_after) for v in reversed(known(past))]


def test_each_change_of_the_rule_is_a_version_with_its_author_and_sizes(past: Past) -> None:
    past.later(hours=1)
    edit(past, 'country = "Peru"', "Peruvians")
    edit(past, name="From Peru")  # no change of the rule

    latest, first = known(past)
    assert sizes(past) == [(1, 0, 0), (2, 2, 1)]
    assert (first.version.name, first.text, first.sentence) == ("Indians", 'country is "India"', "People in India.")
    assert (latest.version.name, latest.version.author, latest.version.created_at) == ("Peruvians", ANN, past.now)
    assert (latest.version.is_current, first.version.is_current) == (True, False)
    assert latest.version.restored_from is None


def test_a_rule_that_nobody_saw_applied_has_no_sizes(past: Past) -> None:
    edit(past, 'country = "Peru"')
    edit(past, 'country = "Chile"')

    assert sizes(past) == [(1, 0, 0), (2, None, None), (3, 2, 0)]


def test_an_edit_that_moves_nobody_has_sizes_too(past: Past) -> None:
    edit(past, 'country in ("India", "Chile")')

    assert sizes(past) == [(1, 0, 0), (2, 2, 2)]


@pytest.mark.parametrize("is_kept", [False, True], ids=["before the first commit", "between the two commits"])
def test_a_crash_while_a_rule_is_applied_leaves_its_sizes_right(
    past: Past, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    edit(past, 'country = "Peru"')
    keep = HistoryLink.keep

    def crash(*args: Any) -> None:
        if is_kept:
            keep(*args)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(HistoryLink, "keep", crash)
        with pytest.raises(SystemExit):
            past.services.project()
    past.reopen()
    assert sizes(past) == [(1, 0, 0), (2, 2, 1)]
    assert len(past.look()) == 1


def test_a_projection_that_is_rebuilt_fills_the_sizes(past: Past) -> None:
    edit(past, 'country = "Peru"')
    past.rebuild()
    edit(past, 'country = "India"')
    columns = past.services.open_columns()
    with columns.lock:
        columns.mark_for_restore()

    assert sizes(past) == [(1, 0, 0), (2, 2, 1), (3, 1, 2)]


def test_versions_can_be_compared_in_lines_and_in_counts(past: Past) -> None:
    edit(past, 'country = "India" or (country = "Peru" and first_name is blank)')

    found = comparison.compare_versions(past.services, past.account, past.segment.id, 1, 2)
    assert [(line.change.value, line.depth, line.text) for line in found.lines] == [
        ("added", 0, "Any of these"),
        ("kept", 1, "Country is “India”"),
        ("added", 1, "All of these"),
        ("added", 2, "Country is “Peru”"),
        ("added", 2, "First name is blank"),
    ]
    assert found.counts == SelectedCounts(earlier=2, later=3, only_earlier=0, only_later=1)
    back = comparison.compare_versions(past.services, past.account, past.segment.id, 2, 1)
    assert back.counts == SelectedCounts(earlier=3, later=2, only_earlier=1, only_later=0)
    with pytest.raises(NotFound, match="has no version 9"):
        comparison.compare_versions(past.services, past.account, past.segment.id, 1, 9)


def test_restoring_makes_a_new_version_and_keeps_the_name(past: Past) -> None:
    edit(past, 'country = "Peru"', "Peruvians")
    restored = past.services.acting_as(ANN).write(restore_version, past.account, past.segment.id, 1)

    assert restored.name == "Peruvians"
    assert sizes(past) == [(1, 0, 0), (2, None, None), (3, 2, 2)]
    assert known(past)[0].version.restored_from == 1
    assert past.services.write(restore_version, past.account, past.segment.id, 3).updated_at == restored.updated_at
    assert len(known(past)) == 3
    with pytest.raises(Outdated):
        past.services.write(restore_version, past.account, past.segment.id, 2, Precondition(frozenset({"old"})))


def test_a_version_whose_field_is_gone_is_shown_as_such_and_refused(past: Past) -> None:
    field = past.services.write(create_field, past.type, "Plan", Kind.TEXT)
    edit(past, 'plan = "pro"')
    edit(past, 'country = "India"')
    past.services.write(delete_field, past.type, field.key)

    broken = known(past)[1]
    assert (broken.text, broken.sentence, len(broken.problems)) == (None, None, 1)
    assert comparison.compare_versions(past.services, past.account, past.segment.id, 2, 3).counts is None
    with pytest.raises(Refused, match=r'version 2 of the segment "Indians" cannot be restored: .*field') as refused:
        past.services.write(restore_version, past.account, past.segment.id, 2)
    assert refused.value.problems[0].code == "segment_version_not_restorable"


def test_renaming_an_option_makes_a_version(past: Past) -> None:
    field = past.services.write(create_field, past.type, "Plan", Kind.CHOICE, ("Pro", "Free"))
    edit(past, 'plan = "Pro"')
    renaming = FieldEdit(rename_options=(("Pro", "Team"),))
    past.services.acting_as(ANN).write(edit_field, past.account, past.type, field.key, renaming)

    renamed, before = known(past)[:2]
    assert (renamed.text, renamed.version.author) == ('plan is "Team"', ANN)
    assert before.text == 'plan is "Team"'  # it means the same
    assert renamed.version.number == before.version.number + 1


@pytest.mark.parametrize("renamed", ["option", "options swapped", "field", "segment"])
def test_a_version_is_read_compared_and_restored_after_what_it_names_was_renamed(past: Past, renamed: str) -> None:
    field = past.services.write(create_field, past.type, "Plan", Kind.CHOICE, ("Pro", "Free"))
    other = past.make_segment("Others", 'country = "Peru"')
    past.look()
    edit(past, 'plan = "Pro" or is in segment "Others"')
    edit(past, 'country = "Chile"')
    fresh = past.make_segment("Fresh", 'plan = "Pro"')
    past.services.write(delete_segment, past.account, fresh.id)
    change = {
        "option": FieldEdit(rename_options=(("Pro", "Team"),)),
        "options swapped": FieldEdit(rename_options=(("Pro", "Free"), ("Free", "Pro"))),
        "field": FieldEdit(name="Tariff"),
        "segment": None,
    }[renamed]
    if change:
        past.services.write(edit_field, past.account, past.type, field.key, change)
    else:
        past.services.write(edit_segment, past.account, other.id, SegmentEdit("Neighbours"))
    text = {
        "option": 'plan is "Team" or is in segment "Others"',
        "options swapped": 'plan is "Free" or is in segment "Others"',
        "field": 'tariff is "Pro" or is in segment "Others"',
        "segment": 'plan is "Pro" or is in segment "Neighbours"',
    }[renamed]

    assert known(past)[1].text == text
    assert comparison.compare_versions(past.services, past.account, past.segment.id, 2, 3).counts is not None
    past.services.write(restore_version, past.account, past.segment.id, 2)
    assert known(past)[0].text == text
    assert len(past.look()) == 1  # the one from Peru
    past.services.write(restore_deleted, past.account, 30, fresh.id)


def test_segments_from_before_versions_have_their_present_rule_as_the_first(past: Past) -> None:
    past.services.close()
    db = connect(past.settings.data / FILE_NAME)
    db.execute("DROP TABLE segment_versions; DROP INDEX deleted_segments; ALTER TABLE segments DROP COLUMN purged_at")
    db.execute(next(text for _, text in migrations() if "CREATE TABLE segment_versions" in text))
    db.close()
    past.reopen()

    (first,) = known(past)
    assert (first.text, first.version.author, first.version.size_after) == ('country is "India"', None, None)
    edit(past, 'country = "Peru"')
    assert sizes(past) == [(1, None, None), (2, 2, 1)]
