"""Rename a segment, duplicate it, delete it."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis import log
from tamis.actions.segments.segments import delete_segment, duplicate_segment, edit_segment
from tamis.domain.errors import Invalid
from tamis.web.console.answers import fragment, from_htmx, see
from tamis.web.console.injected import InjectedForm, InjectedServices, InjectedVisitor
from tamis.web.console.segment_frame import frame_of, segment_page
from tamis.web.console.session import WebRequest
from tamis.web.console.wording import told


@get("/segments/{segment_id:int}/rename", sync_to_thread=True)
def rename_form(services: InjectedServices, visitor: InjectedVisitor, segment_id: FromPath[int]) -> Response[str]:
    """Show the form in which a segment gets another name."""
    frame = frame_of(services, visitor, segment_id)
    return segment_page(visitor, frame, "rename", name=frame.segment.name, problem="")


@post("/segments/{segment_id:int}/rename", status_code=200, sync_to_thread=True)
def rename(
    services: InjectedServices,
    visitor: InjectedVisitor,
    form: InjectedForm,
    request: WebRequest,
    segment_id: FromPath[int],
) -> Response[str]:
    """Rename a segment."""
    name = form.text("name")
    try:
        segment = services.write(edit_segment, visitor.account, segment_id, name=name)
    except Invalid as error:
        problem = told(error)
        frame = frame_of(services, visitor, segment_id)
        if from_htmx(request):
            return fragment(visitor, "segments/_rename.html", status=422, frame=frame, name=name, problem=problem)
        return segment_page(visitor, frame, "rename", status=422, name=name, problem=problem)
    said = f"The segment is called “{segment.name}” now."
    return see(visitor, f"/segments/{segment_id}", said=said, request=request)


@post("/segments/{segment_id:int}/duplicate", status_code=200, sync_to_thread=True)
def duplicate(services: InjectedServices, visitor: InjectedVisitor, segment_id: FromPath[int]) -> Response[str]:
    """Make a segment with the same rule."""
    copy = services.write(duplicate_segment, visitor.account, segment_id)
    said = f"This is “{copy.name}”: the same rule, without what was done by hand."
    return see(visitor, f"/segments/{copy.id}", said=said)


@post("/segments/{segment_id:int}/delete", status_code=200, sync_to_thread=True)
def delete(services: InjectedServices, visitor: InjectedVisitor, segment_id: FromPath[int]) -> Response[str]:
    """Delete a segment, which is refused while others name it."""
    segment = services.write(delete_segment, visitor.account, segment_id)
    log.event("segment_deleted", account=visitor.account.id, segment=segment_id)
    return see(visitor, "/segments", said=f"The segment “{segment.name}” was deleted. Its contacts are still there.")


handlers = [rename_form, rename, duplicate, delete]
