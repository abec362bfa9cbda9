"""Build conditions about events: the part of `build` that checks them against the catalogue of events."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tamis.domain.errors import Problem
from tamis.domain.events.events import AT, EventCatalogue, EventName
from tamis.domain.values.fields import Field, FieldSet
from tamis.domain.values.text import shorten
from tamis.rules.diagnostics import names
from tamis.rules.evaluation.aggregates import fits
from tamis.rules.millionths import LARGEST, MILLION
from tamis.rules.operators import Operator, Relative, Takes, ValueType
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftEventCondition
from tamis.rules.tree import AggregateFunction, Condition, EventAggregate, EventCondition, EventRef, Node

BuildCondition = Callable[[DraftCondition, FieldSet, list[Problem]], Condition | None]
BuildFilter = Callable[[Draft, str, FieldSet], Node | None]
_SPANS = frozenset({ValueType.FIELD_VALUE, ValueType.DURATION, ValueType.PERIOD})
_NO_WINDOWS = frozenset({Relative.NEXT, Relative.NEXT_PERIOD, Relative.ANNIVERSARY})
_AT = FieldSet((AT,))
_SPELLINGS = {function.value: function for function in AggregateFunction} | {
    "avg": AggregateFunction.AVERAGE,
    "mean": AggregateFunction.AVERAGE,
    "minimum": AggregateFunction.MIN,
    "maximum": AggregateFunction.MAX,
    "total": AggregateFunction.SUM,
}


def build_event_condition(
    draft: DraftEventCondition,
    events: EventCatalogue,
    fields: FieldSet,
    problems: list[Problem],
    build_condition: BuildCondition,
    build_filter: BuildFilter,
) -> EventCondition | None:
    """Build a condition about events, or add everything that is wrong with it to some problems; `fields` are those of
    contacts, one of which may have been meant: "First name is …"."""
    before = len(problems)
    event = events.find(draft.event)
    window = _window(draft.window, problems, build_condition) if draft.window else None
    function = _SPELLINGS.get(draft.function.strip().lower())
    if function is None:
        problems.append(Problem(draft.where, "no_event_function", function=shorten(draft.function)))
    if event is None and (meant := fields.find(f"{draft.function}_{draft.event}")):
        problems.append(Problem(draft.where, "write_field_so", name=meant.name, field=meant.key))
    elif event is None:
        problems.append(Problem.of(draft.where_event or draft.where, names.unknown_event(draft.event, events)))
    if event is None or function is None:
        return None
    properties = events.properties_of(event.id)
    where = build_filter(draft.filter, event.name, properties) if draft.filter else None
    of = _property(draft, function, event, properties, problems)
    if function.takes_property and of is None:
        return None
    aggregate = EventAggregate(EventRef(event.id, event.name), function, of, window, where)
    test = build_condition(replace(draft.test, field=aggregate.value.id), FieldSet((aggregate.value,)), problems)
    if test:
        _check_numbers(draft, function, test, problems)
    return EventCondition(aggregate, test.operator, test.values) if test and len(problems) == before else None


def is_window(operator: Operator) -> bool:
    """Return whether an operator can say when events happened: it asks for one span of time, which is not to come."""
    takes_span = operator.takes in (Takes.ONE, Takes.TWO) and operator.values in _SPANS
    is_span = operator.takes is Takes.NONE and operator.relative is not None  # "today"
    return (takes_span or is_span) and not operator.negates and operator.relative not in _NO_WINDOWS


def _window(draft: DraftCondition, problems: list[Problem], build_condition: BuildCondition) -> Condition | None:
    window = build_condition(replace(draft, field=AT.id), _AT, problems)
    if window and not is_window(window.operator):
        place = draft.where_operator or draft.where
        problems.append(Problem(place, "operator_is_no_window", operator=window.operator.name))
    return window


def _property(
    draft: DraftEventCondition,
    function: AggregateFunction,
    event: EventName,
    properties: FieldSet,
    problems: list[Problem],
) -> Field | None:
    where = draft.where_measured or draft.where
    if not function.takes_property:
        if draft.measured is not None:
            problems.append(Problem(where, "function_takes_no_property", function=function))
        return None
    if draft.measured is None:
        problems.append(Problem(where, "function_needs_property", function=function, event=event.name))
        return None
    found = properties.find(draft.measured)
    if found is None:
        problems.append(Problem.of(where, names.unknown_property(draft.measured, event.name, properties)))
    elif not fits(function, found.kind):
        wanted = "number" if function.adds else "number, date or date and time"
        problems.append(
            Problem(
                where, "property_does_not_fit", function=function, property=found.key, kind=found.kind, wanted=wanted
            )
        )
        return None
    return found


def _check_numbers(
    draft: DraftEventCondition, function: AggregateFunction, test: Condition, problems: list[Problem]
) -> None:
    places = draft.test.where_values
    for index, value in enumerate(test.values):
        if isinstance(value, float) and (code := _problem_with_number(function, value)):
            place = places[index] if index < len(places) else draft.test.where
            problems.append(Problem(place, code, number=draft.test.values[index], most=int(LARGEST)))


def _problem_with_number(function: AggregateFunction, number: float) -> str | None:
    if function is AggregateFunction.COUNT:
        if number < 0:
            return "count_is_negative"
        return None if number.is_integer() else "count_is_not_whole"
    if function.adds:
        if abs(number) > LARGEST:
            return "sum_is_too_large"
        return None if (Decimal(repr(number)) * MILLION) % 1 == 0 else "sum_is_too_precise"
    return None
