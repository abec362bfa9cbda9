"""Which segments a write has made contacts enter and leave, exactly as the projector has found it."""

from collections.abc import Collection

from tamis.actions.changes.hub import PublishedBatch, Watch, sum_up
from tamis.actions.services import Services
from tamis.domain.membership_changes import SegmentChanges


def wait_for_segment_changes(
    services: Services, watch: Watch, change: int, person_ids: Collection[int], seconds: float = 30
) -> SegmentChanges:
    """Wait in a thread until a change of the change log is projected, and return what it has changed for some contacts
    (see `read_segment_changes`); without a projector's thread, this one projects. Raises Unavailable."""
    if watch.find(change) is None:
        services.project()
    return read_segment_changes(services, watch.wait(change, seconds), person_ids)


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
