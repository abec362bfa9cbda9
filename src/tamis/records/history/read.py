"""Read the history of memberships: as a whole to restore the projection, or in part to verify and pack it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tamis.domain.segments.history import (
    ChangeRow,
    KeptHistory,
    MemberList,
    Pack,
    Position,
    SegmentDay,
    SnapshotRow,
)
from tamis.domain.segments.membership_changes import Cause, DaySize
from tamis.domain.values.instants import from_micros
from tamis.records.engine import sql
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("history")
ROWS_PER_PAGE = 50_000


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Consecutive changes: rows, then possibly a pack; `last` is their highest number, None when there are none."""

    rows: Sequence[ChangeRow]
    pack: Pack | None
    last: int | None


@dataclass(frozen=True, slots=True)
class SegmentsHistory:
    """The snapshots, daily sizes and member lists of a range of segments."""

    snapshots: Sequence[SnapshotRow]
    days: Sequence[SegmentDay]
    lists: Sequence[tuple[int, int]]
    """Segment and part of each part of a member list."""


@dataclass(frozen=True, slots=True)
class Contradictions:
    """Counts of inconsistencies within the history."""

    numbers_ahead: int
    overlapping_packs: int
    numbers_twice: int
    without_beginning: int
    broken_lists: int


def read_position(db: Reader) -> Position:
    """Return the position up to which the history is kept."""
    clocks = sql.select_tuples(db, tuple[int, int], SQL["clocks"])
    as_of = {type_id: from_micros(instant) for type_id, instant in clocks}
    ((change, number, mark, trimmed),) = sql.select_tuples(db, tuple[int, int, int, str | None], SQL["position"])
    return Position(change, number, mark, as_of, date.fromisoformat(trimmed) if trimmed else None)


def read_history(db: Reader) -> KeptHistory:
    """Return the whole history; long parts are read lazily."""
    return KeptHistory(
        read_position(db),
        iterate_changes(db),
        iterate_packs(db),
        read_snapshots(db),
        iterate_member_lists(db),
        read_days(db),
    )


def iterate_changes(db: Reader) -> Iterator[Sequence[ChangeRow]]:
    """Yield pages of the changes that are rows, in the order of their numbers."""
    after = 0
    while rows := sql.select(db, ChangeRow, SQL["changes"], (after, ROWS_PER_PAGE)):
        yield rows
        after = rows[-1].number


def read_oldest_changes(db: Reader, most: int, newest: int) -> list[ChangeRow]:
    """Read at most `most` of the oldest changes that are rows, with no pack between them; none when that would leave
    fewer than `newest` rows."""
    if not sql.fetch(db, SQL["has_rows_beyond"], (most + newest - 1,)):
        return []
    (oldest,) = sql.select(db, ChangeRow, SQL["changes"], (0, 1))
    next_pack = sql.scalar(db, int, SQL["pack_after"], (oldest.number,))
    return sql.select(db, ChangeRow, SQL["changes_before"], (0, next_pack, most))


def iterate_packs(db: Reader) -> Iterator[Pack]:
    """Yield the packs of changes, one at a time."""
    for numbers in sql.select_tuples(db, tuple[int], SQL["pack_numbers"]):
        yield sql.select_only(db, Pack, SQL["pack"], numbers)


def read_changes_after(db: Reader, after: int) -> ChangesPage:
    """Read the next changes above a number: at most 50,000 rows, and the pack that follows them."""
    first = sql.scalar(db, int, SQL["pack_after"], (after,))
    rows = sql.select(db, ChangeRow, SQL["changes_before"], (after, first, ROWS_PER_PAGE))
    if len(rows) == ROWS_PER_PAGE:
        return ChangesPage(rows, None, rows[-1].number)
    pack = sql.select_only(db, Pack, SQL["pack"], (first,)) if first else None
    return ChangesPage(rows, pack, max(pack[:2]) if pack else None)


def read_segments_history(db: Reader, after: int, last: int) -> SegmentsHistory:
    """Read the history of the segments with ids above `after` up to `last`, without the changes."""
    span = (after, last)
    return SegmentsHistory(
        sql.select(db, SnapshotRow, SQL["snapshots_of_span"], span),
        sql.select(db, _day, SQL["days_of_span"], span),
        sql.select_tuples(db, tuple[int, int], SQL["lists_of_span"], span),
    )


def iterate_listed_members(db: Reader, numbers: Iterable[tuple[int, int]]) -> Iterator[MemberList]:
    """Yield member lists by segment and part, one at a time."""
    for segment_and_part in numbers:
        yield sql.select_only(db, MemberList, SQL["members"], segment_and_part)


def count_contradictions(db: Reader) -> Contradictions:
    """Count the inconsistencies within the history."""
    return sql.select_only(db, Contradictions, SQL["contradictions"])


def read_snapshots(db: Reader) -> list[SnapshotRow]:
    """Read all snapshots, in the order of their numbers."""
    return sql.select(db, SnapshotRow, SQL["snapshots"])


def iterate_member_lists(db: Reader) -> Iterator[MemberList]:
    """Yield the member lists, one at a time."""
    return iterate_listed_members(db, sql.select_tuples(db, tuple[int, int], SQL["list_numbers"]))


def read_days(db: Reader) -> list[SegmentDay]:
    """Read the daily sizes of segments."""
    return sql.select(db, _day, SQL["days"])


def _day(segment_id: int, day: str, recipients: int, entered: int, departed: int, snapshot: str | None) -> SegmentDay:
    size = DaySize(date.fromisoformat(day), recipients, entered, departed, Cause(snapshot) if snapshot else None)
    return SegmentDay(segment_id, size)
