"""The language of rules in a few lines, for the descriptions of tools."""

from tamis.actions.segments.rule_syntax import OPERATORS, Operator, Takes, ValueType
from tamis.domain.values.fields import Kind

LANGUAGE = """\
A rule is text: conditions of a field's key, an operator and values, joined by and, or, not and parentheses, such as
country = "India" and total_paid >= 100
last_order is within 30 days and not (plan in ("pro", "team") or email ends with "@example.org")
is in segment "Customers in India" and birth_date is not blank
Text and names of segments are in double quotes; numbers, dates (2026-11-27) and durations (30 days, 2 weeks, 3 months,
1 year; 12 hours for date-times) are not. Also: = != < <= > >=. Blank values match negative operators only.
Call list_fields for the keys, options and operators of a contact type before you write a rule."""
EXAMPLES = {
    Kind.TEXT: '"text"',
    Kind.CHOICE: '"option"',
    Kind.CHOICES: '"option"',
    Kind.NUMBER: "10",
    Kind.DATE: "2026-11-27",
    Kind.DATETIME: '"2026-11-27 10:30"',
    Kind.BOOLEAN: "true",
}
OTHER_EXAMPLES = {
    ValueType.DURATION: "30 days",
    ValueType.PERIOD: "month",
    ValueType.AGE: "18",
    ValueType.MONTH: "March",
    ValueType.WEEKDAY: "Monday",
    ValueType.DAY: "1",
    ValueType.FIELD: "other_field",
}


def operators_of(kind: Kind) -> list[str]:
    """Return the operators of a kind of field, each as it is written with values."""
    return [_written(operator, EXAMPLES[kind]) for operator in OPERATORS if kind in operator.kinds]


def _written(operator: Operator, example: str) -> str:
    example = OTHER_EXAMPLES.get(operator.values, example)
    if operator.text:
        return operator.text.replace("…", example)
    values = {
        Takes.NONE: "",
        Takes.ONE: f" {example}",
        Takes.TWO: f" {example} and {example}",
        Takes.MANY: f" ({example}, {example})",
    }
    return operator.name + values[operator.takes]
