"""Breakpoints: the instants at which the result of a rule changes by time alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from heapq import heapify, heappop, heapreplace

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Kind, Value
from tamis.rules.evaluation.aggregates import Events, EventValues, no_events
from tamis.rules.evaluation.dependencies import MembershipSource, resolve_membership
from tamis.rules.evaluation.evaluate import Membership, selects
from tamis.rules.operators import Relative
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.event_breakpoints import EventBreakpoint, next_event_breakpoint
from tamis.rules.time.intervals import truth_intervals
from tamis.rules.time.terms import relative_terms
from tamis.rules.tree import Condition, EventCondition, Rule, conditions, event_conditions, referenced_segments

MAX_BREAKPOINTS = 10_000
_AT_VALUE = timedelta(0)


def time_dependent_conditions(rule: Rule) -> tuple[Condition, ...]:
    """List the conditions whose truth changes by time alone, each once."""
    return tuple(dict.fromkeys(c for c in conditions(rule) if relative_terms(c)))


def changes_at_midnight(condition: Condition) -> bool:
    """Return whether the truth of a condition may change at the start of a calendar day, for any value."""
    terms = relative_terms(condition)
    return terms is not None and (terms.duration is None or terms.duration.hours is None)


def clock_offsets(condition: Condition) -> tuple[timedelta, ...]:
    """Return how long after the instant in a contact's value a condition may change by the clock, rather than at the
    start of a day."""
    terms = relative_terms(condition)
    if terms is None or terms.duration is None or condition.field.kind is Kind.DATE:
        return ()
    hours = terms.duration.hours
    match terms.relative:
        case Relative.ANNIVERSARY:
            return ()
        case Relative.BEFORE:
            return () if hours is None else (hours,)
        case Relative.LAST:
            return (_AT_VALUE,) if hours is None else (_AT_VALUE, hours)
    return (_AT_VALUE,) if hours is None else (-hours, _AT_VALUE)


def next_breakpoint(condition: Condition, value: Value | None, as_of: EvaluationTime) -> datetime | None:
    """Return the first instant after the evaluation time at which time alone changes whether a condition holds for a
    value; None when there is none."""
    terms = relative_terms(condition)
    if terms is None or value is None:
        return None
    for interval in truth_intervals(terms, value, as_of):
        for bound in interval:
            if bound is not None and bound > as_of.now:
                return bound
    return None


def next_breakpoint_of_events(
    condition: EventCondition, events: Sequence[EventValues], as_of: EvaluationTime
) -> EventBreakpoint | None:
    """Return the first instant after the evaluation time at which time alone changes whether a condition about events
    holds for some events of its name, in their order; None when there is none."""
    return next_event_breakpoint(condition, events, as_of, next_breakpoint)


def next_change(
    rule: Rule,
    contact: Contact,
    as_of: EvaluationTime,
    decided: MembershipSource,
    memberships: dict[datetime, Membership] | None = None,
    events: Events = no_events,
) -> datetime | None:
    """Return the first instant after the evaluation time at which time alone changes whether a rule selects a contact.

    None when there is none, and when ten thousand breakpoints of single conditions have changed nothing. Callers that
    ask about several segments of one contact pass the same `decided` and `memberships`, a cache by instant; `events`
    are needed when the rule or that of a named segment is about events.
    """
    memberships = {} if memberships is None else memberships

    def membership_at(as_of: EvaluationTime) -> Membership:
        if as_of.now not in memberships:
            memberships[as_of.now] = membership(contact, as_of, decided, events)
        return memberships[as_of.now]

    def next_of(condition: Condition | EventCondition, as_of: EvaluationTime) -> datetime | None:
        if isinstance(condition, Condition):
            return next_breakpoint(condition, contact.value_of(condition.field), as_of)
        found = next_breakpoint_of_events(condition, events(condition.aggregate.event.id), as_of)
        return found and found.at

    selected = selects(rule, contact, as_of, membership_at(as_of), events)
    watched = _time_dependent_conditions_within(rule, decided)
    queue = [(at, n) for n, c in enumerate(watched) if (at := next_of(c, as_of))]
    heapify(queue)
    for _ in range(MAX_BREAKPOINTS):
        if not queue:
            return None
        instant, number = queue[0]
        then = EvaluationTime(instant, as_of.zone)
        following = next_of(watched[number], then)
        if following:
            heapreplace(queue, (following, number))
        else:
            heappop(queue)
        if queue and queue[0][0] == instant:
            continue  # other conditions change at the same instant: evaluate the rule after the last of them
        if selects(rule, contact, then, membership_at(then), events) is not selected:
            return instant
    return None


def membership(
    contact: Contact, as_of: EvaluationTime, decided: MembershipSource, events: Events = no_events
) -> Membership:
    """Return a function that tells whether a contact is in a segment as of a time."""
    return resolve_membership(decided, lambda rule, is_in: selects(rule, contact, as_of, is_in, events))


def _time_dependent_conditions_within(rule: Rule, decided: MembershipSource) -> list[Condition | EventCondition]:
    """List the time-dependent conditions of a rule and of all segments that it names, directly or indirectly."""
    found: dict[Condition | EventCondition, None] = {}
    visited: set[int] = set()
    rules = [rule]
    for each in rules:  # grows during the loop
        found.update(dict.fromkeys(time_dependent_conditions(each)))
        found.update(dict.fromkeys(event_conditions(each)))
        for segment_id in referenced_segments(each) - visited:
            visited.add(segment_id)
            decision = decided(segment_id)
            if not isinstance(decision, bool):
                rules.append(decision)
    return list(found)
