"""The kept history of memberships, read as a whole to restore the projection, or in part to look after it."""

from collections.abc import Iterator, Sequence
from datetime import date

from tamis.domain.history import (
    KeptHistory,
    MemberList,
    MembershipChange,
    MembershipSnapshot,
    Pack,
    Position,
    SegmentDay,
)
from tamis.domain.instants import from_micros
from tamis.domain.transitions import Cause, DaySize
from tamis.records.engine import sql
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("history")
ROWS_A_TIME = 50_000


def position(db: Reader) -> Position:
    """Return how far the kept history goes."""
    clocks = sql.select_tuples(db, tuple[int, int], SQL["clocks"])
    as_of = {type_id: from_micros(instant) for type_id, instant in clocks}
    ((change, number, mark, trimmed),) = sql.select_tuples(db, tuple[int, int, int, str | None], SQL["position"])
    return Position(change, number, mark, as_of, date.fromisoformat(trimmed) if trimmed else None)


def whole(db: Reader) -> KeptHistory:
    """Return the whole history; what is long is read while it is taken."""
    return KeptHistory(position(db), changes(db), packs(db), snapshots(db), member_lists(db), days(db))


def changes(db: Reader) -> Iterator[Sequence[MembershipChange]]:
    """Read the changes that are rows, many at a time, in the order of their numbers."""
    after = 0
    while rows := sql.select(db, MembershipChange, SQL["changes"], (after, ROWS_A_TIME)):
        yield rows
        after = rows[-1].number


def packs(db: Reader) -> Iterator[Pack]:
    """Read the packs of changes, one at a time."""
    for numbers in sql.select_tuples(db, tuple[int], SQL["pack_numbers"]):
        yield sql.select_only(db, Pack, SQL["pack"], numbers)


def snapshots(db: Reader) -> list[MembershipSnapshot]:
    """Read all snapshots, in the order of their numbers."""
    return sql.select(db, MembershipSnapshot, SQL["snapshots"])


def member_lists(db: Reader) -> Iterator[MemberList]:
    """Read the lists of members, one at a time."""
    for numbers in sql.select_tuples(db, tuple[int, int], SQL["list_numbers"]):
        yield sql.select_only(db, MemberList, SQL["members"], numbers)


def days(db: Reader) -> list[SegmentDay]:
    """Read how large segments were at the end of their days."""
    return sql.select(db, _day, SQL["days"])


def _day(segment_id: int, day: str, recipients: int, entered: int, departed: int, filled: str | None) -> SegmentDay:
    size = DaySize(date.fromisoformat(day), recipients, entered, departed, Cause(filled) if filled else None)
    return SegmentDay(segment_id, size)
