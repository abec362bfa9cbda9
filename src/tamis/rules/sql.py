"""The fast meaning of a rule: a boolean SQL expression for the column store, with every value bound."""

from collections.abc import Callable
from datetime import datetime
from typing import Any as AnyValue
from zoneinfo import ZoneInfo

from tamis.domain.fields import Field, Kind
from tamis.rules.operands import operands
from tamis.rules.operators import positive
from tamis.rules.tree import All, Any, Condition, Node, Not, Rule


class Parameters:
    """Collects the values of one statement; `bind` gives the placeholder to write in their stead."""

    def __init__(self) -> None:
        self.values: list[AnyValue] = []

    def bind(self, value: AnyValue) -> str:
        """Add a value and give its placeholder; instants are bound naive, since columns keep them in UTC."""
        self.values.append(value.replace(tzinfo=None) if isinstance(value, datetime) else value)
        return f"${len(self.values)}"


def compile_rule(rule: Rule, zone: ZoneInfo, column: Callable[[Field], str], parameters: Parameters) -> str:
    """Compile a rule to an expression for WHERE, which selects a row when it is true and not when it is null.

    Negation is moved down to the conditions, where a negative one is written as `(positive) IS NOT TRUE`. Above
    them stand only AND and OR, under which null and false come to the same.
    """
    return "FALSE" if rule is None else _node(rule, True, zone, column, parameters)


def _node(node: Node, wanted: bool, zone: ZoneInfo, column: Callable[[Field], str], parameters: Parameters) -> str:
    match node:
        case Condition():
            return _condition(node, wanted, zone, column, parameters)
        case Not(part):
            return _node(part, not wanted, zone, column, parameters)
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) is wanted else " OR "
            return "(" + word.join(_node(part, wanted, zone, column, parameters) for part in parts) + ")"


def _condition(
    condition: Condition, wanted: bool, zone: ZoneInfo, column: Callable[[Field], str], parameters: Parameters
) -> str:
    operator, complement = positive(condition.operator)
    name = column(condition.field)
    text = condition.field.kind in (Kind.TEXT, Kind.CHOICE) and condition.values
    assert operator.sql
    expression = operator.sql(f"lower({name})" if text else name, operands(condition, zone), parameters.bind)
    return f"({expression})" if wanted is not complement else f"(({expression}) IS NOT TRUE)"
