"""Comparing two versions of a segment: what differs in their rules, and for how many of the present contacts."""

from dataclasses import dataclass

from tamis.actions.segments.recovery.versions import (
    DescribedVersion,
    describe_version,
    version_by_number,
)
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.rules.descriptions.differences import OutlineLine, compare_outlines
from tamis.rules.descriptions.outline import outline
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Node, Not, Rule


@dataclass(frozen=True, slots=True)
class SelectedCounts:
    """How many the rules of two versions select of what is there now, before manual changes, and how many only one of
    them does."""

    earlier: int
    later: int
    only_earlier: int
    only_later: int


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """Two versions of a segment, the lines of both rules, and the counts. Lines and counts are missing if what one of
    the rules needs is gone."""

    earlier: DescribedVersion
    later: DescribedVersion
    lines: tuple[OutlineLine, ...]
    counts: SelectedCounts | None


def compare_versions(
    services: Services, account: Account, segment_id: int, earlier: int, later: int
) -> VersionComparison:
    """Compare two versions of a segment by their numbers, in any order; raises NotFound."""
    with services.view_of_sizes(account.id):
        pass  # from here on, the records have the sizes of the versions
    with services.view(account.id) as view:
        db = view.records
        segment = segment_by_id(db, account, segment_id)
        first, second = (
            describe_version(db, view.as_of, account, segment, version_by_number(db, segment, number))
            for number in (earlier, later)
        )
        if first.problems or second.problems:
            return VersionComparison(first, second, (), None)
        lines = compare_outlines(outline(first.rule), outline(second.rule))
        counts = _counts(view, account, segment, first.rule, second.rule)
    return VersionComparison(first, second, tuple(lines), counts)


def _counts(view: View[ColumnsView], account: Account, segment: Segment, first: Rule, second: Rule) -> SelectedCounts:
    as_of = EvaluationTime(view.as_of_type(segment.contact_type_id), account.zone)

    def count(rule: Rule) -> int:
        return view.columns.rules.count(segment.contact_type_id, rule, as_of)

    return SelectedCounts(count(first), count(second), count(_without(first, second)), count(_without(second, first)))


def _without(rule: Rule, other: Rule) -> Rule:
    """Return the rule for contacts that one rule selects and another does not; a rule without conditions selects
    nobody."""
    excluded: Node | None = other
    return All((rule, Not(excluded))) if rule and excluded else rule
