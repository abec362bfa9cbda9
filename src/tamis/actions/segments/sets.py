"""Compare segments with each other, and draw samples and groups of their members."""

from collections.abc import Sequence
from dataclasses import dataclass

from tamis.actions.services import Services
from tamis.domain.draws import Sample
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.overlaps import Overlap
from tamis.domain.segments import Segment
from tamis.records import segments
from tamis.records.handles import Reader

FEWEST, MOST = 2, 20
RECIPIENTS_A_PAGE, MOST_LOOKED_AT = 10_000, 1_000_000
SampledPage = tuple[int | None, list[tuple[int, str]]]


def overlap(services: Services, account_id: int, segment_ids: Sequence[int]) -> Overlap:
    """Compare segments of one contact type; raises NotFound, and Invalid when they cannot be compared."""
    with services.view(account_id) as view:
        found = comparable(view.records, account_id, segment_ids)
        return view.columns.sets.overlap([segment.id for segment in found])


@dataclass(frozen=True, slots=True)
class InCommon:
    """Another segment of the same type: how many persons are in it, and how many of these in both."""

    segment: Segment
    recipients: int
    shared: int


def overlaps(services: Services, account_id: int, segment_id: int) -> tuple[int, list[InCommon]]:
    """Compare a segment with every other one of its type: gives its own size, and the others, those that have most in
    common with it first. Raises NotFound."""
    with services.view(account_id) as view:
        segment = _segment(view.records, account_id, segment_id)
        live = segments.live_of_type(view.records, segment.contact_type_id)
        others = [other for other in live if other.id != segment.id]
        sizes = view.columns.sizes.of_all()
        shared = view.columns.sets.in_common(segment.id, [other.id for other in others])
    found = [InCommon(other, sizes.get(other.id, 0), shared.get(other.id, 0)) for other in others]
    return sizes.get(segment.id, 0), sorted(found, key=lambda one: (-one.shared, one.recipients, one.segment.id))


def group_sizes(services: Services, account_id: int, segment_id: int, sample: Sample) -> list[int]:
    """Count the members of a segment who are in each group of a sample; a sample without groups is one. Raises
    NotFound."""
    with services.view(account_id) as view:
        segment = _segment(view.records, account_id, segment_id)
        return view.columns.sets.group_sizes(segment.id, sample)


def sampled_page(services: Services, account_id: int, segment_id: int, sample: Sample, after: int) -> SampledPage:
    """Return the next of the recipients who are in a sample, in order of their ids, and before them the id after which
    to ask on, None at the end; raises NotFound. A page has about 10,000 recipients, and may have none."""
    most = min(MOST_LOOKED_AT, round(RECIPIENTS_A_PAGE / max(sample.share, RECIPIENTS_A_PAGE / MOST_LOOKED_AT)))
    with services.view(account_id) as view:
        segment = _segment(view.records, account_id, segment_id)
        return view.columns.recipients.sampled_page(
            account_id, segment.contact_type_id, segment.id, sample, after, most
        )


def comparable(db: Reader, account_id: int, segment_ids: Sequence[int]) -> list[Segment]:
    """Find the segments that are to be compared; raises NotFound, and Invalid when they cannot be."""
    if not FEWEST <= len(segment_ids) <= MOST:
        raise Invalid([Problem("", "wrong_number_of_segments", fewest=FEWEST, most=MOST, count=len(segment_ids))])
    found = [_segment(db, account_id, id_) for id_ in segment_ids]
    first, seen = found[0], set()
    for segment in found:
        if segment.id in seen:
            raise Invalid([Problem("", "segment_named_twice", segment=segment.name)])
        if segment.contact_type_id != first.contact_type_id:
            raise Invalid([Problem("", "segments_of_two_types", segment=segment.name, other=first.name)])
        seen.add(segment.id)
    return found


def _segment(db: Reader, account_id: int, segment_id: int) -> Segment:
    found = segments.live_by_id(db, account_id, segment_id)
    if found is None:
        raise NotFound("segment_unknown", segment=segment_id)
    return found
