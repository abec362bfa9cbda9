"""Values that are computed from the events of a contact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import cast

from tamis.domain.events.events import AT
from tamis.domain.values.fields import Field, Kind, Value
from tamis.rules.evaluation.operands import operands
from tamis.rules.millionths import MILLION, to_millionths
from tamis.rules.operators import Operand
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventAggregate, EventCondition


@dataclass(frozen=True, slots=True)
class EventValues:
    """An event as rules see it: its instant, and the values of its properties that are not missing, in comparable form
    (`operands.comparable`) by property id."""

    at: datetime
    values: Mapping[int, Value]

    def value_of(self, field: Field) -> Value | None:
        """Return the value of a property, or the instant."""
        return self.at if field.id == AT.id else self.values.get(field.id)


Events = Callable[[int], Sequence[EventValues]]
"""Returns all events of one contact that have the name with this id, in the order of their instants, also those that
are still to come."""


def no_events(event_id: int) -> Sequence[EventValues]:
    """Fail, for rules that use no events."""
    raise LookupError(f"the rule is about events with the name {event_id}, but no events were given")


def aggregated(aggregate: EventAggregate, events: Sequence[EventValues]) -> Value | Fraction | None:
    """Return the value of some events, in their order, in the form in which it is compared with `value_operands`; None
    if it is missing."""
    function = aggregate.function
    if function is AggregateFunction.COUNT:
        return float(len(events))
    if not function.takes_property:
        return events[0 if function is AggregateFunction.FIRST else -1].at if events else None
    assert aggregate.measured
    known = [value for event in events if (value := event.values.get(aggregate.measured.id)) is not None]
    if function.adds:
        total = sum(to_millionths(cast(float, value)) for value in known)
        if function is AggregateFunction.SUM:
            return Fraction(total)
        return Fraction(total, len(known)) if known else None
    return (min if function is AggregateFunction.MIN else max)(known, default=None)


def value_operands(condition: EventCondition, as_of: EvaluationTime) -> tuple[Operand, ...]:
    """Return what the value of a condition about events is compared with as of a time: sums and averages as whole
    millionths."""
    found = operands(condition.test, as_of)
    if condition.aggregate.function.adds:
        return tuple(Operand(*(to_millionths(cast(float, bound)) for bound in each)) for each in found)
    return found


def readable(value: Value | Fraction | None) -> Value | None:
    """Return a value of `aggregated` as a value of its kind: sums and averages as numbers."""
    return float(value / MILLION) if isinstance(value, Fraction) else value


def fits(function: AggregateFunction, kind: Kind) -> bool:
    """Return whether a function can be computed of properties of a kind."""
    if function.adds:
        return kind is Kind.NUMBER
    return kind in (Kind.NUMBER, Kind.DATE, Kind.DATETIME)
