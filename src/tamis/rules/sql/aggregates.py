"""Values that are computed from events, in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from tamis.domain.values.fields import Field, Value
from tamis.rules.evaluation.aggregates import aggregated, value_operands
from tamis.rules.millionths import LARGEST, MILLION, to_millionths
from tamis.rules.operators import Operand, positive_form
from tamis.rules.sql.dialect import Bind, Dialect, Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventAggregate, EventCondition

VALUE, NUMBER, INSTANT = "event_value", "event_number", "event_instant"
"""The columns of a group of events."""
_LIMITS_OF_ANY: dict[str, Callable[[float], bool]] = {
    "is equal or greater than": lambda limit: 0 < limit <= 1,
    "is greater than": lambda limit: 0 <= limit < 1,
    "is equal or less than": lambda limit: 0 <= limit < 1,
    "is less than": lambda limit: 0 < limit <= 1,
    "is": lambda limit: limit == 0,
}


@dataclass(frozen=True, slots=True)
class EventTables:
    """The events of the contacts in the rows over which a rule is evaluated.

    `rows` returns a table expression with the events of a name, by its id; `column` is the column of a property in it,
    and `at` that of the instant. `contact` are the columns by which a row of the `ColumnSource` is known, and `key` the
    columns of an event, in the same order, that say to which row it belongs; none is null. `instant`, when given, is
    the column of an event with the `ColumnSource.instant` of its row.
    """

    rows: Callable[[int, Parameters], str]
    column: Callable[[Field], str]
    at: str
    contact: tuple[str, ...]
    key: tuple[str, ...]
    instant: str | None = None


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


def aggregate_columns(aggregate: EventAggregate, events: EventTables, dialect: Dialect) -> tuple[str, ...]:
    """Write the value of the events in a group, and what else `value_test` needs."""
    function = aggregate.function
    if not function.takes_property:
        values = {AggregateFunction.COUNT: "count(*)", AggregateFunction.FIRST: f"min({events.at})"}
        return (f"{values.get(function, f'max({events.at})')} AS {VALUE}",)
    assert aggregate.measured
    of = events.column(aggregate.measured)
    if not function.adds:
        return (f"{function}({of}) AS {VALUE}",)
    total = f"sum({_millionths(of, dialect)})"
    if function is AggregateFunction.SUM:
        return (f"coalesce({total}, 0) AS {VALUE}",)
    return f"{total} AS {VALUE}", f"count({of}) AS {NUMBER}"


def value_test(condition: EventCondition, operands: tuple[Operand, ...], bind: Bind, dialect: Dialect) -> str:
    """Write the test of the positive form of a condition over the columns of `aggregate_columns`; it may be null."""
    function, operator = condition.aggregate.function, positive_form(condition.operator)[0]
    spell = dialect.operators[operator.name]
    if not function.adds:
        return f"({spell(VALUE, operands, bind)})"
    scaled = tuple(Operand(*(to_millionths(cast(float, bound)) for bound in each)) for each in operands)
    if function is AggregateFunction.SUM:
        return f"({spell(VALUE, scaled, bind)})"

    def bind_times(value: object) -> str:  # the average is compared by comparing the sum, so nothing is rounded
        return f"{dialect.widened(bind(value))} * {NUMBER}"

    if operator.name == "is one of":
        spell_is = dialect.operators["is"]
        return f"({' OR '.join(spell_is(VALUE, (each,), bind_times) for each in scaled)})"
    return f"({spell(VALUE, scaled, bind_times)})"


def _millionths(number: str, dialect: Dialect) -> str:
    """Write a number in whole millionths, by the steps of `rules.millionths.to_millionths`."""
    limited = (
        f"CASE WHEN {number} > {LARGEST} THEN {LARGEST} WHEN {number} < -{LARGEST} THEN -{LARGEST} ELSE {number} END"
    )
    return dialect.truncated(f"({limited}) * {MILLION} + CASE WHEN {number} < 0 THEN -0.5 ELSE 0.5 END")
