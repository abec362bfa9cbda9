"""Who came to a segment and went, and why."""

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.segments.members import list_activity
from tamis.web.console.injected import InjectedServices, InjectedVisitor
from tamis.web.console.segment_frame import activity_rows, frame_of, segment_page

LINES_A_PAGE = 50
DELTAS = {"entered": 1, "left": -1}


@get("/segments/{segment_id:int}/history", sync_to_thread=True)
def history(
    services: InjectedServices,
    visitor: InjectedVisitor,
    segment_id: FromPath[int],
    only: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Response[str]:
    """Show entries and exits, newest first."""
    frame = frame_of(services, visitor, segment_id)
    found = list_activity(
        services, visitor.account, segment_id, delta=DELTAS.get(only), before=_bounded(before), limit=LINES_A_PAGE
    )
    return segment_page(
        visitor,
        frame,
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
