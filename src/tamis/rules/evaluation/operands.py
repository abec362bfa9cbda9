"""Operands: the form in which values are compared, with text folded and days as spans of instants."""

from zoneinfo import ZoneInfo

from tamis.domain.durations import Duration
from tamis.domain.fields import Kind, Value
from tamis.domain.instants import LAST_INSTANT, MICROSECOND, day_in_utc, to_utc
from tamis.domain.text import fold, fold_part
from tamis.rules.operators import Operand, positive_form
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.relative import relative_span, resolve
from tamis.rules.tree import Condition
from tamis.rules.values import ClockTime


def comparable(value: Value) -> Value:
    """Return the form in which a contact's value is compared: text folded, everything else unchanged.

    Choices are compared unchanged because values and conditions spell an option as the field does.
    """
    return fold(value) if isinstance(value, str) else value


def operands(condition: Condition, as_of: EvaluationTime) -> tuple[Operand, ...]:
    """Return what a contact's value is compared with as of a time."""
    return tuple(resolve(operand, as_of.now) for operand in relative_operands(condition, as_of))


def relative_operands(condition: Condition, as_of: EvaluationTime) -> tuple[Operand, ...]:
    """Return what a contact's value is compared with on the day of a time; bounds relative to the clock stay `FromNow`.

    For a date-time field a calendar day of the account is the span of its instants in UTC, and so is a minute or a
    second. Clock times without an offset are in the account's time zone.
    """
    kind, relative = condition.field.kind, positive_form(condition.operator)[0].relative
    found = []
    for value in condition.values:
        if isinstance(value, Duration):
            assert relative
            found.append(relative_span(relative, value, kind, as_of))
        else:
            found.append(_operand(value, kind, as_of.zone, part=condition.operator.takes_parts))
    return tuple(found)


def _operand(value: Value | ClockTime, kind: Kind, zone: ZoneInfo, *, part: bool) -> Operand:
    if isinstance(value, ClockTime):
        first = to_utc(value.start, zone)
        lasts = value.precision.value - MICROSECOND
        return Operand(first, LAST_INSTANT if first > LAST_INSTANT - lasts else first + lasts)
    if kind is Kind.DATETIME:
        return Operand(*day_in_utc(value, zone))  # type: ignore[arg-type]
    if part:
        assert isinstance(value, str)
        point: Value = fold_part(value)
    else:
        point = value if kind is Kind.CHOICES else comparable(value)
    return Operand(point, point)
