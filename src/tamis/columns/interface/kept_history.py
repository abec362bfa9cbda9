"""Queries that compare the projection's copy of the history with the history that the records keep."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from tamis.columns.interface.verification import Discrepancies
from tamis.domain.segments.history import ChangeRow, MemberList, Pack, SegmentDay, SnapshotRow


class Comparison(NamedTuple):
    """The number of kept rows, and those that differ in the projection."""

    kept: int
    differing: Discrepancies


class KeptHistoryReads(Protocol):
    """Compares the projection with the kept history, for `tamis doctor`. Spans are those after one number up to
    another."""

    def mark(self) -> int:
        """Return the mark of the history that the projection has."""

    def pack_is_whole(self, pack: Pack, /) -> bool:
        """Return whether a pack is readable and has the numbers that it claims, each once."""

    def list_is_whole(self, part: MemberList, /) -> bool:
        """Return whether a part of a list of members is readable and belongs to its segment."""

    def changes(self, after: int, last: int, rows: Sequence[ChangeRow], pack: Pack | None, /) -> Comparison:
        """Compare the changes with numbers above `after` up to `last`."""

    def snapshots(self, after: int, last: int, kept: Sequence[SnapshotRow], /) -> Comparison:
        """Compare the snapshots of a span of segments; the discrepancies are numbers of snapshots."""

    def days(self, after: int, last: int, kept: Sequence[SegmentDay], /) -> Comparison:
        """Compare the daily sizes of a span of segments; the discrepancies are segments."""

    def members(self, after: int, last: int, lists: Iterable[MemberList], /) -> Comparison:
        """Compare the members of a span of segments with the kept lists and later changes; the discrepancies are
        recipient ids."""

    def unlisted(self, after: int, last: int, /) -> Discrepancies:
        """Return the segments that have a size but no list of members, or a list but no size. Call `members` for the
        same span first."""

    def against_days(self, after: int, last: int, /) -> Discrepancies:
        """Return the segments whose last daily size differs from the number of kept members. Call `days` and `members`
        for the same span first."""
