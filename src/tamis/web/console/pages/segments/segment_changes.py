"""Renaming, duplicating and deleting a segment."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis import log
from tamis.actions.segments.segments import SegmentEdit, delete_segment, duplicate_segment, edit_segment, segment_by_id
from tamis.domain.errors import Invalid
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.display.segment_layout import load_segment, segment_page
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment, is_htmx, redirect
from tamis.web.console.requests.session import WebRequest
from tamis.web.console.roles import EDITOR


@get("/segments/{segment_id:int}/rename", opt=EDITOR, sync_to_thread=True)
def rename_form(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Show the form that renames a segment."""
    summary = load_segment(services, visitor, segment_id)
    segment = summary.segment
    return segment_page(visitor, summary, "rename", name=segment.name, description=segment.description, problem="")


@post("/segments/{segment_id:int}/rename", opt=EDITOR, status_code=200, sync_to_thread=True)
def rename(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    request: WebRequest,
    segment_id: FromPath[int],
) -> Response[str]:
    """Rename a segment, and change its description if the form has one."""
    name = form.text("name")
    before = segment_by_id(services.records.reader(), visitor.account, segment_id).name
    given = [text.replace("\r\n", "\n") for text in form.all("description")]
    try:
        segment = services.write(
            edit_segment, visitor.account, segment_id, SegmentEdit(name=name, description=given[0] if given else None)
        )
    except Invalid as error:
        problem = first_sentence(error)
        summary = load_segment(services, visitor, segment_id)
        shown = {"name": name, "description": "".join(given[:1]), "problem": problem}
        if is_htmx(request):
            return fragment(visitor, "segments/_rename.html", status=422, summary=summary, **shown)
        return segment_page(visitor, summary, "rename", status=422, **shown)
    notice = f"Segment renamed to “{segment.name}”." if segment.name != before else "Segment saved."
    return redirect(visitor, f"/segments/{segment_id}", notice=notice, request=request)


@post("/segments/{segment_id:int}/duplicate", opt=EDITOR, status_code=200, sync_to_thread=True)
def duplicate(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Create a segment with the same rule."""
    copy = services.write(duplicate_segment, visitor.account, segment_id)
    notice = f"“{copy.name}” created with the same rule. Manual changes were not copied."
    return redirect(visitor, f"/segments/{copy.id}", notice=notice)


@post("/segments/{segment_id:int}/delete", opt=EDITOR, status_code=200, sync_to_thread=True)
def delete(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Delete a segment; refused while other segments use it."""
    segment = services.write(delete_segment, visitor.account, segment_id)
    log.event("segment_deleted", account=visitor.account.id, segment=segment_id)
    return redirect(
        visitor, "/segments", notice=f"Segment “{segment.name}” deleted. You can restore it under “Deleted segments”."
    )


handlers = [rename_form, rename, duplicate, delete]
