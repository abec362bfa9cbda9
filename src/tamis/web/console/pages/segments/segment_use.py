"""Using a segment: exporting it, and its calls of the Segment API."""

from typing import Any

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.consent.mailing import withholds_suppressed
from tamis.actions.exporting.download import segment_download
from tamis.actions.lookups import fields_of_type
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.consent.link_columns import LIST_UNSUBSCRIBE, LIST_UNSUBSCRIBE_POST
from tamis.domain.files.exports import resolve_fields
from tamis.web.console.display.segment_layout import load_segment, segment_page
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.session import WebRequest
from tamis.web.downloads import layout_of, send_file
from tamis.web.request_tasks import run_in_lane


@get("/segments/{segment_id:int}/api", sync_to_thread=True)
def api(services: ServicesDep, visitor: VisitorDep, request: WebRequest, segment_id: FromPath[int]) -> Response[str]:
    """Show the calls of the Segment API that read a segment."""
    base = f"{request.url.scheme}://{request.url.netloc}/api"
    return segment_page(visitor, load_segment(services, visitor, segment_id), "api", base=base)


@get("/segments/{segment_id:int}/export")
async def export(
    services: ServicesDep,
    visitor: VisitorDep,
    segment_id: FromPath[int],
    to: FromQuery[str] = "csv",
    suppressed: FromQuery[str] = "",
    links: FromQuery[str] = "",
) -> Response[Any]:
    """Send the recipients of a segment who can be mailed, or with `suppressed` all, as a file, which is made first and
    deleted afterwards; with `links`, it also has the headers of an email for unsubscribing."""
    layout = layout_of(to)
    db, account = services.records.reader(), visitor.account
    segment = segment_by_id(db, account, segment_id)
    mailable = suppressed != "included" and withholds_suppressed(db, account.id)
    fields = None
    if links == "headers":
        stored = resolve_fields(fields_of_type(db, segment.contact_type_id), None, with_links=True)
        fields = [field.key for field in (*stored, LIST_UNSUBSCRIBE, LIST_UNSUBSCRIBE_POST)]
    download = await run_in_lane(
        services.lanes.exports,
        account.id,
        lambda: segment_download(services, account, segment_id, layout, fields, mailable=mailable),
    )
    return send_file(download, segment.name, to)


handlers = [api, export]
