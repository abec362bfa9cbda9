"""The values of conditions: values of the field, clock times, durations relative to now, and parts of the calendar."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from tamis.domain.parsing.calendar_values import (
    parse_age,
    parse_day_of_month,
    parse_month,
    parse_period,
    parse_weekday,
)
from tamis.domain.values.calendar import Month, Period, Weekday
from tamis.domain.values.durations import Duration, Unit, parse_duration
from tamis.domain.values.fields import Field, Kind, Value, ValueProblem, format_value, parse_operand
from tamis.rules.operators import Operator, Relative, ValueType, positive_form

_SECONDS = re.compile(r":[0-9]{2}:[0-9]{2}(\.[0-9]+)?")
_AGO = re.compile(r"(.*\S)\s+ago\s*", re.IGNORECASE | re.DOTALL)


class Precision(Enum):
    """The precision of a written clock time; the value is the length of its smallest unit."""

    MINUTE = timedelta(minutes=1)
    SECOND = timedelta(seconds=1)
    MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A date-time in a condition: the whole minute, or the whole second when seconds are written.

    `start` is naive when no offset is written: it is then in the account's time zone.
    """

    start: datetime
    precision: Precision

    def __str__(self) -> str:
        spec = {Precision.MINUTE: "minutes", Precision.SECOND: "seconds", Precision.MICROSECOND: "microseconds"}
        return self.start.isoformat(timespec=spec[self.precision]).replace("+00:00", "Z")


ConditionValue = Value | Duration | ClockTime | Period | Field | int
"""One value of a condition; a month, a weekday, a day of the month and an age are int."""


def parse_condition_value(text: str, field: Field, operator: Operator) -> ConditionValue:
    """Read one value of a condition; raises ValueProblem."""
    match operator.values:
        case ValueType.DURATION:
            return _duration(text, field, operator)
        case ValueType.PERIOD:
            return parse_period(text)
        case ValueType.MONTH:
            return parse_month(text)
        case ValueType.WEEKDAY:
            return parse_weekday(text)
        case ValueType.DAY:
            return parse_day_of_month(text)
        case ValueType.AGE:
            return parse_age(text)
    if operator.takes_parts and text and not text.strip() and not operator.takes_blanks:
        raise ValueProblem("value_is_only_blanks")
    value = parse_operand(text, field, part=operator.takes_parts)
    return _clock_time(text, value) if isinstance(value, datetime) else value


def format_condition_value(value: ConditionValue) -> str:
    """Write one value of a condition so that `parse_condition_value` reads it again."""
    match value:
        case Month() | Weekday():
            return value.name.capitalize()
        case Duration() | ClockTime() | Period():
            return str(value)
        case Field():
            return str(value.id)
        case bool():
            return format_value(value)
        case int():
            return str(value)
    return format_value(value)


def _duration(text: str, field: Field, operator: Operator) -> Duration:
    relative = positive_form(operator)[0].relative
    assert relative
    ago = _AGO.fullmatch(text) if relative is Relative.BEFORE else None
    duration = parse_duration(ago[1] if ago else text)
    if duration.unit is Unit.HOUR and not relative.takes_hours:
        raise ValueProblem("anniversary_in_hours")
    if duration.unit is Unit.HOUR and field.kind is Kind.DATE:
        raise ValueProblem("date_field_in_hours")
    return duration


def _clock_time(text: str, start: datetime) -> ClockTime:
    seconds = _SECONDS.search(text)
    if seconds is None:
        return ClockTime(start, Precision.MINUTE)
    return ClockTime(start, Precision.MICROSECOND if seconds[1] else Precision.SECOND)
