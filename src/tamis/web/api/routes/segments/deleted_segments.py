"""The trash: `/v1/deleted-segments`."""

from litestar import Response, delete, get, post

from tamis.actions.segments.recovery import trash
from tamis.actions.segments.segments import segment_tag
from tamis.actions.segments.sizes import listed_segments
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs, tagged
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.segment_versions import (
    DeletedSegmentOut,
    EmptiedOut,
    deleted_segment_out,
)
from tamis.web.api.schemas.segments import SegmentOut, segment_out

TAGS = ["Segments"]


@get("/deleted-segments", summary="List deleted segments", tags=TAGS, opt=needs(Scope.READ))
async def list_deleted_segments(call: CallDep, page: PageDep) -> Page[DeletedSegmentOut]:
    """Lists the segments in the trash, in the order of their ids: they can be restored for some days."""
    services = call.services
    found = await call.read(
        lambda: trash.list_trash(
            services.records.reader(), services.clock(), call.account, services.settings.trash_days
        )
    )
    return page_by_id(sorted(map(deleted_segment_out, found), key=lambda deleted: deleted.id), page)


@post(
    "/deleted-segments/{segment_id:int}/restore",
    summary="Restore a deleted segment",
    tags=TAGS,
    status_code=200,
    opt=needs(Scope.ADMIN),
)
async def restore_deleted_segment(call: CallDep, segment_id: Id) -> Response[SegmentOut]:
    """Restores a segment with its id, versions, history and manual changes; its members are computed anew. If its name
    is taken, it gets a number. Refused if something that its rule needs is gone."""
    days = call.services.settings.trash_days
    await call.write(trash.restore_deleted, call.account, days, segment_id)
    (listed,) = await call.read(lambda: listed_segments(call.services, call.account.id, segment_id))
    return tagged(segment_out(listed), segment_tag(listed.segment))


@delete(
    "/deleted-segments",
    summary="Delete all deleted segments for good",
    tags=TAGS,
    status_code=200,
    opt=needs(Scope.ADMIN),
)
async def empty_trash(call: CallDep) -> EmptiedOut:
    """Deletes for good what is in the trash, and returns how many segments that were."""
    return EmptiedOut(await call.compute(lambda: trash.empty_trash(call.services, call.account)))


handlers = [list_deleted_segments, restore_deleted_segment, empty_trash]
