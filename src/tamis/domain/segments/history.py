"""The history of memberships as it passes between the stores: the projector makes it, the records keep it.

Instants are microseconds since 1970 in UTC. Numbers of changes and snapshots come from one sequence that only grows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from tamis.domain.segments.membership_changes import DaySize
from tamis.domain.segments.versions import VersionSize


class ChangeRow(NamedTuple):
    """A membership change as it is stored: an entry (`change` 1) or exit (-1) of a recipient."""

    number: int
    recipient_id: int
    change: int
    instant: int
    cause: str


class SnapshotRow(NamedTuple):
    """A snapshot as it is stored: all members of a segment were computed, and `recipients` is their count."""

    number: int
    segment_id: int
    instant: int
    cause: str
    recipients: int


class Pack(NamedTuple):
    """Many membership changes as one Parquet file with the columns number, recipient_id, change, instant, cause."""

    first_number: int
    last_number: int
    changes: bytes


class MemberList(NamedTuple):
    """A part of those who were in a segment after a number of the history, as one Parquet file with the columns
    recipient_id and entered_at."""

    segment_id: int
    part: int
    number: int
    members: bytes


class SegmentDay(NamedTuple):
    """How large a segment was at the end of a day, as far as the day has gone."""

    segment_id: int
    size: DaySize


@dataclass(frozen=True, slots=True)
class Position:
    """How far the kept history goes.

    `change` is the number of the change log up to which the projection had followed when it was written, `number` the
    newest number of the history, `as_of` when the memberships of a contact type were right that time changes. `mark`
    is another one after every write: the projection stands at this history exactly when it has the same.
    """

    change: int
    number: int
    mark: int
    as_of: Mapping[int, datetime]
    trimmed: date | None


@dataclass(frozen=True, slots=True)
class KeptHistory:
    """The whole history as it is kept, to be read once."""

    position: Position
    changes: Iterable[Sequence[ChangeRow]]
    packs: Iterable[Pack]
    snapshots: Sequence[SnapshotRow]
    members: Iterable[MemberList]
    days: Sequence[SegmentDay]


@dataclass(frozen=True, slots=True)
class HistoryBatch:
    """What one transaction of the projection adds to the history, all or nothing.

    It fits only where the kept history has the mark `expected`. `packs` and `members` may be made while they are
    written. Segments in `rebuilt` lose their old lists of members; those in `members` get new ones.
    """

    expected: int
    mark: int
    change: int
    number: int
    as_of: Mapping[int, datetime | None]
    changes: Sequence[ChangeRow] = ()
    packs: Iterable[Pack] = ()
    snapshots: Sequence[SnapshotRow] = ()
    rebuilt: Sequence[int] = ()
    members: Iterable[MemberList] = ()
    days: Sequence[SegmentDay] = ()
    trimmed: date | None = None
    versions: Sequence[VersionSize] = ()


@dataclass(frozen=True, slots=True)
class ProjectedBatch:
    """What one committed transaction of the projection has done: it has applied the change log up to `change`, and
    added the numbers above `before` up to `number` to the history.

    `changes` and `snapshots` are these additions, or None if they are too many for memory.
    """

    change: int
    before: int
    number: int
    changes: Sequence[ChangeRow] | None = ()
    snapshots: Sequence[SnapshotRow] = ()


@dataclass(frozen=True, slots=True)
class HistoryTrim:
    """What goes from the history of some segments; the log of each begins with its first snapshot.

    `snapshots` take the place of all that their segments had up to their numbers. Of the segments in `dropped` nothing
    stays but how they were deleted. Packs that end before `first_number` hold nothing that is kept.
    """

    expected: int
    mark: int
    snapshots: Sequence[SnapshotRow]
    members: Iterable[MemberList]
    dropped: Sequence[int]
    first_number: int
    trimmed: date | None
