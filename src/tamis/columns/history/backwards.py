"""Sizes of the last days, told backwards from the present ones, so that only the end of the log is read.

That is right where the lines of a segment stand in the order of their days, as they do unless the clock was put back
(see `history`), and where these days were not summed up yet. `days` tells the sizes of all others.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.history.days import sizes_by_day
from tamis.columns.layout.log import last_number
from tamis.columns.layout.membership import span
from tamis.domain.instants import FIRST_INSTANT, day_in_utc
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.domain.transitions import Cause, DaySize
from tamis.rules.sql.dialect import Parameters

DAY = timedelta(days=1)
_COUNTED = "count(*) FILTER (step = 1), count(*) FILTER (step = -1), min(number), max(number)"


@dataclass(frozen=True, slots=True)
class LastDays:
    """Some days up to today, in order, and in UTC the instants at which they begin, with that at which the last one
    ends. They are numbered from 1 on: 0 is all time before them, and the number after the last all time after them."""

    days: tuple[date, ...]
    starts: tuple[datetime, ...]

    @property
    def later(self) -> int:
        """The number of all time after these days."""
        return len(self.days) + 1


class Moved(NamedTuple):
    """Who came to a segment and went from it on one day, between which lines of its log, and why it was filled as a
    whole, if it was; one line, of a segment that was not there before, `begins` its log."""

    came: int
    went: int
    first: int
    last: int
    filled: str | None = None
    begins: bool = False

    def and_then(self, other: "Moved") -> "Moved":
        """Put what happened on the same day together."""
        return Moved(
            self.came + other.came,
            self.went + other.went,
            min(self.first, other.first),
            max(self.last, other.last),
            other.filled or self.filled,
            self.begins or other.begins,
        )


Moves = dict[int, Moved]
"""Of one segment, by the numbers of days."""
Line = tuple[int, int, Moved]
"""Segment, number of the day, and what happened."""


def last_days(zone: ZoneInfo, first: date, today: date) -> LastDays:
    """Give the days between two."""
    days = tuple(first + DAY * n for n in range((today - first).days + 1))
    return LastDays(days, tuple(_plain(day_in_utc(day, zone)[0]) for day in (*days, today + DAY)))


def recent_sizes(
    con: duckdb.DuckDBPyConnection, segment_id: int, zone: ZoneInfo, first: date, today: date
) -> list[DaySize]:
    """Tell the size of a segment on each day of a span that ends today, as `sizes_by_day` does. `con` sees one moment
    of the store."""
    days = last_days(zone, first, today)
    line = line_before(con, days)
    moves: dict[int, Moves] = {}
    add_moves(moves, _moves_of(con, segment_id, line, days))
    add_moves(moves, _fillings_after(con, line, days, segment_id))
    of_segment = moves.get(segment_id, {})
    present = con.execute("SELECT recipients FROM sizes WHERE segment_id = $1", [segment_id]).fetchone()
    if present is None or is_odd(of_segment, days) or segment_id in summed_up(con, first):
        return sizes_by_day(con, segment_id, zone, first, today)
    return [size for size in back_from(present[0], of_segment, days) if size]


def is_odd(moves: Moves, days: LastDays) -> bool:
    """Tell whether the lines of a segment are not in the order of their days, or are of days that have not come."""
    in_order = (moves[day] for day in sorted(moves))
    return days.later in moves or any(later.first < earlier.last for earlier, later in pairwise(in_order))


def back_from(size: int, moves: Moves, days: LastDays) -> list[DaySize | None]:
    """Give the sizes at the end of the days, the last of which ends with `size`; none before the log begins."""
    found: list[DaySize | None] = []
    begun = False
    for number in range(len(days.days), 0, -1):
        moved = moves.get(number, Moved(0, 0, 0, 0))
        filled = Cause(moved.filled) if moved.filled and moved.filled != Cause.KEPT else None
        found.append(None if begun else DaySize(days.days[number - 1], size, moved.came, moved.went, filled))
        size -= moved.came - moved.went
        begun = begun or moved.begins
    return found[::-1]


def add_moves(to: dict[int, Moves], new: Iterable[Line]) -> None:
    """Add what later lines of the log say to what earlier ones do, by segments."""
    for segment_id, day, moved in new:
        moves = to.setdefault(segment_id, {})
        moves[day] = moves[day].and_then(moved) if day in moves else moved


def moves_after(con: duckdb.DuckDBPyConnection, line: int, days: LastDays) -> list[Line]:
    """Tell what the lines after one say of each of some days, few of them, for all segments."""
    parameters = Parameters(DUCKDB)
    after = parameters.bind(line)
    rows = con.execute(
        f"SELECT recipient_id >> {SEGMENT_SHIFT}, {_number_of_day('instant', days, parameters)}, {_COUNTED} "
        f"FROM transitions WHERE number > {after} GROUP BY ALL",
        parameters.values,
    ).fetchall()
    return [(segment, day, Moved(*counted)) for segment, day, *counted in rows] + _fillings_after(con, line, days)


def _moves_of(con: duckdb.DuckDBPyConnection, segment_id: int, line: int, days: LastDays) -> list[Line]:
    """Tell what the lines after one say of each of some days, for one segment."""
    rows = con.execute(
        f"SELECT d.day, {_COUNTED} FROM (SELECT number, instant, step FROM transitions "
        "WHERE number > $1 AND recipient_id BETWEEN $2 AND $3) "
        "ASOF JOIN (SELECT unnest($4::TIMESTAMP[]) AS start, unnest($5::BIGINT[]) AS day) d ON instant >= d.start "
        "GROUP BY d.day",
        [line, *span(segment_id), [_plain(FIRST_INSTANT), *days.starts], list(range(days.later + 1))],
    ).fetchall()
    return [(segment_id, day, Moved(*counted)) for day, *counted in rows]


def _fillings_after(
    con: duckdb.DuckDBPyConnection, line: int, days: LastDays, segment_id: int | None = None
) -> list[Line]:
    rows = con.execute(
        "SELECT segment_id, instant, number, cause, recipients, since, had FROM ("
        "SELECT *, lag(number) OVER w AS since, lag(recipients) OVER w AS had FROM fillings "
        "WINDOW w AS (PARTITION BY segment_id ORDER BY number)) "
        "WHERE number > $1 AND segment_id = coalesce($2, segment_id) ORDER BY number",
        [line, segment_id],
    ).fetchall()
    moved = _moved_between(con, [(row[0], row[5], row[2]) for row in rows if row[5] is not None])
    lines = []
    for segment, instant, number, cause, recipients, since, had in rows:
        begins = since is None and cause != Cause.KEPT
        before = had + moved.get(number, 0) if since is not None else 0 if begins else recipients
        came, went = max(recipients - before, 0), max(before - recipients, 0)
        lines.append((segment, bisect_right(days.starts, instant), Moved(came, went, number, number, cause, begins)))
    return lines


def _moved_between(con: duckdb.DuckDBPyConnection, stretches: list[tuple[int, int, int]]) -> dict[int, int]:
    """Tell by how much segments grew between two lines of their logs, by the second of them; only where they did."""
    if not stretches:
        return {}
    rows = con.execute(
        "SELECT f.number, sum(t.step)::BIGINT FROM (SELECT unnest($1::BIGINT[]) AS segment_id, "
        "unnest($2::BIGINT[]) AS since, unnest($3::BIGINT[]) AS number) f JOIN transitions t "
        f"ON t.recipient_id >> {SEGMENT_SHIFT} = f.segment_id AND t.number > f.since AND t.number < f.number "
        "GROUP BY f.number",
        [list(column) for column in zip(*stretches, strict=True)],
    )
    return dict(rows.fetchall())


def _number_of_day(instant: str, days: LastDays, parameters: Parameters) -> str:
    """Write the number of the day in which an instant lies, as comparisons that halve what is left: a join with the
    days takes several times as long."""

    def among(low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        start = parameters.bind(days.starts[middle])
        return f"CASE WHEN {instant} < {start} THEN {among(low, middle)} ELSE {among(middle + 1, high)} END"

    return among(0, days.later)


def summed_up(con: duckdb.DuckDBPyConnection, first: date) -> set[int]:
    """Give the segments of which days from `first` on were summed up and are not in the log any more."""
    rows = con.execute("SELECT DISTINCT segment_id FROM daily_sizes WHERE day >= $1", [first]).fetchall()
    return {row[0] for row in rows}


def line_before(con: duckdb.DuckDBPyConnection, days: LastDays) -> int:
    """Give the number of the line before the first with an instant on one of some days, or after them."""
    row = con.execute(
        "SELECT min(number) - 1 FROM (SELECT min(number) AS number FROM transitions WHERE instant >= $1 "
        "UNION ALL SELECT min(number) FROM fillings WHERE instant >= $1)",
        [days.starts[0]],
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else last_number(con)


def _plain(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)
