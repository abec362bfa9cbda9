"""The history of a segment: who entered and left, and why."""

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.segments.members import list_activity
from tamis.web.console.display.segment_layout import activity_rows, load_segment, segment_page
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep

ENTRIES_PER_PAGE = 50
DELTAS = {"entered": 1, "left": -1}


@get("/segments/{segment_id:int}/history", sync_to_thread=True)
def history(
    services: ServicesDep,
    visitor: VisitorDep,
    segment_id: FromPath[int],
    only: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Response[str]:
    """Show entries and exits, newest first."""
    summary = load_segment(services, visitor, segment_id)
    found = list_activity(
        services, visitor.account, segment_id, delta=DELTAS.get(only), before=_bounded(before), limit=ENTRIES_PER_PAGE
    )
    return segment_page(
        visitor,
        summary,
        "history",
        lines=activity_rows(found),
        older=found.before,
        known_since=found.known_since,
        only=only if only in DELTAS else "",
        newest=before is None,
    )


def _bounded(line: int | None) -> int | None:
    return None if line is None else max(0, min(line, 1 << 62))


handlers = [history]
