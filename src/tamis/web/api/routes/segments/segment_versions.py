"""Versions of segments: `/v1/segments/{id}/versions`."""

from typing import Annotated

from litestar import Response, get, post
from litestar.params import Parameter, QueryParameter

from tamis.actions.lookups import fields_of_type
from tamis.actions.segments.planning.edit_effects import SAMPLE_SIZE, effect_of_edit
from tamis.actions.segments.recovery import comparison, versions
from tamis.actions.segments.segments import SegmentEdit, segment_by_id, segment_tag
from tamis.actions.segments.sizes import listed_segments
from tamis.domain.accounts.accounts import Scope
from tamis.domain.segments.versions import BEYOND_LAST
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs, tagged
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.requests import ADMITS, require_scope
from tamis.web.api.schemas.common import MAX_ID, Id, Page
from tamis.web.api.schemas.segment_versions import ComparisonOut, VersionOut, comparison_out, version_out
from tamis.web.api.schemas.segments import EffectOut, SegmentOut, effect_out, segment_out
from tamis.web.api.suppression_marks import mark_suppressed

TAGS = ["Segments"]


@get("/segments/{segment_id:int}/versions", summary="List the versions of a segment", tags=TAGS, opt=needs(Scope.READ))
async def list_segment_versions(call: CallDep, segment_id: Id, page: PageDep) -> Page[VersionOut]:
    """Lists every rule that the segment has had, newest first, with its author and the number of members before and
    after."""
    before = page.position(int) or BEYOND_LAST
    found = await call.read(
        lambda: versions.list_versions(call.services, call.account, segment_id, page.limit + 1, before)
    )
    return cut_page([version_out(version) for version in found], page, lambda version: version.number)


@get(
    "/segments/{segment_id:int}/versions/{number:int}",
    summary="Get a version of a segment",
    tags=TAGS,
    opt=needs(Scope.READ),
)
async def get_segment_version(call: CallDep, segment_id: Id, number: Id) -> VersionOut:
    """Returns a rule that the segment has or had."""
    return version_out(await call.read(lambda: versions.version_of(call.services, call.account, segment_id, number)))


@get(
    "/segments/{segment_id:int}/versions/{number:int}/compare",
    summary="Compare two versions of a segment",
    tags=TAGS,
    opt=needs(Scope.READ),
)
async def compare_segment_versions(
    call: CallDep,
    segment_id: Id,
    number: Id,
    with_version: Annotated[
        int, QueryParameter(name="with", ge=1, le=MAX_ID, description="The number of the later version.")
    ],
) -> ComparisonOut:
    """Returns both rules line by line, with what was added and removed, and how many of the present contacts only one
    of them selects."""
    found = await call.compute(
        lambda: comparison.compare_versions(call.services, call.account, segment_id, number, with_version)
    )
    return comparison_out(found)


@post(
    "/segments/{segment_id:int}/versions/{number:int}/restore",
    summary="Restore a version of a segment",
    tags=TAGS,
    status_code=200,
    opt={**needs(Scope.ADMIN, conditional=True), ADMITS: Scope.READ},
)
async def restore_segment_version(
    call: CallDep,
    segment_id: Id,
    number: Id,
    dry_run: Annotated[bool, Parameter(description="Change nothing, and return who would enter and leave.")] = False,
) -> Response[SegmentOut | EffectOut]:
    """Gives the segment the rule of the version again, which makes a new version. The name and manual changes stay.
    Refused if something that the rule needs is gone. With `dry_run`, the scope `read` is enough."""
    if dry_run:
        draft = versions.draft_of_version(call.records, call.account, segment_id, number)
        edit, segment = SegmentEdit(draft=draft), segment_by_id(call.records, call.account, segment_id)
        effect = await call.compute(
            lambda: effect_of_edit(
                call.services, call.account, segment_id, edit, call.precondition, sample_size=SAMPLE_SIZE
            )
        )
        shown = effect_out(effect, fields_of_type(call.records, segment.contact_type_id))
        await mark_suppressed(call, [*shown.sample.entering, *shown.sample.leaving])
        return Response(shown)
    require_scope(call.key, Scope.ADMIN)
    await call.write(versions.restore_version, call.account, segment_id, number, call.precondition)
    (listed,) = await call.read(lambda: listed_segments(call.services, call.account.id, segment_id))
    return tagged(segment_out(listed), segment_tag(listed.segment))


handlers = [list_segment_versions, get_segment_version, compare_segment_versions, restore_segment_version]
