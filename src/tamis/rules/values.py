"""What stands behind an operator: values of the field, or a duration counted from now."""

from tamis.domain.durations import Duration, Unit, parse_duration
from tamis.domain.fields import Field, Kind, Value, ValueProblem, format_value, parse_operand
from tamis.rules.operators import Operator, Relative, positive

Given = Value | Duration
"""One value of a condition."""


def parse_given(text: str, field: Field, operator: Operator) -> Given:
    """Read one value of a condition; raises ValueProblem."""
    relative = positive(operator)[0].relative
    if operator.takes_parts and text and not text.strip() and not operator.takes_blanks:
        raise ValueProblem("must not be only blanks: no value begins or ends with one")
    if relative is None:
        return parse_operand(text, field, part=operator.takes_parts)
    duration = parse_duration(text)
    if duration.unit is Unit.HOUR and relative is Relative.ANNIVERSARY:
        raise ValueProblem("must be in days, weeks, months or years: an anniversary is a whole day")
    if duration.unit is Unit.HOUR and field.kind is Kind.DATE:
        raise ValueProblem("must be in days, weeks, months or years: hours need a date-time field")
    return duration


def format_given(value: Given) -> str:
    """Write one value of a condition so that `parse_given` reads it again."""
    return str(value) if isinstance(value, Duration) else format_value(value)
