"""Days that come up every year: what the anniversary of a date or a date-time is compared with."""

from calendar import isleap, monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tamis.domain.durations import Duration, after
from tamis.domain.instants import DAY, day_in_utc, day_of, to_micros, to_utc

_FIRST, _LAST, _LEAP_DAY = 101, 1231, 229

Bind = Callable[[Any], str]

# The calendar repeats itself every 400 years to the day of the week, and so do clocks: before the first change of any
# zone, in the 19th century, and after the last one that is listed one by one, before 2100, they follow fixed rules.
_CYCLE = 400
_CYCLE_LASTS = 146_097 * 86_400_000_000
_SPAN_FROM, _SPAN_TO = 1400, 2500


@dataclass(frozen=True, slots=True)
class Yearly:
    """The days from `first` to `last` of every year until `latest`, the former as month * 100 + day; over New Year
    where `last` is the smaller. `latest` is None where there is no such day. `zone` is that of the days of instants,
    None for a date field."""

    first: int
    last: int
    latest: date | None
    zone: ZoneInfo | None

    @property
    def is_every_day(self) -> bool:
        """Whether no day is left out."""
        return (self.first, self.last) == (_FIRST, _LAST)

    def holds(self, value: date | datetime) -> bool:
        """Tell whether a day, or the day of an instant, is one of these."""
        whole = day_of(value, self.zone) if isinstance(value, datetime) and self.zone else value
        if self.latest is None or whole > self.latest:
            return False
        day = _code(whole)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last

    def sql(self, column: str, bind: Bind) -> str:
        """Ask the column store the same of a column that is not null."""
        if self.latest is None:
            return "FALSE"
        latest = day_in_utc(self.latest, self.zone)[1] if self.zone else self.latest
        early = f"{column} <= {bind(latest)}"
        return early if self.is_every_day else f"({early} AND {self._sql_of_every_year(column, bind)})"

    def _sql_of_every_year(self, column: str, bind: Bind) -> str:
        if self.zone is None:
            return self._sql_of_days(column, bind)
        # The exact test takes fifteen times as long, so it is made only near these days; of an AND, the store would
        # choose which to test first.
        near, exact = self._widened()._sql_of_days(column, bind), self._sql_of_instants(column, self.zone, bind)
        return f"CASE WHEN {near} THEN {exact} ELSE FALSE END"

    def _sql_of_days(self, column: str, bind: Bind) -> str:
        day = f"(month({column}) * 100 + day({column}))"
        first, last = bind(self.first), bind(self.last)
        return f"({day} >= {first} {'AND' if self.first <= self.last else 'OR'} {day} <= {last})"

    def _widened(self) -> "Yearly":
        """Add what days in a zone and days in UTC differ by, with room for a 29 February that a year may not have."""
        of_leap_year = [date(2000, code // 100, code % 100) for code in (self.first, self.last)]
        first, last = of_leap_year[0] - 2 * DAY, of_leap_year[1] + 2 * DAY
        length = (of_leap_year[1] - of_leap_year[0]).days % 366
        if length >= 360:
            return Yearly(_FIRST, _LAST, self.latest, None)
        return Yearly(_code(first), _code(last), self.latest, None)

    def _sql_of_instants(self, column: str, zone: ZoneInfo, bind: Bind) -> str:
        # The store knows other time zones than Python does. So it is told for every year from when to when the days
        # last. Those that hold an instant begin in its year in UTC or in the year before or after.
        starts, ends = (f"{bind(list(edges))}::BIGINT[]" for edges in _spans(self.first, self.last, zone))
        low, high = _whole_days(zone)
        known = f"greatest(least({column}, {bind(high)}), {bind(low)})"
        year = f"year({known})"
        cycles = (
            f"(CASE WHEN {year} < {_SPAN_FROM} THEN ({_SPAN_FROM + _CYCLE - 1} - {year}) // {_CYCLE} "
            f"WHEN {year} >= {_SPAN_TO} THEN ({_SPAN_TO - _CYCLE} - {year}) // {_CYCLE} ELSE 0 END)"
        )
        at = f"(epoch_us({known}) + {cycles} * {_CYCLE_LASTS})"
        index = f"{year} + {cycles} * {_CYCLE} - {_SPAN_FROM}"
        tests = (
            f"({at} >= list_extract({starts}, {index} + {n}) AND {at} < list_extract({ends}, {index} + {n}))"
            for n in (1, 2, 3)
        )
        return f"({' OR '.join(tests)})"


def yearly(today: date, duration: Duration, zone: ZoneInfo | None) -> Yearly:
    """Give the days whose anniversary comes up from today until a duration later: the first one a year after the day.

    Someone born on 29 February has a birthday every year: on the 28th, where there is no 29th.
    """
    end = after(today, duration)
    last = _LEAP_DAY if (end.month, end.day) == (2, 28) and not isleap(end.year) else _code(end)
    latest = _a_year_before(end.year, last)
    if duration.is_year_or_more:
        return Yearly(_FIRST, _LAST, latest, zone)
    return Yearly(_code(today), last, latest, zone)


def _a_year_before(year: int, code: int) -> date | None:
    """Return the last day that has its first anniversary by a day of a year; None before the calendar."""
    if year == date.min.year:
        return None
    month, day = divmod(code, 100)
    return date(year - 1, month, min(day, monthrange(year - 1, month)[1]))


def anniversary(of: date, year: int) -> date:
    """Give the day of a year on which the anniversary of a day comes up."""
    return date(year, 2, 28) if (of.month, of.day) == (2, 29) and not isleap(year) else of.replace(year=year)


def _code(day: date) -> int:
    return day.month * 100 + day.day


def _whole_days(zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the first and the last instant of which the clocks of a zone show a day of the calendar; those beyond them
    are of its first and its last day."""
    first, last = (edge.replace(tzinfo=zone) for edge in (datetime.min, datetime.max))  # noqa: DTZ901  the zone is put in
    return to_utc(first, zone), to_utc(last, zone)


@lru_cache(maxsize=256)
def _spans(first: int, last: int, zone: ZoneInfo) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give the instants, in microseconds since 1970, at which the days that begin in a year start and are over, for
    the years from the one before `_SPAN_FROM` to `_SPAN_TO`."""
    over = 0 if first <= last else 1
    years = range(_SPAN_FROM - 1, _SPAN_TO + 1)
    return (
        tuple(_start(year, first, zone) for year in years),
        tuple(_start(year + over, last + 1, zone) for year in years),
    )


def _start(year: int, code: int, zone: ZoneInfo) -> int:
    """Give the instant at which a day begins; a code that is no day of the year stands for the day that follows."""
    month, day = divmod(code, 100)
    if day > 28 and day > monthrange(year, month)[1]:
        year, month, day = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    return to_micros(day_in_utc(date(year, month, day), zone)[0])
