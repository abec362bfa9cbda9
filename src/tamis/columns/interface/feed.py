"""Queries for the change feed."""

from collections.abc import Sequence
from typing import Protocol

from tamis.domain.segments.changes import LoggedEntry


class FeedReads(Protocol):
    """Reads the history as a feed: entries and exits, and when segments were built and deleted, in order."""

    def entries(self, segment_ids: Sequence[int], after: int, limit: int, /) -> list[LoggedEntry]:
        """Return the first entries of some segments with numbers above `after`, in order."""

    def last_number(self, at_least: int, /) -> int:
        """Return the last number of the history of all segments, but at least this one."""

    def built_at(self, segment_id: int, /) -> tuple[int, int] | None:
        """Return the first and the last number at which all members of a segment were computed, None if it has no
        history."""
