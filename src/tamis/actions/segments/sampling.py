"""Samples and groups of the members of a segment."""

from tamis.actions.consent.mailing import withholds_suppressed
from tamis.actions.segments.overlap import live_segment
from tamis.actions.services import Services
from tamis.domain.segments.sampling import Sample

RECIPIENTS_PER_PAGE, MOST_SCANNED = 10_000, 1_000_000
SampledPage = tuple[int | None, list[tuple[int, str]]]


def group_sizes(services: Services, account_id: int, segment_id: int, sample: Sample) -> list[int]:
    """Count the members of a segment in each group of a sample; a sample without groups counts as one group. Raises
    NotFound."""
    with services.view(account_id) as view:
        segment = live_segment(view.records, account_id, segment_id)
        return view.columns.overlap.group_sizes(segment.id, sample)


def sampled_page(services: Services, account_id: int, segment_id: int, sample: Sample, after: int) -> SampledPage:
    """Return the id after which the next page begins, None at the end, and a page of the recipients in a sample,
    ordered by id: about 10,000, and sometimes none. Raises NotFound."""
    most = min(MOST_SCANNED, round(RECIPIENTS_PER_PAGE / max(sample.share, RECIPIENTS_PER_PAGE / MOST_SCANNED)))
    with services.view(account_id) as view:
        segment = live_segment(view.records, account_id, segment_id)
        mailable = withholds_suppressed(view.records, account_id)
        return view.columns.recipients.sampled_page(
            account_id, segment.contact_type_id, segment.id, sample, after, most, mailable=mailable
        )
