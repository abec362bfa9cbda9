"""How values are compared: text folded, days as spans of instants in the account's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tamis.domain.fields import Kind, Value
from tamis.domain.instants import day_in_utc, to_utc
from tamis.domain.text import fold
from tamis.rules.operators import Operand
from tamis.rules.tree import Condition


def comparable(value: Value) -> Value:
    """Give the form in which a contact's value is compared: text is folded, everything else is itself.

    Several choices are compared as they are: values and conditions spell an option as the field does.
    """
    return fold(value) if isinstance(value, str) else value


def operands(condition: Condition, zone: ZoneInfo) -> tuple[Operand, ...]:
    """Give what the contact's value is compared with.

    For a date-time field a calendar day of `zone` is the span of its instants in UTC, and a naive date-time is on
    the clocks of `zone`.
    """
    return tuple(_operand(value, condition.field.kind, zone) for value in condition.values)


def _operand(value: Value, kind: Kind, zone: ZoneInfo) -> Operand:
    if kind is Kind.DATETIME:
        if isinstance(value, datetime):
            instant = to_utc(value, zone)
            return Operand(instant, instant)
        return Operand(*day_in_utc(value, zone))  # type: ignore[arg-type]
    point = value if kind is Kind.CHOICES else comparable(value)
    return Operand(point, point)
