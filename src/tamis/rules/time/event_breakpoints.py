"""Breakpoints of conditions about events: events begin to count, leave a window, or grow older than a limit."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from tamis.domain.values.fields import Value
from tamis.domain.values.instants import FIRST_INSTANT, LAST_INSTANT
from tamis.rules.evaluation.aggregates import EventValues, aggregated
from tamis.rules.evaluation.evaluate import counted, holds, selects, value_holds
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.intervals import truth_intervals
from tamis.rules.time.terms import relative_terms
from tamis.rules.tree import Condition, EventAggregate, EventCondition, conditions

MAX_STEPS = 10_000
NextBreakpoint = Callable[[Condition, Value | None, EvaluationTime], datetime | None]


class EventBreakpoint(NamedTuple):
    """An instant at which time alone changes whether a condition about events holds, and the event that begins or stops
    counting then; None if another cause changes it."""

    at: datetime
    event: EventValues | None


class _Bound(NamedTuple):
    """An instant, or never, which is after every instant."""

    is_never: bool
    instant: datetime


def _at(instant: datetime | None) -> _Bound:
    return _Bound(True, LAST_INSTANT) if instant is None else _Bound(False, instant)


class _State(NamedTuple):
    """The events that count from an instant on."""

    since: datetime
    counted: Sequence[EventValues]


def next_event_breakpoint(
    condition: EventCondition, events: Sequence[EventValues], as_of: EvaluationTime, next_breakpoint: NextBreakpoint
) -> EventBreakpoint | None:
    """Return the first instant after the evaluation time at which time alone changes whether a condition holds for the
    contact with some events of its name, in their order; None when there is none, and when ten thousand events that
    begin or stop counting have changed nothing. `next_breakpoint` is that of conditions about fields."""
    found = counted(condition.aggregate, as_of, lambda event_id: events)
    value = aggregated(condition.aggregate, found)
    output = value_holds(condition, value, as_of)
    states = _states(condition.aggregate, events, as_of, next_breakpoint)
    following = next(states, None)
    for _ in range(MAX_STEPS):
        aged = next_breakpoint(condition.test, cast(Value | None, value), as_of)
        instants = [at for at in (aged, following.since if following else None) if at]
        if not instants:
            return None
        as_of, before = EvaluationTime(min(instants), as_of.zone), found
        if following and following.since == as_of.now:
            found, following = following.counted, next(states, None)
            value = aggregated(condition.aggregate, found)
        if value_holds(condition, value, as_of) is not output:
            return EventBreakpoint(as_of.now, _first_difference(before, found))
    return None


def _first_difference(before: Sequence[EventValues], after: Sequence[EventValues]) -> EventValues | None:
    """Return the first event that stopped counting, or else the first that began to."""
    for some, others in ((before, after), (after, before)):
        known = set(map(id, others))
        if different := next((event for event in some if id(event) not in known), None):
            return different
    return None


def _states(
    aggregate: EventAggregate, events: Sequence[EventValues], as_of: EvaluationTime, next_breakpoint: NextBreakpoint
) -> Iterator[_State]:
    """Return which events count at each later instant at which that changes."""
    if any(relative_terms(condition) for condition in conditions(aggregate.where)):
        return _changing_states(aggregate, events, as_of, next_breakpoint)
    return _sliding_states(aggregate, events, as_of)


def _sliding_states(
    aggregate: EventAggregate, events: Sequence[EventValues], as_of: EvaluationTime
) -> Iterator[_State]:
    """Return the states where later events begin and stop counting later: those that count are a row, whose ends move
    on."""
    terms = relative_terms(aggregate.window) if aggregate.window else None
    some = [event for event in events if aggregate.where is None or selects(aggregate.where, event, as_of)]
    if aggregate.window and terms is None:
        some = [event for event in some if holds(aggregate.window, event, as_of)]
    always = EvaluationTime(FIRST_INSTANT, as_of.zone)

    def span(event: EventValues) -> tuple[_Bound, _Bound]:
        if terms is None:
            return _at(event.at), _at(None)
        found = next(truth_intervals(terms, event.at, always), None)
        return (_at(max(found.start, event.at)), _at(found.end)) if found else (_at(None), _at(None))

    def start(event: EventValues) -> _Bound:
        return span(event)[0]

    def end(event: EventValues) -> _Bound:
        return span(event)[1]

    first, last = (bisect_right(some, _at(as_of.now), key=key) for key in (end, start))
    while True:
        bounds = [end(some[first])] if first < len(some) else []
        bounds += [start(some[last])] if last < len(some) else []
        now = min(bounds, default=_at(None))
        if now.is_never:
            return
        while first < len(some) and end(some[first]) <= now:
            first += 1
        while last < len(some) and start(some[last]) <= now:
            last += 1
        yield _State(now.instant, some[first:last])


def _changing_states(
    aggregate: EventAggregate, events: Sequence[EventValues], as_of: EvaluationTime, next_breakpoint: NextBreakpoint
) -> Iterator[_State]:
    """Return the states where conditions about properties count from now, so that events can come and go."""
    timed = [aggregate.window] if aggregate.window else []
    timed += dict.fromkeys(conditions(aggregate.where))
    while True:
        instants = [event.at for event in events if event.at > as_of.now]
        for condition in timed:
            found = (next_breakpoint(condition, event.value_of(condition.field), as_of) for event in events)
            instants += filter(None, found)
        if not instants:
            return
        as_of = EvaluationTime(min(instants), as_of.zone)
        yield _State(as_of.now, counted(aggregate, as_of, lambda event_id: events))
