"""The common layout of a segment's pages: name, sentence, figures, and tabs."""

from dataclasses import dataclass
from typing import Any

from litestar.response import Response

from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.dependents import users_of_segment
from tamis.actions.segments.members import ActivityPage, SegmentStats, segment_stats
from tamis.actions.segments.rule_syntax import Rule, sentence_of
from tamis.actions.segments.segments import rule_of, segment_by_id
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import MembershipSnapshot
from tamis.domain.segments.segments import Segment
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor


@dataclass(frozen=True, slots=True)
class SegmentPageSummary:
    """A segment as its pages show it; `users` are the segments whose rules use it."""

    segment: Segment
    type: ContactType
    rule: Rule
    sentence: str
    figures: SegmentStats
    users: list[Segment]

    @property
    def path(self) -> str:
        """The URL of the segment's pages."""
        return f"/segments/{self.segment.id}"


def load_segment(services: Services, visitor: Visitor, segment_id: int) -> SegmentPageSummary:
    """Load a segment and what its pages show; raises NotFound."""
    db = services.records.reader()
    segment = segment_by_id(db, visitor.account, segment_id)
    contact_type = type_by_id(db, visitor.account, segment.contact_type_id)
    rule = rule_of(db, segment)
    figures = segment_stats(services, visitor.account, segment)
    sentence = sentence_of(db, visitor.account, segment, rule, services.clock())
    return SegmentPageSummary(segment, contact_type, rule, sentence, figures, users_of_segment(db, segment))


def segment_page(
    visitor: Visitor, summary: SegmentPageSummary, tab: str, *, status: int = 200, **context: Any
) -> Response[str]:
    """Respond with a page of a segment."""
    return page(
        visitor,
        f"segments/{tab}.html",
        title=summary.segment.name,
        nav="segments",
        status=status,
        tab=tab,
        summary=summary,
        segment=summary.segment,
        **context,
    )


def activity_rows(page: ActivityPage) -> list[tuple[ActivityEntry | MembershipSnapshot, bool]]:
    """Return log entries, each with whether it is about one recipient rather than the whole segment."""
    return [(entry, isinstance(entry, ActivityEntry)) for entry in page.entries]
