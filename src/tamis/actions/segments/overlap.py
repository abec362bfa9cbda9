"""How many persons segments have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from tamis.actions.services import Services
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.segments import Segment
from tamis.records.handles import Reader
from tamis.records.segments import segments

FEWEST, MOST = 2, 20


def compare_segments(services: Services, account_id: int, segment_ids: Sequence[int]) -> Overlap:
    """Compare segments of one contact type; raises NotFound, and Invalid when they cannot be compared."""
    with services.view(account_id) as view:
        found = comparable(view.records, account_id, segment_ids)
        return view.columns.overlap.compare([segment.id for segment in found])


@dataclass(frozen=True, slots=True)
class SharedMembers:
    """Another segment of the same type: how many persons are in it, and how many of them are in both."""

    segment: Segment
    recipients: int
    shared: int


def compare_with_all(services: Services, account_id: int, segment_id: int) -> tuple[int, list[SharedMembers]]:
    """Compare a segment with every other one of its type; return its own size, and the others by shared members, most
    first. Raises NotFound."""
    with services.view(account_id) as view:
        segment = live_segment(view.records, account_id, segment_id)
        live = segments.live_of_type(view.records, segment.contact_type_id)
        others = [other for other in live if other.id != segment.id]
        sizes = view.columns.sizes.of_all()
        shared = view.columns.overlap.shared_with(segment.id, [other.id for other in others])
    found = [SharedMembers(other, sizes.get(other.id, 0), shared.get(other.id, 0)) for other in others]
    return sizes.get(segment.id, 0), sorted(found, key=lambda one: (-one.shared, one.recipients, one.segment.id))


def comparable(db: Reader, account_id: int, segment_ids: Sequence[int]) -> list[Segment]:
    """Return the segments to compare; raises NotFound, and Invalid when they cannot be compared."""
    if not FEWEST <= len(segment_ids) <= MOST:
        raise Invalid([Problem("", "wrong_number_of_segments", fewest=FEWEST, most=MOST, count=len(segment_ids))])
    found = [live_segment(db, account_id, id_) for id_ in segment_ids]
    first, checked = found[0], set()
    for segment in found:
        if segment.id in checked:
            raise Invalid([Problem("", "segment_named_twice", segment=segment.name)])
        if segment.contact_type_id != first.contact_type_id:
            raise Invalid([Problem("", "segments_of_two_types", segment=segment.name, other=first.name)])
        checked.add(segment.id)
    return found


def live_segment(db: Reader, account_id: int, segment_id: int) -> Segment:
    """Return a segment of an account; raises NotFound."""
    found = segments.live_by_id(db, account_id, segment_id)
    if found is None:
        raise NotFound("segment_unknown", segment=segment_id)
    return found
