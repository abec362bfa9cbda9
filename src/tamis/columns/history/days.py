"""How large a segment was at the end of each day: from the log of transitions, and from what older ones were summed
up to."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.history.past import fillings_of
from tamis.columns.layout.membership import span
from tamis.domain.instants import day_in_utc, day_of, from_micros, to_micros
from tamis.domain.transitions import Cause, DaySize, Filling

DAY = timedelta(days=1)


class LoggedDay(NamedTuple):
    """A day on which something happened, and the number of its first line in the log."""

    first: int
    size: DaySize


def sizes_by_day(
    con: duckdb.DuckDBPyConnection, segment_id: int, zone: ZoneInfo, first: date, last: date
) -> list[DaySize]:
    """Tell the size of a segment on each day of a span, from the day of its first filling on."""
    found: dict[date, DaySize] = {day.day: day for day in _summed_up(con, segment_id)}
    found |= {size.day: size for _, size in logged_days(con, segment_id, zone, fillings_of(con, segment_id))}
    earlier = [day for day in found if day < first]
    size = found[max(earlier)].recipients if earlier else None
    days: list[DaySize] = []
    while first <= last:
        if first in found:
            size = found[first].recipients
        if size is not None:
            days.append(found.get(first) or DaySize(first, size, 0, 0, None))
        first += DAY
    return days


def logged_days(
    con: duckdb.DuckDBPyConnection,
    segment_id: int,
    zone: ZoneInfo,
    fillings: Sequence[Filling],
    source: str = "transitions",
) -> list[LoggedDay]:
    """Tell the size of a segment on each day that has a line in its log, oldest first; `source` is the table that has
    the entries and exits."""
    if not fillings:
        return []
    firsts = _first_lines(con, segment_id, zone, fillings, source)
    size = fillings[0].recipients if fillings[0].cause is Cause.KEPT else 0
    by_number = {filling.number: filling for filling in fillings}
    moves = _moves(con, segment_id, sorted({*by_number, *(number for number, _ in firsts)}), source)
    days: dict[date, LoggedDay] = {}
    numbers = [number for number, _ in firsts]
    for number, (came, went) in moves.items():
        first, day = firsts[bisect_right(numbers, number) - 1]
        before = days[day].size if day in days else DaySize(day, size, 0, 0, None)
        filling = by_number.get(number)
        jump = filling.recipients - size if filling else 0
        size += jump + came - went
        days[day] = LoggedDay(
            first,
            DaySize(
                day,
                size,
                before.entered + came + max(jump, 0),
                before.departed + went + max(-jump, 0),
                filling.cause if filling and filling.cause is not Cause.KEPT else before.filled,
            ),
        )
    return list(days.values())


def _summed_up(con: duckdb.DuckDBPyConnection, segment_id: int) -> list[DaySize]:
    rows = con.execute(
        "SELECT day, recipients, entered, departed, filled FROM daily_sizes WHERE segment_id = $1", [segment_id]
    ).fetchall()
    return [
        DaySize(day, recipients, entered, departed, Cause(filled) if filled else None)
        for day, recipients, entered, departed, filled in rows
    ]


def _first_lines(
    con: duckdb.DuckDBPyConnection, segment_id: int, zone: ZoneInfo, fillings: Sequence[Filling], source: str
) -> list[tuple[int, date]]:
    """Tell with which line of the log each day begins, in order; a day whose lines all follow one of a later day has
    none (see `history`)."""
    lowest: dict[date, int] = {}
    for filling in reversed(fillings):
        lowest[day_of(filling.instant, zone)] = filling.number
    for day, number in _lowest_by_day(con, segment_id, zone, source).items():
        lowest[day] = min(number, lowest.get(day, number))
    firsts: list[tuple[int, date]] = []
    for day in sorted(lowest, reverse=True):
        if not firsts or lowest[day] < firsts[-1][0]:
            firsts.append((lowest[day], day))
    return firsts[::-1]


def _lowest_by_day(con: duckdb.DuckDBPyConnection, segment_id: int, zone: ZoneInfo, source: str) -> Mapping[date, int]:
    within = f"FROM {source} WHERE recipient_id BETWEEN $1 AND $2"
    low_high = list(span(segment_id))
    row = con.execute(f"SELECT epoch_us(min(instant)), epoch_us(max(instant)) {within}", low_high).fetchone()
    if row is None or row[0] is None:
        return {}
    oldest, newest = (day_of(from_micros(micros), zone) for micros in row)
    starts = _day_starts(oldest, newest, zone)
    rows = con.execute(
        f"SELECT epoch_us(d.start), min(t.number) FROM (SELECT number, instant {within}) t "
        "ASOF JOIN (SELECT unnest($3::TIMESTAMP[]) AS start) d ON t.instant >= d.start GROUP BY d.start",
        [*low_high, [start.replace(tzinfo=None) for start in starts]],
    ).fetchall()
    days = {to_micros(start): day for start, day in starts.items()}
    return {days[start]: number for start, number in rows}


def _day_starts(day: date, last: date, zone: ZoneInfo) -> dict[datetime, date]:
    """Give the days between two by the instants at which they begin; of one that was left out on the clocks and the
    next, it is the next."""
    starts: dict[datetime, date] = {}
    while day <= last:
        starts[day_in_utc(day, zone)[0]] = day
        day += DAY
    return starts


def _moves(
    con: duckdb.DuckDBPyConnection, segment_id: int, numbers: Sequence[int], source: str
) -> Mapping[int, tuple[int, int]]:
    """Count the entries and the exits from each of some lines to the next of them."""
    rows = con.execute(
        "SELECT n.number, count(*) FILTER (t.step = 1), count(*) FILTER (t.step = -1) "
        f"FROM (SELECT number, step FROM {source} WHERE recipient_id BETWEEN $1 AND $2) t "
        "ASOF JOIN (SELECT unnest($3::BIGINT[]) AS number) n ON t.number >= n.number GROUP BY n.number",
        [*span(segment_id), list(numbers)],
    ).fetchall()
    counted = {number: (came, went) for number, came, went in rows}
    return {number: counted.get(number, (0, 0)) for number in numbers}
