"""Changes of memberships: `/v1/changes`, and who the members were before."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from litestar import Request, Response, get
from litestar.params import HeaderParameter, Parameter
from litestar.response import Stream

from tamis.actions.changes.past_members import members_at_change
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Problem
from tamis.web.api.calls import CallDep
from tamis.web.api.listening import Wanted
from tamis.web.api.operations import EVENT_STREAM, EVENTS, needs
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.changes import ChangePage, PastMemberOut, change_page
from tamis.web.api.schemas.common import MAX_ID, Id, Page

T = TypeVar("T")
TAGS = ["Changes"]
MAX_WAIT = 60
NOW = "now"
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)


@get(
    "/changes",
    summary="Follow who enters and leaves",
    tags=TAGS,
    opt={**needs(Scope.READ, errors=("404", "410")), EVENTS: True},
)
async def list_changes(
    call: CallDep,
    request: Request[Any, Any, Any],
    page: PageDep,
    after: Annotated[
        str,
        Parameter(
            pattern="^([0-9]{1,16}|now)$",
            description="The number of the last change that you have; 0 for all that are kept, `now` for none of them.",
        ),
    ] = "0",
    segment_id: Annotated[int | None, Parameter(ge=1, le=MAX_ID, description="Only changes of this segment.")] = None,
    wait: Annotated[
        int, Parameter(ge=0, le=MAX_WAIT, description="Wait up to this many seconds if there are no changes yet.")
    ] = 0,
    last_event_id: Annotated[
        str | None, HeaderParameter(name="Last-Event-ID", description="Continues a stream after this number.")
    ] = None,
) -> Response[ChangePage]:
    """Returns entries into segments and exits from them, in order: nothing is skipped, and nothing comes twice. With
    `wait`, or with `Accept: text/event-stream` as server-sent events, changes come as soon as they happen. 410 if
    changes after that number are no longer kept."""
    listening = call.listening
    wanted = Wanted(call.account.id, segment_id)
    is_stream = EVENT_STREAM in request.headers.get("accept", "").lower()
    start = page.cursor or (last_event_id if is_stream and last_event_id else after)
    number = await listening.newest(call.account.id) if start == NOW else _number(start)
    if is_stream:
        first = await listening.read(wanted, number, page.limit)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        events = await listening.open_stream(wanted, first, call.key.public_key, call.require_valid_key)
        stream: Response[Any] = Stream(events, media_type=EVENT_STREAM, headers=headers)
        return stream
    if not wait:
        return Response(change_page(await listening.read(wanted, number, page.limit)))
    with listening.listener(call.key.public_key):
        waiting = listening.wait_for_page(wanted, number, page.limit, wait)
        found = await _unless_disconnected(request, waiting)
    call.require_valid_key()
    return Response(change_page(found))


@get(
    "/segments/{segment_id:int}/past-members",
    summary="List members as of a change",
    tags=TAGS,
    opt=needs(Scope.READ, errors=("410",)),
)
async def list_past_members(
    call: CallDep,
    segment_id: Id,
    page: PageDep,
    at_change: Annotated[int, Parameter(ge=0, le=MAX_ID, description="The number of a change, or a `next_cursor`.")],
) -> Page[PastMemberOut]:
    """Lists who was a member of a segment after a change, in the order of their ids. With these, and the changes after
    that one, a program knows the members at any time. 410 if they are not known for so long ago, or if the segment was
    built again since."""
    after = page.position(int) or 0
    found = await call.read(
        lambda: members_at_change(call.services, call.account, segment_id, at_change, after, page.limit + 1)
    )
    return cut_page([PastMemberOut(*member) for member in found], page, lambda member: member.id)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MAX_ID:
        raise BadRequest([Problem("after", "parameter_not_valid", reason="must be a number of a change")])
    return int(text)


async def _unless_disconnected(request: Request[Any, Any, Any], waiting: Awaitable[T]) -> T:
    """Await something, and cancel it once the client has left."""
    task = asyncio.ensure_future(waiting)

    async def watch(receive: Callable[[], Awaitable[Any]]) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        task.cancel()

    watcher = asyncio.create_task(watch(request.receive))
    try:
        return await task
    finally:
        watcher.cancel()


handlers = [list_changes, list_past_members]
