"""The overview of a segment: its size now and over time, its rule, and its users."""

from typing import Any

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.lookups import segments_of_type
from tamis.actions.segments.history import SizesByDay, segment_history
from tamis.actions.segments.members import list_activity
from tamis.actions.segments.planning.forecasts import depends_on_time
from tamis.actions.segments.rule_syntax import outline, referenced_segments, to_text
from tamis.actions.services import Services
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import Segment
from tamis.web.console.display.charts import size_chart
from tamis.web.console.display.filters import day, number
from tamis.web.console.display.segment_layout import SegmentPageSummary, activity_rows, load_segment, segment_page
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment
from tamis.web.console.requests.session import Visitor

RECENT_ENTRIES = 6
SPANS = {30: "30 days", 90: "90 days", 365: "1 year"}


@get("/segments/{segment_id:int}", sync_to_thread=True)
def overview(
    services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int], days: FromQuery[str] = ""
) -> Response[str]:
    """Show a segment."""
    summary = load_segment(services, visitor, segment_id)
    span = int(days) if days in map(str, SPANS) else 30
    named = referenced_segments(summary.rule)
    return segment_page(
        visitor,
        summary,
        "overview",
        outline=outline(summary.rule),
        text=to_text(summary.rule),
        named={ref.id: ref for ref in _refs(services, summary) if ref.id in named},
        lines=activity_rows(list_activity(services, visitor.account, segment_id, limit=RECENT_ENTRIES)),
        span=span,
        spans=SPANS,
        timed=depends_on_time(services.records.reader(), summary.segment),
        **_sizes(services, visitor, summary, span),
    )


@get("/segments/{segment_id:int}/figures", sync_to_thread=True)
def figures(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Return the current figures of a segment."""
    return fragment(visitor, "segments/_figures.html", summary=load_segment(services, visitor, segment_id))


def _refs(services: Services, summary: SegmentPageSummary) -> list[Segment]:
    return segments_of_type(services.records.reader(), summary.segment.contact_type_id)


def _sizes(services: Services, visitor: Visitor, summary: SegmentPageSummary, span: int) -> dict[str, Any]:
    history: SizesByDay = segment_history(services, visitor.account.id, summary.segment.id, span)
    days = history.days
    if not days:
        return {"days": []}
    first, last = days[0], days[-1]
    label = (
        f"Members from {day(first.day)} to {day(last.day)}: {number(first.recipients)} at the start, "
        f"{number(last.recipients)} at the end, {number(min(d.recipients for d in days))} at the lowest, "
        f"{number(max(d.recipients for d in days))} at the highest."
    )
    return {
        "days": days,
        "chart": size_chart(days, label),
        "entered": sum(d.entered for d in days if d.snapshot is not Cause.FIRST),
        "departed": sum(d.departed for d in days),
        "began": first if first.snapshot is Cause.FIRST else None,
    }


handlers = [overview, figures]
