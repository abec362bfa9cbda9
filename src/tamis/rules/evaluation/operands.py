"""Operands: the form in which values are compared, with text folded and days as spans of instants."""

from typing import cast
from zoneinfo import ZoneInfo

from tamis.domain.values.calendar import DatePart
from tamis.domain.values.fields import Kind, Value
from tamis.domain.values.instants import LAST_INSTANT, MICROSECOND, day_in_utc, to_utc
from tamis.domain.values.text import fold, fold_part
from tamis.rules.operators import Operand
from tamis.rules.operators.operand import FieldBound
from tamis.rules.time.calendar_parts import CalendarPart
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.relative import relative_span, resolve
from tamis.rules.time.terms import relative_terms
from tamis.rules.tree import Condition
from tamis.rules.values import ClockTime, ConditionValue


def comparable(value: Value) -> Value:
    """Return the form in which a contact's value is compared: text folded, everything else unchanged.

    Choices are compared unchanged because values and conditions spell an option as the field does.
    """
    return fold(value) if isinstance(value, str) else value


def operands(condition: Condition, as_of: EvaluationTime) -> tuple[Operand, ...]:
    """Return what a contact's value is compared with as of a time."""
    return tuple(resolve(operand, as_of.now) for operand in relative_operands(condition, as_of))


def point(value: Value) -> tuple[Operand, ...]:
    """Return a value in comparable form as what another one is compared with."""
    return (Operand(value, value),)


def relative_operands(condition: Condition, as_of: EvaluationTime) -> tuple[Operand, ...]:
    """Return what a contact's value is compared with on the day of a time; bounds relative to the clock stay `FromNow`.

    For a date-time field a calendar day of the account is the span of its instants in UTC, and so is a minute or a
    second. Clock times without an offset are in the account's time zone.
    """
    kind, operator = condition.field.kind, condition.operator
    terms = relative_terms(condition)
    if terms:
        return (relative_span(terms, kind, as_of),)
    if condition.other:
        bound = FieldBound(condition.other)
        return (Operand(bound, bound),)
    if operator.values.is_of_calendar:
        numbers = tuple(value for value in dict.fromkeys(condition.values) if isinstance(value, int))
        part = CalendarPart(DatePart(operator.values), numbers, as_of.zone if kind is Kind.DATETIME else None)
        return (Operand(part, part),)
    return tuple(_operand(value, kind, as_of.zone, part=operator.takes_parts) for value in condition.values)


def _operand(value: ConditionValue, kind: Kind, zone: ZoneInfo, *, part: bool) -> Operand:
    if isinstance(value, ClockTime):
        first = to_utc(value.start, zone)
        lasts = value.precision.value - MICROSECOND
        return Operand(first, LAST_INSTANT if first > LAST_INSTANT - lasts else first + lasts)
    known = cast(Value, value)
    if kind is Kind.DATETIME:
        return Operand(*day_in_utc(known, zone))  # type: ignore[arg-type]
    if part:
        assert isinstance(known, str)
        point: Value = fold_part(known)
    else:
        point = known if kind is Kind.CHOICES else comparable(known)
    return Operand(point, point)
