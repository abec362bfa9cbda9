"""Which segments a write has made contacts enter and leave, exactly as the projector has found it."""

from collections.abc import Collection

from tamis.actions.changes.hub import PublishedBatch, sum_up
from tamis.actions.services import Services
from tamis.domain.segments.membership_changes import SegmentChanges


def read_segment_changes(services: Services, published: PublishedBatch, person_ids: Collection[int]) -> SegmentChanges:
    """Return which segments some contacts have entered and left in a batch of the projector, in sum: from memory, or
    for a large batch from the projection, which takes some milliseconds. External recipients count by the lower 32
    bits of their recipient ids. Raises Unavailable."""
    found = published.changes_of(person_ids)
    if found is not None:
        return found
    batch = published.batch
    # The batch is applied, and its part of the log stays as it is: a fresh view would project all later writes first.
    with services.open_columns().view() as columns:
        return sum_up(columns.history.sum_changes(batch.before, batch.number, list(person_ids)))
