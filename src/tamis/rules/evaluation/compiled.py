"""Compiled rules: the reference evaluator's answers, ten times as fast for many contacts.

What does not depend on the contact is worked out once: operands, folded texts, and what a rule depends on. Tests
require the same answers as `evaluate.selects` (§ One meaning).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from tamis.domain.consent.topics import SubscriptionState
from tamis.domain.values.fields import CONTACT_ID, SUPPRESSED, Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.evaluation.aggregates import Events, EventValues, aggregated, no_events, value_operands
from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.evaluation.operands import operands, point
from tamis.rules.operators import positive_form
from tamis.rules.operators.predicates import Holds
from tamis.rules.random_share import is_in_share
from tamis.rules.time.breakpoints import time_dependent_conditions
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
    referenced_events,
    referenced_segments,
    values_used,
)

Values = Mapping[int, Value]
"""The values of a contact in comparable form (`operands.comparable`), by field id, without missing ones, and its own ID
as that of `CONTACT_ID`."""
Selects = Callable[[Values, EvaluationTime, Membership, Events], bool]
Counted = Callable[[EvaluationTime, Events], Sequence[EventValues]]
MOST_KEPT = 4_096
_kept: dict[tuple[int, str], "CompiledRule"] = {}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule as a function of values, time, memberships and events; `field_ids`, `segment_ids`, `event_ids` and
    `is_timed` say on what its answer depends. Rules about events depend on time, since an event counts from its instant
    on."""

    rule: Rule
    selects: Selects
    field_ids: frozenset[int]
    segment_ids: frozenset[int]
    event_ids: frozenset[int]
    is_timed: bool


def compile_rule(rule: Rule, zone: ZoneInfo) -> CompiledRule:
    """Compile a rule for a time zone. Rules that stay the same object are compiled once."""
    key = id(rule), zone.key
    if (known := _kept.get(key)) is not None:  # it holds the rule, so that no other one can have its identity
        return known
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    event_ids = referenced_events(rule)
    found = CompiledRule(
        rule,
        _never_matches if rule is None else _compile(rule, EvaluationTime(EPOCH, zone)),
        frozenset(field.id for field in values_used(rule)),
        referenced_segments(rule),
        event_ids,
        bool(event_ids) or any(True for _ in time_dependent_conditions(rule)),
    )
    return _kept.setdefault(key, found)


def _never_matches(_values: Values, _as_of: EvaluationTime, _in_segment: Membership, _events: Events) -> bool:
    return False


def _compile(node: Node, any_time: EvaluationTime) -> Selects:
    match node:
        case Condition():
            return _compile_condition(node, any_time)
        case EventCondition():
            return _compile_event_condition(node, any_time)
        case InSegment(segment_id, _, operator):
            complement = positive_form(operator)[1]
            return lambda values, as_of, in_segment, events: in_segment(segment_id) is not complement
        case InRandomShare(percentage, name, operator):
            share_complement = positive_form(operator)[1]
            return lambda values, as_of, in_segment, events: (
                is_in_share(cast(int, values[CONTACT_ID.id]), percentage, name) is not share_complement
            )
        case IsSuppressed(operator):
            mailed = positive_form(operator)[1]
            return lambda values, as_of, in_segment, events: bool(values.get(SUPPRESSED.id)) is not mailed
        case IsSubscribed(topic, operator):
            topic_id, unsubscribed = topic.id, positive_form(operator)[1]
            return lambda values, as_of, in_segment, events: (
                (values.get(topic_id) == SubscriptionState.SUBSCRIBED) is not unsubscribed
            )
        case All(parts):
            tests = tuple(_compile(part, any_time) for part in parts)

            def select_all(values: Values, as_of: EvaluationTime, in_segment: Membership, events: Events) -> bool:
                for test in tests:  # noqa: SIM110  # a generator would take longer than the tests
                    if not test(values, as_of, in_segment, events):
                        return False
                return True

            return select_all
        case Any(parts):
            tests = tuple(_compile(part, any_time) for part in parts)

            def select_any(values: Values, as_of: EvaluationTime, in_segment: Membership, events: Events) -> bool:
                for test in tests:  # noqa: SIM110
                    if test(values, as_of, in_segment, events):
                        return True
                return False

            return select_any
        case Not(part):
            negated = _compile(part, any_time)
            return lambda values, as_of, in_segment, events: not negated(values, as_of, in_segment, events)


def _compile_condition(condition: Condition, any_time: EvaluationTime) -> Selects:
    operator, complement = positive_form(condition.operator)
    field_id, holds = condition.field.id, operator.holds
    assert holds
    if operator.relative:

        def holds_at(values: Values, as_of: EvaluationTime, _: Membership, __: Events) -> bool:
            value = values.get(field_id)
            return complement if value is None else holds(value, operands(condition, as_of)) is not complement

        return holds_at
    if condition.other:
        return _compile_comparison(field_id, condition.other.id, holds, complement)
    fixed = operands(condition, any_time)

    def holds_always(values: Values, _: EvaluationTime, __: Membership, ___: Events) -> bool:
        value = values.get(field_id)
        return complement if value is None else holds(value, fixed) is not complement

    return holds_always


def _compile_comparison(field_id: int, other_id: int, holds: Holds, complement: bool) -> Selects:
    def holds_for(values: Values, _: EvaluationTime, __: Membership, ___: Events) -> bool:
        value, other = values.get(field_id), values.get(other_id)
        if value is None or other is None:
            return complement
        return holds(value, point(other)) is not complement

    return holds_for


def _compile_event_condition(condition: EventCondition, any_time: EvaluationTime) -> Selects:
    operator, complement = positive_form(condition.operator)
    aggregate, holds, is_relative = condition.aggregate, operator.holds, operator.relative is not None
    assert holds
    counted = _compile_counted(aggregate, any_time)
    fixed = value_operands(condition, any_time)

    def holds_for(_: Values, as_of: EvaluationTime, __: Membership, events: Events) -> bool:
        value = aggregated(aggregate, counted(as_of, events))
        if value is None:
            return complement
        return holds(cast(Value, value), value_operands(condition, as_of) if is_relative else fixed) is not complement

    return holds_for


def _compile_counted(aggregate: EventAggregate, any_time: EvaluationTime) -> Counted:
    """Compile `evaluate.counted`: what the window is compared with is worked out once for all events."""
    event_id, window = aggregate.event.id, aggregate.window
    where = _compile(aggregate.where, any_time) if aggregate.where else None
    is_in_window = window.operator.holds if window else None
    fixed = operands(window, any_time) if window and not window.operator.relative else None

    def counted(as_of: EvaluationTime, events: Events) -> Sequence[EventValues]:
        now = as_of.now
        found = [event for event in events(event_id) if event.at <= now]
        if window and is_in_window and found:
            span = operands(window, as_of) if fixed is None else fixed
            found = [event for event in found if is_in_window(event.at, span)]
        if where:
            found = [event for event in found if where(event.values, as_of, _in_no_segment, no_events)]
        return found

    return counted


def _in_no_segment(_segment_id: int) -> bool:
    raise AssertionError("conditions about properties of events name no segment")
