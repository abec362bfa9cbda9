"""The projection's copy of the history of memberships, to be held against the history that the records keep."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from tamis.columns.interface.verification import Discrepancies
from tamis.domain.history import ChangeRow, MemberList, Pack, SegmentDay, SnapshotRow


class Comparison(NamedTuple):
    """How many rows are kept, and the numbers of those that the projection does not have alike."""

    kept: int
    differing: Discrepancies


class KeptHistoryReads(Protocol):
    """Compares what the projection has with what is kept, for `tamis doctor`. Spans of segments are those after one
    number up to another."""

    def mark(self) -> int:
        """Return the mark of the history at which the projection stands."""

    def pack_is_whole(self, pack: Pack, /) -> bool:
        """Return whether the changes of a pack can be read and have the numbers that it says, each once."""

    def list_is_whole(self, part: MemberList, /) -> bool:
        """Return whether a part of a list of members can be read and is of its segment."""

    def changes(self, after: int, last: int, rows: Sequence[ChangeRow], pack: Pack | None, /) -> Comparison:
        """Compare the changes above one number up to another."""

    def snapshots(self, after: int, last: int, kept: Sequence[SnapshotRow], /) -> Comparison:
        """Compare the snapshots of a span of segments; what differs are their numbers."""

    def days(self, after: int, last: int, kept: Sequence[SegmentDay], /) -> Comparison:
        """Compare the daily sizes of a span of segments; what differs are segments."""

    def members(self, after: int, last: int, lists: Iterable[MemberList], /) -> Comparison:
        """Compare the members of a span of segments with those of the kept lists and the later changes; what differs
        are numbers of recipients."""

    def unlisted(self, after: int, last: int, /) -> Discrepancies:
        """Return the segments that have a size and no list of members, or the other way round, once `members` has been
        asked for the same span."""

    def against_days(self, after: int, last: int, /) -> Discrepancies:
        """Return the segments whose last daily size is another number than that of the kept members, once `days` and
        `members` have been asked for the same span."""
