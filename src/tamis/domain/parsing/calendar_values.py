"""Parse what conditions say of the calendar: periods, months, weekdays, days of the month, and ages."""

import re

from tamis.domain.errors import ValueProblem
from tamis.domain.parsing.calendar_names import month_number, weekday_number
from tamis.domain.values.calendar import OLDEST, Month, Period, Weekday
from tamis.domain.values.text import shorten

_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
_LAST_DAY = 31


def parse_period(text: str) -> Period:
    """Parse a period of the calendar: day, week, month, quarter or year; raises ValueProblem."""
    try:
        return Period(text.strip().lower())
    except ValueError:
        raise ValueProblem("period_not_read", text=shorten(text.strip())) from None


def parse_month(text: str) -> Month:
    """Parse a month by its name, an abbreviation of it or its number; raises ValueProblem."""
    number = _whole_number(text) or month_number(_name(text))
    if number not in set(Month):
        raise ValueProblem("month_not_read", text=shorten(text.strip()))
    return Month(number)


def parse_weekday(text: str) -> Weekday:
    """Parse a day of the week by its name or an abbreviation of it; raises ValueProblem."""
    number = weekday_number(_name(text))
    if number is None:
        raise ValueProblem("weekday_not_read", text=shorten(text.strip()))
    return Weekday(number + 1)


def parse_day_of_month(text: str) -> int:
    """Parse a day of the month, from 1 to 31; raises ValueProblem."""
    number = _whole_number(text)
    if number is None or not 1 <= number <= _LAST_DAY:
        raise ValueProblem("day_of_month_not_read", last=_LAST_DAY, text=shorten(text.strip()))
    return number


def parse_age(text: str) -> int:
    """Parse an age in whole years; raises ValueProblem."""
    number = _whole_number(text)
    if number is None or number > OLDEST:
        raise ValueProblem("age_not_read", oldest=OLDEST, text=shorten(text.strip()))
    return number


def _whole_number(text: str) -> int | None:
    return int(text.strip()) if _WHOLE.fullmatch(text.strip()) else None


def _name(text: str) -> str:
    return text.strip().removesuffix(".")
