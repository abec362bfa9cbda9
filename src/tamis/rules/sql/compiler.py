"""Compile rules to boolean SQL expressions in the dialect of an engine, with all values bound."""

from collections.abc import Callable
from dataclasses import dataclass

from tamis.domain.consent.topics import SubscriptionState
from tamis.domain.events.events import AT
from tamis.domain.values.fields import SUPPRESSED, Field, Kind
from tamis.domain.values.instants import MICROSECOND
from tamis.rules.evaluation.operands import operands, relative_operands
from tamis.rules.operators import Operand, positive_form
from tamis.rules.operators.operand import FromNow
from tamis.rules.random_share import PRIME, coefficients, limit
from tamis.rules.sql.aggregates import (
    INSTANT,
    aggregate_columns,
    holds_for_anything,
    holds_for_nothing,
    value_test,
)
from tamis.rules.sql.aggregates import EventTables as EventTables  # noqa: PLC0414  part of this module's interface
from tamis.rules.sql.dialect import Bind, Dialect, Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventAggregate,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Node,
    Not,
    Rule,
)


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """The rows over which a rule is evaluated.

    `column` returns the column of a field, and `id` is that of the contact's ID; `in_segment` returns a boolean
    expression, never null, for the membership of the row's contact in a segment. `instant`, when given, is an
    expression for the instant as of which each row is evaluated, of the type of date-time fields, never null and on the
    day of the evaluation time: relative conditions then count from it, and only their calendar days are those of the
    evaluation time. `events` are needed for rules about events.
    """

    column: Callable[[Field], str]
    in_segment: Callable[[int, Parameters], str]
    instant: str | None = None
    events: EventTables | None = None


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
        case EventCondition():
            return _event_condition(node, wanted, as_of, source, parameters)
        case InSegment(segment_id, _, operator):
            expression = f"({source.in_segment(segment_id, parameters)})"
            return expression if wanted is not positive_form(operator)[1] else f"(NOT {expression})"
        case InRandomShare(percentage, name, operator):
            comparison = "<" if wanted is not positive_form(operator)[1] else ">="
            return f"({_place_in_share(name, parameters)} {comparison} {parameters.bind(limit(percentage))})"
        case IsSuppressed(operator):
            expression = source.column(SUPPRESSED)
            return f"({expression})" if wanted is not positive_form(operator)[1] else f"(NOT {expression})"
        case IsSubscribed(topic, operator):
            comparison = "IS NOT" if wanted is not positive_form(operator)[1] else "IS"
            state = parameters.bind(SubscriptionState.SUBSCRIBED.value)
            return f"({source.column(topic)} {comparison} DISTINCT FROM {state})"
        case Not(part):
            return _node(part, not wanted, as_of, source, parameters)
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) is wanted else " OR "
            return "(" + word.join(_node(part, wanted, as_of, source, parameters) for part in parts) + ")"


def _place_in_share(name: str, parameters: Parameters) -> str:
    """Write what `random_share.is_in_share` compares with the limit; the column of the contact is `id`."""
    place = f"(id % {PRIME})"
    first, *others = map(parameters.bind, coefficients(name))
    found = first
    for coefficient in others:
        found = f"(({found} * {place} + {coefficient}) % {PRIME})"
    return found


def _condition(
    condition: Condition, wanted: bool, as_of: EvaluationTime, source: ColumnSource, parameters: Parameters
) -> str:
    operator, complement = positive_form(condition.operator)
    dialect = parameters.dialect
    name = _compared(condition.field, source, dialect) if condition.values else source.column(condition.field)
    found, bind = _operands(condition, as_of, source.instant, parameters)
    if condition.other:
        other = _compared(condition.other, source, dialect)
        expression = dialect.operators[operator.name](name, found, lambda _: other)
    else:
        expression = dialect.operators[operator.name](name, found, bind)
    return f"({expression})" if wanted is not complement else dialect.complement(f"({expression})")


def _compared(field: Field, source: ColumnSource, dialect: Dialect) -> str:
    """Return the expression of a value in the form in which it is compared."""
    column = source.column(field)
    return dialect.folded(column) if field.kind in (Kind.TEXT, Kind.CHOICE) else column


def _event_condition(
    condition: EventCondition, wanted: bool, as_of: EvaluationTime, source: ColumnSource, parameters: Parameters
) -> str:
    """Compile a condition about events to the test whether a contact is among those with some events, or is not."""
    events = source.events
    if events is None:
        raise LookupError(f"the rule is about events with the name {condition.aggregate.event.id}, but there are none")
    positive = wanted is not positive_form(condition.operator)[1]
    holds_of_none = holds_for_nothing(condition, as_of)
    key, rows = ", ".join(events.key), events.rows(condition.aggregate.event.id, parameters)
    counted = _counted(condition.aggregate, as_of, events, parameters)
    if holds_for_anything(condition, as_of):
        found = f"SELECT {key} FROM {rows} WHERE {counted}"
    else:
        instant = events.instant and f"{events.instant} AS {INSTANT}"
        columns = ", ".join(
            filter(None, [*aggregate_columns(condition.aggregate, events, parameters.dialect), instant])
        )
        groups = ", ".join(filter(None, [key, events.instant]))
        asked = _operands(condition.test, as_of, instant and INSTANT, parameters)
        test = value_test(condition, *asked, parameters.dialect)
        test = parameters.dialect.complement(test) if holds_of_none else test
        found = (
            f"SELECT {key} FROM (SELECT {key}, {columns} FROM {rows} WHERE {counted} GROUP BY {groups}) WHERE {test}"
        )
    contact = ", ".join(events.contact)
    return f"(({contact}) {'IN' if positive is not holds_of_none else 'NOT IN'} ({found}))"


def _counted(aggregate: EventAggregate, as_of: EvaluationTime, events: EventTables, parameters: Parameters) -> str:
    """Compile the test whether an event is among those from which an aggregate is computed."""

    def column(field: Field) -> str:
        return events.at if field.id == AT.id else events.column(field)

    source = ColumnSource(column, _no_segment, events.instant)
    tests = [_node(part, True, as_of, source, parameters) for part in (aggregate.window, aggregate.where) if part]
    return " AND ".join([f"{events.at} <= {events.instant or parameters.bind(as_of.now)}", *tests])


def _no_segment(_segment_id: int, _parameters: Parameters) -> str:
    raise AssertionError("conditions about properties of events name no segment")


def _operands(
    condition: Condition, as_of: EvaluationTime, instant: str | None, parameters: Parameters
) -> tuple[tuple[Operand, ...], Bind]:
    """Return what a value is compared with, and how it is bound."""
    if instant is None:
        return operands(condition, as_of), parameters.bind
    return relative_operands(condition, as_of), _binding_from(instant, parameters)


def _binding_from(instant: str, parameters: Parameters) -> Bind:
    def bind(value: object) -> str:
        if isinstance(value, FromNow):
            return parameters.dialect.later(instant, parameters.bind(value.by // MICROSECOND))
        return parameters.bind(value)

    return bind
