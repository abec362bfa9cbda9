"""One English sentence for a rule, which says what happens to contacts without a value."""

from dataclasses import replace

from tamis.domain.durations import Duration
from tamis.domain.fields import format_value
from tamis.rules.operators import BY_NAME, OPERATORS, Operator, Takes
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule, segments_named
from tamis.rules.values import Given, format_given

_NEGATIVE = {operator.negates: operator for operator in OPERATORS if operator.negates}


def describe(rule: Rule) -> str:
    """Tell in one sentence whom a rule selects."""
    if rule is None:
        return "Nobody: this segment has no conditions."
    match rule:
        case Not(All() | Any() | Condition() as part) if not (isinstance(part, Condition) and _opposite(part.operator)):
            return f"All contacts except those {_whose(part)}."
    return f"Contacts {_whose(rule)}."


def _whose(rule: Node) -> str:
    if segments_named(rule):  # one "whose" cannot stand for all: contacts whose Age is 5 and who are in the segment …
        return _part(rule, "whose ", outermost=True)
    return f"whose {_part(rule, '', outermost=True)}"


def phrase(node: Condition | InSegment) -> str:
    """Tell in a few words what one condition asks for: `Age is between 25 and 60`."""
    return _condition(node) if isinstance(node, Condition) else f"{node.operator.name} “{node.name}”"


def _part(node: Node, whose: str, outermost: bool = False) -> str:
    match node:
        case Condition():
            return whose + _condition(node)
        case InSegment():
            return _in_segment(node, node.operator)
        case Not(InSegment() as part) if opposite := _opposite(part.operator):
            return _in_segment(part, opposite)
        case Not(Condition() as part) if opposite := _opposite(part.operator):
            return whose + _condition(replace(part, operator=opposite))
        case Not(part):
            blanks = "; blanks count as no" if _asks_for_a_value(part) else ""
            return f"not ({_part(part, whose, outermost=True)}{blanks})"
        case All(parts):
            text = " and ".join(_part(part, whose) for part in parts)
        case Any(parts):
            text = " or ".join(_part(part, whose) for part in parts)
    return text if outermost else f"({text})"


def _in_segment(node: InSegment, operator: Operator) -> str:
    return f"who {operator.phrase.format(f'“{node.name}”')}"


def _opposite(operator: Operator) -> Operator | None:
    return BY_NAME[operator.negates] if operator.negates else _NEGATIVE.get(operator.name)


def _asks_for_a_value(node: Node) -> bool:
    """Return whether a part of a rule says nothing by itself of contacts without a value, for whom it does not hold."""
    match node:
        case Condition(_, operator):
            return not operator.negates and operator.name != "is not blank"
        case All(parts) | Any(parts):
            return any(map(_asks_for_a_value, parts))
    return False


def _condition(condition: Condition) -> str:
    operator = condition.operator
    values = [_value(value) for value in condition.values]
    if operator.takes is Takes.MANY:
        values = [_listed(values, operator.joins)]
    text = f"{condition.field.name} {operator.phrase.format(*values)}"
    return f"{text} (or {operator.also})" if operator.holds_when_missing and operator.takes is not Takes.NONE else text


def _value(value: Given) -> str:
    if isinstance(value, Duration):
        return f"{value.count:,} {str(value).split()[1]}"
    if isinstance(value, bool):
        return format_value(value)
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() and abs(value) < 1e15 else format_value(value)
    return f"“{value}”" if isinstance(value, str) else format_given(value).replace("T", " ")


def _listed(values: list[str], word: str) -> str:
    if len(values) > 12:
        return f"{', '.join(values[:10])} and {len(values) - 10:,} more"
    return f" {word} ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else values[0]
