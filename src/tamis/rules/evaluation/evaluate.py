"""The reference evaluator: what a rule means, in plain Python over one contact."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol, cast

from tamis.domain.consent.topics import SubscriptionState
from tamis.domain.values.fields import CONTACT_ID, SUPPRESSED, Field, Value
from tamis.rules.evaluation.aggregates import Events, EventValues, aggregated, no_events, value_operands
from tamis.rules.evaluation.operands import comparable, operands, point
from tamis.rules.operators import positive_form
from tamis.rules.random_share import is_in_share
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
    Not,
    Rule,
)

Membership = Callable[[int], bool]
"""Returns whether one contact is a member of the segment with this id."""


class HasValues(Protocol):
    """A contact, an external recipient or an event."""

    def value_of(self, field: Field, /) -> Value | None:
        """Return the value of a field, or None when it is missing."""


def _unknown(segment_id: int) -> bool:
    raise LookupError(f"the rule names segment {segment_id}, but no memberships were given")


def selects(
    rule: Rule,
    contact: HasValues,
    as_of: EvaluationTime,
    in_segment: Membership = _unknown,
    events: Events = no_events,
) -> bool:
    """Return whether a rule selects a contact as of a time; `in_segment` is needed when the rule names segments, and
    `events` when it is about events.

    For external recipients use `selects_external`.
    """
    match rule:
        case None:
            return False
        case Condition():
            return holds(rule, contact, as_of)
        case EventCondition():
            return event_condition_holds(rule, as_of, events)
        case InSegment(segment_id, _, operator):
            return in_segment(segment_id) is not positive_form(operator)[1]
        case InRandomShare(percentage, name, operator):
            contact_id = cast(int, contact.value_of(CONTACT_ID))
            return is_in_share(contact_id, percentage, name) is not positive_form(operator)[1]
        case IsSuppressed(operator):
            return bool(contact.value_of(SUPPRESSED)) is not positive_form(operator)[1]
        case IsSubscribed(topic, operator):
            return (contact.value_of(topic) == SubscriptionState.SUBSCRIBED) is not positive_form(operator)[1]
        case All(parts):
            return all(selects(part, contact, as_of, in_segment, events) for part in parts)
        case Any(parts):
            return any(selects(part, contact, as_of, in_segment, events) for part in parts)
        case Not(part):
            return not selects(part, contact, as_of, in_segment, events)


def holds(condition: Condition, contact: HasValues, as_of: EvaluationTime) -> bool:
    """Return whether a condition holds for a contact, or for an event, as of a time."""
    operator, complement = positive_form(condition.operator)
    value = contact.value_of(condition.field)
    if value is None:
        return complement
    assert operator.holds
    if condition.other is None:
        return operator.holds(comparable(value), operands(condition, as_of)) is not complement
    other = contact.value_of(condition.other)
    if other is None:
        return complement
    return operator.holds(comparable(value), point(comparable(other))) is not complement


def event_condition_holds(condition: EventCondition, as_of: EvaluationTime, events: Events) -> bool:
    """Return whether a condition about events holds for the contact with some events as of a time."""
    return value_holds(condition, aggregated(condition.aggregate, counted(condition.aggregate, as_of, events)), as_of)


def value_holds(condition: EventCondition, value: Value | Fraction | None, as_of: EvaluationTime) -> bool:
    """Return whether a condition about events holds for their value as of a time."""
    operator, complement = positive_form(condition.operator)
    if value is None:
        return complement
    assert operator.holds
    return operator.holds(cast(Value, value), value_operands(condition, as_of)) is not complement


def counted(aggregate: EventAggregate, as_of: EvaluationTime, events: Events) -> Sequence[EventValues]:
    """Return the events that an aggregate is computed from as of a time, in the order of their instants."""
    return [
        event
        for event in events(aggregate.event.id)
        if event.at <= as_of.now
        and (aggregate.window is None or holds(aggregate.window, event, as_of))
        and (aggregate.where is None or selects(aggregate.where, event, as_of))
    ]
