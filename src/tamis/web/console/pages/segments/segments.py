"""The list of segments."""

from collections.abc import Callable
from typing import Any

from litestar import get
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.lookups import fields_of_type, segments_of_account, types_of_account
from tamis.actions.segments.rule_syntax import Example, examples
from tamis.actions.segments.segment_list import SegmentListItem, list_segments
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.text import fold
from tamis.web.console.display.charts import sparkline
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment, is_htmx, page
from tamis.web.console.requests.session import WebRequest

ORDERS: dict[str, tuple[Callable[[SegmentListItem], int | str], bool]] = {
    "newest": (lambda summary: summary.segment.id, True),
    "name": (lambda summary: fold(summary.segment.name), False),
    "members": (lambda summary: summary.mailable, True),
    "change": (lambda summary: summary.change or 0, True),
}
"""The orders of the list: the key, and whether the largest comes first."""


@get("/segments", sync_to_thread=True)
def segment_list(
    services: ServicesDep,
    visitor: VisitorDep,
    request: WebRequest,
    q: FromQuery[str] = "",
    sort: FromQuery[str] = "",
) -> Response[str]:
    """Show the segments that match a search; htmx gets only the rows."""
    key, descending = ORDERS.get(sort, ORDERS["newest"])
    found = sorted(list_segments(services, visitor.account, q), key=key, reverse=descending)
    context: dict[str, Any] = {
        "summaries": found,
        "q": q,
        "sort": sort if sort in ORDERS else "newest",
        "line": sparkline,
    }
    if is_htmx(request):
        return fragment(visitor, "segments/_table.html", **context)
    db = services.records.reader()
    of_account = types_of_account(db, visitor.account.id)
    if not segments_of_account(db, visitor.account.id):
        context["examples"] = [(of_type, _examples(services, of_type)) for of_type in of_account]
        return page(visitor, "segments/empty.html", title="Segments", nav="segments", types=of_account, **context)
    return page(visitor, "segments/list.html", title="Segments", nav="segments", types=of_account, **context)


def _examples(services: Services, of_type: ContactType) -> list[Example]:
    return examples(fields_of_type(services.records.reader(), of_type.id), of_type.name)


handlers = [segment_list]
