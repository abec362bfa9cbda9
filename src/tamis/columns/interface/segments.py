"""Who is in segments, and how large they are."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tamis.domain.draws import Sample
from tamis.domain.members import Member
from tamis.domain.overlaps import Overlap


class SizeReads(Protocol):
    """Reads how large segments are."""

    def of_all(self) -> Mapping[int, int]:
        """Return how many recipients each segment has; empty ones may be left out."""


class MemberReads(Protocol):
    """Reads the recipients of a segment as people look through them."""

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
    ) -> list[Member]:
        """Return the recipients that have each of some words in their address or name, in order: the next ones above
        the number `after`, or, where `before` is given, the last ones below that."""

    def count(self, type_id: int, segment_id: int, words: Sequence[str], /) -> int:
        """Count the recipients that have each of some words in their address or name."""

    def surroundings(self, type_id: int, segment_id: int, /) -> tuple[int, int]:
        """Count the contacts of a type, and the recipients of a segment that are none of them."""


class RecipientReads(Protocol):
    """Reads the recipients of a segment as the Segment API shows them: each as its id and a JSON document."""

    def page(self, account_id: int, type_id: int, segment_id: int, after: int, limit: int, /) -> list[tuple[int, str]]:
        """Return a page of the recipients whose ids lie above `after`, in order of id."""

    def sampled_page(
        self, account_id: int, type_id: int, segment_id: int, sample: Sample, after: int, most: int, /
    ) -> tuple[int | None, list[tuple[int, str]]]:
        """Look at the next `most` recipients whose ids lie above `after`, and return those of them that are in a
        sample; before them the last id that was looked at, None at the end of the segment."""


class SetReads(Protocol):
    """Reads what segments have in common."""

    def overlap(self, segment_ids: Sequence[int], /) -> Overlap:
        """Compare segments with each other."""

    def in_common(self, segment_id: int, others: Sequence[int], /) -> dict[int, int]:
        """Count the persons whom a segment has in common with each of some others; those without any are left out."""

    def group_sizes(self, segment_id: int, sample: Sample, /) -> list[int]:
        """Count the members of a segment that fall into each group of a sample."""
