"""When a rule changes its answer although nobody writes anything: by time alone."""

from datetime import datetime, timedelta
from heapq import heapify, heappop, heapreplace

from tamis.domain.contacts import Contact
from tamis.domain.durations import Duration
from tamis.domain.fields import Kind, Value
from tamis.rules.evaluation.evaluate import Membership, selects
from tamis.rules.evaluation.segments import Decided, decide_in_order
from tamis.rules.operators import Relative, positive
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.flips import stretches
from tamis.rules.tree import Condition, Rule, conditions, segments_named

MOST_FLIPS = 10_000
_AT_ITS_INSTANT = timedelta(0)


def timed(rule: Rule) -> tuple[Condition, ...]:
    """List the conditions whose truth changes by time alone, each once."""
    return tuple(dict.fromkeys(c for c in conditions(rule) if counted_from_now(c)))


def counted_from_now(condition: Condition) -> tuple[Relative, Duration] | None:
    """Return what a condition counts from now, and how much; None for one that counts nothing."""
    relative = positive(condition.operator)[0].relative
    if relative is None:
        return None
    (duration,) = condition.values
    assert isinstance(duration, Duration)
    return relative, duration


def changes_at_midnight(condition: Condition) -> bool:
    """Return whether the answer of a timed condition may change where a calendar day begins, for whatever value."""
    counted = counted_from_now(condition)
    return counted is not None and counted[1].hours is None


def clock_edges(condition: Condition) -> tuple[timedelta, ...]:
    """Return how long after the instant that is a contact's value a timed condition may change its answer by the clock,
    rather than where a day begins."""
    counted = counted_from_now(condition)
    if counted is None or counted[0] is Relative.ANNIVERSARY or condition.field.kind is Kind.DATE:
        return ()
    relative, duration = counted
    if relative is Relative.BEFORE:
        return () if duration.hours is None else (duration.hours,)
    if duration.hours is None:
        return (_AT_ITS_INSTANT,)
    return (_AT_ITS_INSTANT, duration.hours) if relative is Relative.LAST else (-duration.hours, _AT_ITS_INSTANT)


def next_flip(condition: Condition, value: Value | None, as_of: EvaluationTime) -> datetime | None:
    """Return the first instant after a moment at which time alone changes what a condition says of a value; None when
    it never does."""
    counted = counted_from_now(condition)
    if counted is None or value is None:
        return None
    for stretch in stretches(*counted, value, as_of):
        for edge in stretch:
            if edge is not None and edge > as_of.now:
                return edge
    return None


def next_change(
    rule: Rule,
    contact: Contact,
    as_of: EvaluationTime,
    decided: Decided,
    known: dict[datetime, Membership] | None = None,
) -> datetime | None:
    """Return the first instant after a moment at which time alone changes whether a rule selects a contact. `known`
    keeps what was decided of the contact at instants, for whoever asks of several segments; `decided` is the same for
    all.

    None when it never does, and when ten thousand changes of single conditions have changed nothing.
    """
    known = {} if known is None else known

    def at_moment(as_of: EvaluationTime) -> Membership:
        if as_of.now not in known:
            known[as_of.now] = membership(contact, as_of, decided)
        return known[as_of.now]

    verdict = selects(rule, contact, as_of, at_moment(as_of))
    watched = _watched(rule, decided)
    flips = [(flip, n) for n, c in enumerate(watched) if (flip := next_flip(c, contact.value_of(c.field), as_of))]
    heapify(flips)
    for _ in range(MOST_FLIPS):
        if not flips:
            return None
        instant, number = flips[0]
        at = EvaluationTime(instant, as_of.zone)
        following = next_flip(watched[number], contact.value_of(watched[number].field), at)
        if following:
            heapreplace(flips, (following, number))
        else:
            heappop(flips)
        if flips and flips[0][0] == instant:
            continue  # others change at the same instant: the rule is asked once they have
        if selects(rule, contact, at, at_moment(at)) is not verdict:
            return instant
    return None


def membership(contact: Contact, as_of: EvaluationTime, decided: Decided) -> Membership:
    """Make what tells whether a contact is in a segment at a moment."""
    return decide_in_order(decided, lambda rule, is_in: selects(rule, contact, as_of, is_in))


def _watched(rule: Rule, decided: Decided) -> list[Condition]:
    """List the timed conditions of a rule and of all segments that it names, directly or by way of others."""
    found: dict[Condition, None] = {}
    seen: set[int] = set()
    rules = [rule]
    for each in rules:  # grows while it is walked over
        found.update(dict.fromkeys(timed(each)))
        for segment_id in segments_named(each) - seen:
            seen.add(segment_id)
            decision = decided(segment_id)
            if not isinstance(decision, bool):
                rules.append(decision)
    return list(found)
