"""The fast meaning of a rule: a boolean SQL expression for the column store, with every value bound."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any as AnyValue

from tamis.domain.fields import Field, Kind
from tamis.domain.instants import MICROSECOND
from tamis.rules.evaluation.operands import moving_operands, operands
from tamis.rules.operators import Bind, positive
from tamis.rules.time.moment import Moment
from tamis.rules.time.relative import FromNow
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule


class Parameters:
    """Collects the values of one statement; `bind` gives the placeholder to write in their stead."""

    def __init__(self) -> None:
        self.values: list[AnyValue] = []

    def bind(self, value: AnyValue) -> str:
        """Add a value and give its placeholder; instants are bound naive, since columns keep them in UTC."""
        self.values.append(value.replace(tzinfo=None) if isinstance(value, datetime) else value)
        return f"${len(self.values)}"


@dataclass(frozen=True, slots=True)
class Source:
    """The rows over which a rule is asked.

    `column` names the column of a field; `in_segment` gives a boolean expression, never null, that tells whether the
    row's contact is in a segment. `instant`, where it is given, is an expression for the instant at which each row is
    asked, a TIMESTAMP in UTC that is never null and on the day of the moment: the clock of relative conditions is then
    this, and only their calendar days are those of the moment.
    """

    column: Callable[[Field], str]
    in_segment: Callable[[int, Parameters], str]
    instant: str | None = None


def compile_rule(rule: Rule, moment: Moment, source: Source, parameters: Parameters) -> str:
    """Compile a rule to an expression for WHERE, which selects a row when it is true and not when it is null.

    Negation is moved down to the conditions, where a negative one is written as `(positive) IS NOT TRUE`. Above
    them stand only AND and OR, under which null and false come to the same.
    """
    return "FALSE" if rule is None else _node(rule, True, moment, source, parameters)


def _node(node: Node, wanted: bool, moment: Moment, source: Source, parameters: Parameters) -> str:
    match node:
        case Condition():
            return _condition(node, wanted, moment, source, parameters)
        case InSegment(segment_id, _, operator):
            expression = f"({source.in_segment(segment_id, parameters)})"
            return expression if wanted is not positive(operator)[1] else f"(NOT {expression})"
        case Not(part):
            return _node(part, not wanted, moment, source, parameters)
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) is wanted else " OR "
            return "(" + word.join(_node(part, wanted, moment, source, parameters) for part in parts) + ")"


def _condition(condition: Condition, wanted: bool, moment: Moment, source: Source, parameters: Parameters) -> str:
    operator, complement = positive(condition.operator)
    name = source.column(condition.field)
    if condition.field.kind in (Kind.TEXT, Kind.CHOICE) and condition.values:
        name = f"lower({name})"
    assert operator.sql
    if source.instant is None:
        expression = operator.sql(name, operands(condition, moment), parameters.bind)
    else:
        expression = operator.sql(name, moving_operands(condition, moment), _binding_from(source.instant, parameters))
    return f"({expression})" if wanted is not complement else f"(({expression}) IS NOT TRUE)"


def _binding_from(instant: str, parameters: Parameters) -> Bind:
    def bind(value: AnyValue) -> str:
        if isinstance(value, FromNow):  # instants of the store reach far beyond the calendar: nothing overflows
            return f"({instant} + to_microseconds({parameters.bind(value.by // MICROSECOND)}::BIGINT))"
        return parameters.bind(value)

    return bind
