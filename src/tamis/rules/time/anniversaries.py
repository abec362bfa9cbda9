"""Anniversaries: the days that the anniversary of a date or a date-time is compared with."""

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tamis.domain.values.durations import Duration, add_duration
from tamis.domain.values.instants import DAY, day_in_utc, day_of, to_micros, to_utc

_FIRST, _LAST, _LEAP_DAY = 101, 1231, 229

# The calendar repeats itself every 400 years to the day of the week, and so do clocks: before the first change of any
# zone, in the 19th century, and after the last one that is listed one by one, before 2100, they follow fixed rules.
CYCLE_YEARS = 400
CYCLE_MICROS = 146_097 * 86_400_000_000
FIRST_YEAR, LAST_YEAR = 1400, 2500
"""The years that `bounds_by_year` covers; years outside are like those of another cycle."""


@dataclass(frozen=True, slots=True)
class AnniversaryDays:
    """The days from `first` to `last`, each as month * 100 + day, of every year up to `latest`.

    They span New Year when `last` is smaller than `first`. `latest` is None when there is no such day. `zone` is the
    time zone of the days of instants, None for a date field.
    """

    first: int
    last: int
    latest: date | None
    zone: ZoneInfo | None

    @property
    def is_every_day(self) -> bool:
        """Whether these are all days of the year."""
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

    def widened(self) -> "AnniversaryDays":
        """Return these days in UTC, widened by what the zone may differ and by a day for a missing 29 February."""
        days = [date(2000, code // 100, code % 100) for code in (self.first, self.last)]
        first, last = days[0] - 2 * DAY, days[1] + 2 * DAY
        length = (days[1] - days[0]).days % 366
        if length >= 360:
            return AnniversaryDays(_FIRST, _LAST, self.latest, None)
        return AnniversaryDays(_code(first), _code(last), self.latest, None)


def anniversary_days(today: date, duration: Duration, zone: ZoneInfo | None) -> AnniversaryDays:
    """Return the days whose anniversary falls between today and a duration later; the first is a year after the day.

    The anniversary of 29 February is on the 28th in years without a 29th.
    """
    end = add_duration(today, duration)
    last = _LEAP_DAY if (end.month, end.day) == (2, 28) and not isleap(end.year) else _code(end)
    latest = _a_year_before(end.year, last)
    if duration.is_year_or_more:
        return AnniversaryDays(_FIRST, _LAST, latest, zone)
    return AnniversaryDays(_code(today), last, latest, zone)


def _a_year_before(year: int, code: int) -> date | None:
    """Return the last day whose first anniversary is not after a day of a year; None before the calendar begins."""
    if year == date.min.year:
        return None
    month, day = divmod(code, 100)
    return date(year - 1, month, min(day, monthrange(year - 1, month)[1]))


def _code(day: date) -> int:
    return day.month * 100 + day.day


def calendar_limits(zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last instant whose local time in a zone is within the calendar; instants beyond them
    belong to its first and its last day."""
    first, last = (limit.replace(tzinfo=zone) for limit in (datetime.min, datetime.max))  # noqa: DTZ901  the zone is put in
    return to_utc(first, zone), to_utc(last, zone)


@lru_cache(maxsize=256)
def bounds_by_year(first: int, last: int, zone: ZoneInfo) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the instants, in microseconds since 1970, at which the days that begin in a year start, and those at which
    they end, for the years from the one before `FIRST_YEAR` to `LAST_YEAR`."""
    years_later = 0 if first <= last else 1
    years = range(FIRST_YEAR - 1, LAST_YEAR + 1)
    return (
        tuple(_start(year, first, zone) for year in years),
        tuple(_start(year + years_later, last + 1, zone) for year in years),
    )


def _start(year: int, code: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins; a code that is no day of the year means the following day."""
    month, day = divmod(code, 100)
    if day > 28 and day > monthrange(year, month)[1]:
        year, month, day = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    return to_micros(day_in_utc(date(year, month, day), zone)[0])
