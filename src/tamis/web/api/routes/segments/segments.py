"""Segments: `/v1/segments`."""

from typing import Annotated

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody, Parameter
from msgspec import UNSET

from tamis import log
from tamis.actions.fields.types import type_by_id
from tamis.actions.lookups import fields_of_type
from tamis.actions.segments import segments
from tamis.actions.segments.planning.edit_effects import SAMPLE_SIZE, effect_of_edit
from tamis.actions.segments.rule_syntax import draft_of
from tamis.actions.segments.segments import (
    Keep,
    SegmentEdit,
    segment_by_id,
    segment_tag,
)
from tamis.actions.segments.sizes import ListedSegment, listed_segments
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.operations import created, needs, tagged
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.paths import renamed_paths
from tamis.web.api.requests import ADMITS, require_scope
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.segments import (
    EffectOut,
    NewSegment,
    SegmentOut,
    SegmentPatch,
    effect_out,
    segment_out,
)
from tamis.web.api.suppression_marks import mark_suppressed

TAGS = ["Segments"]
PATHS = {"segment_name": "name"}


@get("/segments", summary="List segments", tags=TAGS, opt=needs(Scope.READ))
async def list_segments(
    call: CallDep,
    page: PageDep,
    contact_type_id: Annotated[int | None, Parameter(description="Only the segments of this contact type.")] = None,
) -> Page[SegmentOut]:
    """Lists the segments of the account with their sizes, oldest first."""
    if contact_type_id is not None:
        type_by_id(call.records, call.account, contact_type_id)
    found = await call.read(lambda: listed_segments(call.services, call.account.id))
    wanted = [listed for listed in reversed(found) if contact_type_id in (None, listed.segment.contact_type_id)]
    return page_by_id([segment_out(listed) for listed in wanted], page)


@post(
    "/segments",
    summary="Create a segment",
    tags=TAGS,
    dto=StrictJson[NewSegment],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def create_segment(call: CallDep, data: JSONBody[NewSegment]) -> Response[SegmentOut]:
    """Creates a segment; when the response arrives, its members are known."""
    contact_type = type_by_id(call.records, call.account, data.contact_type_id)
    with renamed_paths(PATHS):
        draft = draft_of(data.rule)
        segment_id = await call.create(
            segments.create_segment, call.account, contact_type, data.name, draft, data.description or ""
        )
    listed = await _listed(call, segment_id)
    return created(segment_out(listed), "segments", segment_id, segment_tag(listed.segment))


@get("/segments/{segment_id:int}", summary="Get a segment", tags=TAGS, opt=needs(Scope.READ, conditional=True))
async def get_segment(call: CallDep, segment_id: Id) -> Response[SegmentOut]:
    """Returns a segment with its size. Its `ETag` is that of what can be edited, not of the size."""
    listed = await _listed(call, segment_id)
    return tagged(segment_out(listed), segment_tag(listed.segment), call)


@patch(
    "/segments/{segment_id:int}",
    summary="Change a segment",
    tags=TAGS,
    dto=StrictJson[SegmentPatch],
    return_dto=None,
    opt={**needs(Scope.ADMIN, conditional=True), ADMITS: Scope.READ},
)
async def change_segment(
    call: CallDep,
    segment_id: Id,
    data: JSONBody[SegmentPatch],
    dry_run: Annotated[bool, Parameter(description="Change nothing, and return who would enter and leave.")] = False,
) -> Response[SegmentOut | EffectOut]:
    """Changes the name, the rule or the description of a segment. Manual changes of members are kept.

    With `dry_run`, nothing is changed, and the scope `read` is enough: the response says how many would enter and
    leave, with some of them, and what would happen to the segments that depend on this one."""
    if not dry_run:
        require_scope(call.key, Scope.ADMIN)
    with renamed_paths(PATHS):
        edit = SegmentEdit(
            name=None if data.name is UNSET else data.name,
            draft=Keep.RULE if data.rule is UNSET else draft_of(data.rule),
            description=None if data.description is UNSET else data.description or "",
        )
        if dry_run:
            effect = await call.compute(
                lambda: effect_of_edit(
                    call.services, call.account, segment_id, edit, call.precondition, sample_size=SAMPLE_SIZE
                )
            )
            segment = segment_by_id(call.records, call.account, segment_id)
            shown = effect_out(effect, fields_of_type(call.records, segment.contact_type_id))
            await mark_suppressed(call, [*shown.sample.entering, *shown.sample.leaving])
            return Response(shown)
        await call.write(segments.edit_segment, call.account, segment_id, edit, call.precondition)
    listed = await _listed(call, segment_id)
    return tagged(segment_out(listed), segment_tag(listed.segment))


@delete(
    "/segments/{segment_id:int}",
    summary="Delete a segment",
    tags=TAGS,
    opt=needs(Scope.ADMIN, conditional=True),
)
async def delete_segment(call: CallDep, segment_id: Id) -> None:
    """Deletes a segment; its contacts are kept. Refused while the rule of another segment uses it."""
    await call.write(segments.delete_segment, call.account, segment_id, call.precondition)
    log.event("segment_deleted", account=call.account.id, segment=segment_id)


async def _listed(call: Call, segment_id: int) -> ListedSegment:
    (listed,) = await call.read(lambda: listed_segments(call.services, call.account.id, segment_id))
    return listed


handlers = [list_segments, create_segment, get_segment, change_segment, delete_segment]
