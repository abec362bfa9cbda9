"""One English sentence for a rule, which says what happens to contacts without a value."""

from tamis.domain.fields import Value, format_value
from tamis.rules.operators import Takes
from tamis.rules.tree import All, Any, Condition, InSegment, Not, Rule


def describe(rule: Rule) -> str:
    """Tell in one sentence whom a rule selects."""
    if rule is None:
        return "Nobody: this segment has no conditions."
    return f"Contacts whose {_part(rule, outermost=True)}."


def _part(node: Rule, outermost: bool = False) -> str:
    match node:
        case None:
            return "nothing"
        case Condition():
            return _condition(node)
        case InSegment(_, name, operator):
            return f"who {operator.phrase.format(f'“{name}”')}"
        case Not(part):
            return f"not ({_part(part, outermost=True)})"
        case All(parts):
            text = " and ".join(_part(part) for part in parts)
        case Any(parts):
            text = " or ".join(_part(part) for part in parts)
    return text if outermost else f"({text})"


def _condition(condition: Condition) -> str:
    operator = condition.operator
    values = [_value(value) for value in condition.values]
    if operator.takes is Takes.MANY:
        values = [_listed(values, operator.joins)]
    text = f"{condition.field.name} {operator.phrase.format(*values)}"
    return f"{text} (or is blank)" if operator.holds_when_missing and operator.takes is not Takes.NONE else text


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return format_value(value)
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() and abs(value) < 1e15 else format_value(value)
    return f"“{value}”" if isinstance(value, str) else format_value(value).replace("T", " ")


def _listed(values: list[str], word: str) -> str:
    if len(values) > 12:
        return f"{', '.join(values[:10])} and {len(values) - 10:,} more"
    return f" {word} ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else values[0]
