"""Values that are computed from events, in SQL."""

from collections.abc import Callable
from typing import cast

from tamis.domain.fields import Field, Value
from tamis.rules.evaluation.aggregates import aggregated, value_operands
from tamis.rules.millionths import LARGEST, MILLION, to_millionths
from tamis.rules.operators import Operand, positive_form
from tamis.rules.sql.dialect import Bind, Dialect
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventCondition

_LIMITS_OF_ANY: dict[str, Callable[[float], bool]] = {
    "is equal or greater than": lambda limit: 0 < limit <= 1,
    "is greater than": lambda limit: 0 <= limit < 1,
    "is equal or less than": lambda limit: 0 <= limit < 1,
    "is less than": lambda limit: 0 < limit <= 1,
    "is": lambda limit: limit == 0,
}


def holds_for_nothing(condition: EventCondition, as_of: EvaluationTime) -> bool:
    """Return whether the positive form of a condition holds for contacts without any events that are counted."""
    value = aggregated(condition.aggregate, ())
    operator = positive_form(condition.operator)[0]
    assert operator.holds
    return value is not None and operator.holds(cast(Value, value), value_operands(condition, as_of))


def holds_for_anything(condition: EventCondition, as_of: EvaluationTime) -> bool:
    """Return whether the positive form of a condition differs between no events and any, and is the same for all
    numbers of them, so that they need not be counted."""
    if condition.aggregate.function is not AggregateFunction.COUNT:
        return False
    test = _LIMITS_OF_ANY.get(positive_form(condition.operator)[0].name)
    return test is not None and test(cast(float, value_operands(condition, as_of)[0].low))


def value_test(
    condition: EventCondition,
    column: Callable[[Field], str],
    at: str,
    operands: tuple[Operand, ...],
    bind: Bind,
    dialect: Dialect,
) -> str:
    """Write the test of the positive form of a condition over the events of one contact; it may be null."""
    function, operator = condition.aggregate.function, positive_form(condition.operator)[0]
    spell = dialect.operators[operator.name]
    if not function.takes_property:
        count_or_instant = {AggregateFunction.COUNT: "count(*)", AggregateFunction.FIRST: f"min({at})"}
        return f"({spell(count_or_instant.get(function, f'max({at})'), operands, bind)})"
    assert condition.aggregate.measured
    of = column(condition.aggregate.measured)
    if not function.adds:
        return f"({spell(f'{function}({of})', operands, bind)})"
    scaled = tuple(Operand(*(to_millionths(cast(float, bound)) for bound in each)) for each in operands)
    total = f"sum({_millionths(of, dialect)})"
    if function is AggregateFunction.SUM:
        return f"({spell(f'coalesce({total}, 0)', scaled, bind)})"

    def bind_times(value: object) -> str:  # the average is compared by comparing the sum, so nothing is rounded
        return f"{dialect.widened(bind(value))} * count({of})"

    if operator.name == "is one of":
        spell_is = dialect.operators["is"]
        return f"({' OR '.join(spell_is(total, (each,), bind_times) for each in scaled)})"
    return f"({spell(total, scaled, bind_times)})"


def _millionths(number: str, dialect: Dialect) -> str:
    """Write a number in whole millionths, by the steps of `rules.millionths.to_millionths`."""
    limited = (
        f"CASE WHEN {number} > {LARGEST} THEN {LARGEST} WHEN {number} < -{LARGEST} THEN -{LARGEST} ELSE {number} END"
    )
    return dialect.truncated(f"({limited}) * {MILLION} + CASE WHEN {number} < 0 THEN -0.5 ELSE 0.5 END")
