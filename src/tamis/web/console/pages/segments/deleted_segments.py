"""Deleted segments: restoring them, and deleting them for good."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis import log
from tamis.actions.segments.recovery import trash
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.roles import ADMIN, EDITOR


@get("/segments/deleted", sync_to_thread=True)
def deleted_list(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show the deleted segments that can be restored."""
    days = services.settings.trash_days
    found = trash.list_trash(services.records.reader(), services.clock(), visitor.account, days)
    return page(
        visitor, "segments/deleted.html", title="Deleted segments", nav="segments", deleted_segments=found, days=days
    )


@post("/segments/deleted/{deleted_segment_id:int}/restore", opt=EDITOR, status_code=200, sync_to_thread=True)
def restore(services: ServicesDep, visitor: VisitorDep, deleted_segment_id: FromPath[int]) -> Response[str]:
    """Restore a deleted segment; refused if something that its rule needs is gone."""
    days = services.settings.trash_days
    restored = services.write(trash.restore_deleted, visitor.account, days, deleted_segment_id)
    log.event("segment_restored", account=visitor.account.id, segment=deleted_segment_id)
    return redirect(visitor, f"/segments/{restored.id}", notice=f"Segment “{restored.name}” restored.")


@post("/segments/deleted/empty", opt=ADMIN, status_code=200, sync_to_thread=True)
def empty(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Delete for good what is in the trash."""
    trash.empty_trash(services, visitor.account)
    return redirect(visitor, "/segments", notice="The deleted segments are gone for good.")


handlers = [deleted_list, restore, empty]
