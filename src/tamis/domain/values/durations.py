"""Durations such as "30 days", in conditions relative to now."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tamis.domain.errors import Message, ValueProblem
from tamis.domain.values.text import shorten

MAX_COUNT = 999_999
_WRITTEN = re.compile(r"([0-9]{1,6}) *([a-z]*)", re.IGNORECASE | re.ASCII)
_NEGATIVE = re.compile(r"[-‐‑–−]\s*([0-9]+ *[a-z]*)", re.IGNORECASE | re.ASCII)
_MONTHS_OF_ALL_TIME = date.max.year * 12


class Unit(StrEnum):
    """The unit of a duration."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of hours, or of days, weeks, months or years of the calendar."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def hours(self) -> timedelta | None:
        """The length of a duration in hours; None for calendar units, whose days differ in length."""
        return timedelta(hours=self.count) if self.unit is Unit.HOUR else None

    @property
    def max_days(self) -> int:
        """The most calendar days that it may span."""
        return self.count * {Unit.HOUR: 0, Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}[self.unit]

    @property
    def is_year_or_more(self) -> bool:
        """Whether it spans every day of a year, wherever it begins."""
        least = {Unit.DAY: 365, Unit.WEEK: 53, Unit.MONTH: 12, Unit.YEAR: 1}
        return self.unit in least and self.count >= least[self.unit]


def subtract_duration(day: date, duration: Duration) -> date:
    """Subtract a duration from a day, at most to the first day of the calendar; see `add_duration`."""
    return _shift(day, duration, -duration.count)


def add_duration(day: date, duration: Duration) -> date:
    """Add a duration to a day, at most to the last day of the calendar.

    A month later is the same day of the next month, or its last day when there is no such day.
    """
    return _shift(day, duration, duration.count)


def _shift(day: date, duration: Duration, count: int) -> date:
    if duration.unit in (Unit.DAY, Unit.WEEK):
        days = count * (7 if duration.unit is Unit.WEEK else 1)
        try:
            return day + timedelta(days=days)
        except OverflowError:
            return date.min if count < 0 else date.max
    assert duration.unit is not Unit.HOUR, "hours are no days of the calendar"
    month = (day.year - 1) * 12 + day.month - 1 + count * (12 if duration.unit is Unit.YEAR else 1)
    if not 0 <= month < _MONTHS_OF_ALL_TIME:
        return date.min if count < 0 else date.max
    year, of_year = month // 12 + 1, month % 12 + 1
    return date(year, of_year, min(day.day, monthrange(year, of_year)[1]))


def parse_duration(text: str) -> Duration:
    """Parse a duration such as "30 days", "1 Week" or "12 hours"; a bare number means days; raises ValueProblem."""
    written = _WRITTEN.fullmatch(" ".join(text.split()))
    unit = written[2].lower() if written else ""
    known = next((u for u in Unit if unit in (u, f"{u}s")), Unit.DAY if not unit else None)
    if written is None or known is None:
        raise ValueProblem.of(_problem(text.strip()))
    if known is Unit.HOUR and int(written[1]) == 0:
        raise ValueProblem("duration_too_short")
    return Duration(int(written[1]), known)


def _problem(text: str) -> Message:
    if not text:
        return Message("duration_is_blank")
    negative = _NEGATIVE.fullmatch(text)
    if negative:
        return Message("duration_is_negative", positive=shorten(negative[1]), text=shorten(text))
    return Message("duration_not_read", most=MAX_COUNT, text=shorten(text))
