"""The overlap of a segment with others: two or three as a diagram, all of them as a table."""

from dataclasses import dataclass

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from markupsafe import Markup

from tamis.actions.lookups import segments_of_type
from tamis.actions.segments.overlap import compare_segments, compare_with_all
from tamis.actions.services import Services
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.segments import Segment
from tamis.web.console.display.charts import bar
from tamis.web.console.display.filters import number
from tamis.web.console.display.segment_layout import load_segment, segment_page
from tamis.web.console.display.venn import venn_diagram
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment
from tamis.web.console.requests.session import Visitor


@dataclass(frozen=True, slots=True)
class ComparedSegments:
    """Two or three segments, their diagram, and the size of each of its parts: in which of them, and how many."""

    segments: list[Segment]
    sizes: list[int]
    union: int
    parts: list[tuple[tuple[bool, ...], int]]
    picture: Markup


@get("/segments/{segment_id:int}/overlap", sync_to_thread=True)
def overlap_page(
    services: ServicesDep,
    visitor: VisitorDep,
    segment_id: FromPath[int],
    a: FromQuery[str] = "",
    b: FromQuery[str] = "",
) -> Response[str]:
    """Show the overlap of a segment with one or two others; the table of all others is loaded separately."""
    summary = load_segment(services, visitor, segment_id)
    others = {
        segment.id: segment
        for segment in segments_of_type(services.records.reader(), summary.segment.contact_type_id)
        if segment.id != segment_id
    }
    requested = [int(text) for text in (a, b) if text.isascii() and text.isdigit() and len(text) < 19]
    chosen = [others[id_] for id_ in dict.fromkeys(requested) if id_ in others]
    return segment_page(
        visitor,
        summary,
        "overlap",
        others=sorted(others.values(), key=lambda other: other.name.casefold()),
        chosen=chosen,
        compared=_compare(services, visitor, [summary.segment, *chosen]) if chosen else None,
    )


@get("/segments/{segment_id:int}/overlap/all", sync_to_thread=True)
def overlap_with_all(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Return the table of overlaps with all other segments of the type."""
    size, found = compare_with_all(services, visitor.account.id, segment_id)
    return fragment(visitor, "segments/_overlaps.html", segment_id=segment_id, size=size, found=found, bar=bar)


def _compare(services: Services, visitor: Visitor, of: list[Segment]) -> ComparedSegments:
    found = compare_segments(services, visitor.account.id, [segment.id for segment in of])
    words = [f"{segment.name}: {number(size)}" for segment, size in zip(of, found.sizes, strict=True)]
    label = f"{'; '.join(words)}; in any of these: {number(found.union)}; in all of these: {number(found.intersection)}"
    return ComparedSegments(of, found.sizes, found.union, _parts(found), venn_diagram(found.sizes, found.matrix, label))


def _parts(found: Overlap) -> list[tuple[tuple[bool, ...], int]]:
    """Split an overlap into its disjoint parts."""
    n, every = len(found.sizes), found.intersection
    parts = [(tuple(i == j for j in range(n)), found.only[i]) for i in range(n)]
    if n == 3:
        for i, j in ((0, 1), (0, 2), (1, 2)):
            parts.append((tuple(k in (i, j) for k in range(n)), found.matrix[i][j] - every))
    return [*parts, ((True,) * n, every)]


handlers = [overlap_page, overlap_with_all]
