"""Compile rules to boolean SQL expressions in the dialect of an engine, with all values bound."""

from collections.abc import Callable
from dataclasses import dataclass

from tamis.domain.fields import Field, Kind
from tamis.domain.instants import MICROSECOND
from tamis.rules.evaluation.operands import operands, relative_operands
from tamis.rules.operators import positive_form
from tamis.rules.operators.operand import FromNow
from tamis.rules.sql.dialect import Bind, Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """The rows over which a rule is evaluated.

    `column` returns the column of a field; `in_segment` returns a boolean expression, never null, for the membership of
    the row's contact in a segment. `instant`, when given, is an expression for the instant as of which each row is
    evaluated, of the type of date-time fields, never null and on the day of the evaluation time: relative conditions
    then count from it, and only their calendar days are those of the evaluation time.
    """

    column: Callable[[Field], str]
    in_segment: Callable[[int, Parameters], str]
    instant: str | None = None


def compile_rule(rule: Rule, as_of: EvaluationTime, source: ColumnSource, parameters: Parameters) -> str:
    """Compile a rule to an expression for WHERE, where null selects a row as little as false.

    Negation is moved down to the conditions, where a negative one is the complement of its positive one. Above them are
    only AND and OR, for which null and false are equivalent.
    """
    return "FALSE" if rule is None else _node(rule, True, as_of, source, parameters)


def _node(node: Node, wanted: bool, as_of: EvaluationTime, source: ColumnSource, parameters: Parameters) -> str:
    match node:
        case Condition():
            return _condition(node, wanted, as_of, source, parameters)
        case InSegment(segment_id, _, operator):
            expression = f"({source.in_segment(segment_id, parameters)})"
            return expression if wanted is not positive_form(operator)[1] else f"(NOT {expression})"
        case Not(part):
            return _node(part, not wanted, as_of, source, parameters)
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) is wanted else " OR "
            return "(" + word.join(_node(part, wanted, as_of, source, parameters) for part in parts) + ")"


def _condition(
    condition: Condition, wanted: bool, as_of: EvaluationTime, source: ColumnSource, parameters: Parameters
) -> str:
    operator, complement = positive_form(condition.operator)
    dialect = parameters.dialect
    name = source.column(condition.field)
    if condition.field.kind in (Kind.TEXT, Kind.CHOICE) and condition.values:
        name = dialect.folded(name)
    spell = dialect.operators[operator.name]
    if source.instant is None:
        expression = spell(name, operands(condition, as_of), parameters.bind)
    else:
        expression = spell(name, relative_operands(condition, as_of), _binding_from(source.instant, parameters))
    return f"({expression})" if wanted is not complement else dialect.complement(f"({expression})")


def _binding_from(instant: str, parameters: Parameters) -> Bind:
    def bind(value: object) -> str:
        if isinstance(value, FromNow):
            return parameters.dialect.later(instant, parameters.bind(value.by // MICROSECOND))
        return parameters.bind(value)

    return bind
