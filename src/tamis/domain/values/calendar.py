"""The calendar of rules: periods such as this month, the names of months and weekdays, and whole years of age.

Weeks begin on Monday (ISO 8601), and quarters in January, April, July and October.
"""

from calendar import isleap, monthrange
from datetime import date
from enum import IntEnum, StrEnum


class Period(StrEnum):
    """A period of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class DatePart(StrEnum):
    """A part of a date that comes again."""

    MONTH = "month"
    WEEKDAY = "weekday"
    DAY = "day"


class Month(IntEnum):
    """A month of the year."""

    JANUARY = 1
    FEBRUARY = 2
    MARCH = 3
    APRIL = 4
    MAY = 5
    JUNE = 6
    JULY = 7
    AUGUST = 8
    SEPTEMBER = 9
    OCTOBER = 10
    NOVEMBER = 11
    DECEMBER = 12


class Weekday(IntEnum):
    """A day of the week, numbered from Monday on as in ISO 8601."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


OLDEST = 999
"""The highest age that a condition may name."""
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def period_around(day: date, period: Period, steps: int = 0) -> tuple[date, date] | None:
    """Return the first and the last day of the period of a day, or of one some periods later; None beyond the calendar,
    at whose end a week is cut off."""
    first = _first_day(day, period, steps)
    if first is None:
        return None
    following = _first_day(day, period, steps + 1)
    return date.fromordinal(first), date.max if following is None else date.fromordinal(following - 1)


def _first_day(day: date, period: Period, steps: int) -> int | None:
    """Return the number of the first day of a period; None if it is beyond the calendar."""
    if period in (Period.DAY, Period.WEEK):
        length = 7 if period is Period.WEEK else 1
        found = day.toordinal() - (day.weekday() if length == 7 else 0) + steps * length
        return found if 1 <= found <= date.max.toordinal() else None
    length = _MONTHS[period]
    months = (day.year - 1) * 12 + day.month - 1
    months += steps * length - months % length
    return date(months // 12 + 1, months % 12 + 1, 1).toordinal() if 0 <= months < date.max.year * 12 else None


def anniversary(of: date, year: int) -> date:
    """Return the day of a year on which the anniversary of a day falls: for 29 February the 28th in other years."""
    return date(year, 2, 28) if (of.month, of.day) == (2, 29) and not isleap(year) else of.replace(year=year)


def last_day_of_age(today: date, age: int) -> date | None:
    """Return the last day of which today is at least so many whole years later; None before the calendar begins.

    The years of 29 February are complete on the 28th in years without a 29th.
    """
    year = today.year - age
    if year < date.min.year:
        return None
    if (today.month, today.day) == (2, 28) and not isleap(today.year) and isleap(year):
        return date(year, 2, 29)
    return date(year, today.month, min(today.day, monthrange(year, today.month)[1]))
