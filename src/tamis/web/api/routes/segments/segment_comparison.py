"""Comparing and sampling segments: `/v1/segments/overlap` and `/v1/segments/{id}/sample`."""

import msgspec
from litestar import post
from litestar.params import JSONBody

from tamis.actions.segments import overlap
from tamis.actions.segments.sampling import group_sizes, sampled_page
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.domain.segments.sampling import sample_of
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cursor_of
from tamis.web.api.paths import renamed_paths
from tamis.web.api.schemas.common import Id
from tamis.web.api.schemas.segments import (
    GroupOut,
    OverlapOut,
    SampledOut,
    SampleOut,
    SampleToDraw,
    SegmentsToCompare,
    segment_size_out,
)

TAGS = ["Segments"]


@post(
    "/segments/overlap",
    summary="Compare segments",
    tags=TAGS,
    status_code=200,
    dto=StrictJson[SegmentsToCompare],
    return_dto=None,
    opt=needs(Scope.READ),
)
async def compare_segments(call: CallDep, data: JSONBody[SegmentsToCompare]) -> OverlapOut:
    """Counts how many members 2 to 20 segments of one contact type have in total, in common, and only each of them."""
    with renamed_paths({"": "segment_ids"}):
        found = await call.compute(
            lambda: overlap.compare_segments(call.services, call.account.id, data.segment_ids),
        )
    segments = [segment_by_id(call.records, call.account, id_) for id_ in data.segment_ids]
    return OverlapOut(
        list(map(segment_size_out, segments, found.sizes)),
        found.union,
        found.intersection,
        found.only,
        found.matrix,
    )


@post(
    "/segments/{segment_id:int}/sample",
    summary="Draw a sample of members",
    tags=TAGS,
    status_code=200,
    dto=StrictJson[SampleToDraw],
    return_dto=None,
    opt=needs(Scope.READ),
)
async def sample_segment(call: CallDep, segment_id: Id, data: JSONBody[SampleToDraw], page: PageDep) -> SampleOut:
    """Draws a random sample of the members, or splits them into groups; the same seed always gives the same members. A
    larger sample contains the smaller one."""
    sample = sample_of(data.percent, data.groups, data.group, data.seed)
    services, account_id = call.services, call.account.id
    if data.groups is not None and data.group is None:
        sizes = await call.compute(lambda: group_sizes(services, account_id, segment_id, sample))
        return SampleOut([GroupOut(number, size) for number, size in enumerate(sizes, 1)], [], None)
    after: int | None = page.position(int) or 0
    found: list[tuple[int, str]] = []
    while after is not None and len(found) <= page.limit:
        begin = after
        after, rows = await call.compute(
            lambda: sampled_page(services, account_id, segment_id, sample, begin),  # noqa: B023  awaited at once
        )
        found += rows
    shown = found[: page.limit]
    more = len(found) > len(shown) or after is not None
    members = [msgspec.json.decode(document, type=SampledOut) for _, document in shown]
    return SampleOut([], members, cursor_of(shown[-1][0]) if more and shown else None)


handlers = [compare_segments, sample_segment]
