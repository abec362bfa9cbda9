"""Queries about segments: sizes, members, recipients and overlap."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tamis.domain.segments.members import Member
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.sampling import Sample


class SizeReads(Protocol):
    """Reads the sizes of segments."""

    def of_all(self) -> Mapping[int, int]:
        """Return the number of recipients of each segment; empty segments may be left out."""


class MemberReads(Protocol):
    """Reads the recipients of a segment for browsing and searching."""

    def page(
        self,
        type_id: int,
        segment_id: int,
        words: Sequence[str],
        /,
        *,
        after: int | None,
        before: int | None,
        limit: int,
        mailable: bool = False,
    ) -> list[Member]:
        """Return the recipients with each of some words in their email or name, ordered by recipient id: the next ones
        above `after`, or the last ones below `before` if that is given. Without words, `mailable` leaves out suppressed
        ones."""

    def count(self, type_id: int, segment_id: int, words: Sequence[str], /) -> int:
        """Count the recipients with each of some words in their email or name."""

    def count_contacts_and_externals(self, type_id: int, segment_id: int, /) -> tuple[int, int]:
        """Count the contacts of a type, and the recipients of a segment that are not contacts."""

    def count_suppressed(self, types: Mapping[int, int], /) -> dict[int, int]:
        """Count the recipients of segments that may not be mailed; `types` are the contact types of the segments, and
        segments without any are left out."""


class RecipientReads(Protocol):
    """Reads the recipients of a segment as the Segment API shows them: pairs of id and JSON document. With `mailable`,
    suppressed ones are left out."""

    def page(
        self, account_id: int, type_id: int, segment_id: int, after: int, limit: int, /, *, mailable: bool = False
    ) -> list[tuple[int, str]]:
        """Return a page of the recipients with ids above `after`, ordered by id."""

    def sampled_page(
        self,
        account_id: int,
        type_id: int,
        segment_id: int,
        sample: Sample,
        after: int,
        most: int,
        /,
        *,
        mailable: bool = False,
    ) -> tuple[int | None, list[tuple[int, str]]]:
        """Scan the next `most` recipients with ids above `after`; return the last id scanned, None at the end of the
        segment, and the recipients that are in the sample."""


class OverlapReads(Protocol):
    """Reads the overlap of segments."""

    def compare(self, segment_ids: Sequence[int], /) -> Overlap:
        """Compare segments with each other."""

    def shared_with(self, segment_id: int, others: Sequence[int], /) -> dict[int, int]:
        """Count the persons that a segment shares with each of some others; others that share none are left out."""

    def group_sizes(self, segment_id: int, sample: Sample, /) -> list[int]:
        """Count the members of a segment in each group of a sample."""
