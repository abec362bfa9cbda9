"""Days that come up every year: what the anniversary of a date or a date-time is compared with."""

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tamis.domain.durations import Duration, after
from tamis.domain.instants import DAY, day_in_utc, day_of, to_micros, to_utc

_FIRST, _LAST, _LEAP_DAY = 101, 1231, 229

# The calendar repeats itself every 400 years to the day of the week, and so do clocks: before the first change of any
# zone, in the 19th century, and after the last one that is listed one by one, before 2100, they follow fixed rules.
CYCLE = 400
CYCLE_LASTS = 146_097 * 86_400_000_000
SPANS_FROM, SPANS_TO = 1400, 2500
"""The years of which `edges_of_years` tells: those before and after them are as those of another cycle."""


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
        """Return whether a day, or the day of an instant, is one of these."""
        whole = day_of(value, self.zone) if isinstance(value, datetime) and self.zone else value
        if self.latest is None or whole > self.latest:
            return False
        day = _code(whole)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last

    def widened(self) -> "Yearly":
        """Return these days and what days in the zone and days in UTC differ by, with room for a 29 February that a
        year may not have."""
        of_leap_year = [date(2000, code // 100, code % 100) for code in (self.first, self.last)]
        first, last = of_leap_year[0] - 2 * DAY, of_leap_year[1] + 2 * DAY
        length = (of_leap_year[1] - of_leap_year[0]).days % 366
        if length >= 360:
            return Yearly(_FIRST, _LAST, self.latest, None)
        return Yearly(_code(first), _code(last), self.latest, None)


def yearly(today: date, duration: Duration, zone: ZoneInfo | None) -> Yearly:
    """Return the days whose anniversary comes up from today until a duration later: the first one a year after the day.

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
    """Return the day of a year on which the anniversary of a day comes up."""
    return date(year, 2, 28) if (of.month, of.day) == (2, 29) and not isleap(year) else of.replace(year=year)


def _code(day: date) -> int:
    return day.month * 100 + day.day


def whole_days(zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last instant of which the clocks of a zone show a day of the calendar; those beyond them
    are of its first and its last day."""
    first, last = (edge.replace(tzinfo=zone) for edge in (datetime.min, datetime.max))  # noqa: DTZ901  the zone is put in
    return to_utc(first, zone), to_utc(last, zone)


@lru_cache(maxsize=256)
def edges_of_years(first: int, last: int, zone: ZoneInfo) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the instants, in microseconds since 1970, at which the days that begin in a year start and are over, for
    the years from the one before `SPANS_FROM` to `SPANS_TO`."""
    over = 0 if first <= last else 1
    years = range(SPANS_FROM - 1, SPANS_TO + 1)
    return (
        tuple(_start(year, first, zone) for year in years),
        tuple(_start(year + over, last + 1, zone) for year in years),
    )


def _start(year: int, code: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins; a code that is no day of the year stands for the day that follows."""
    month, day = divmod(code, 100)
    if day > 28 and day > monthrange(year, month)[1]:
        year, month, day = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    return to_micros(day_in_utc(date(year, month, day), zone)[0])
