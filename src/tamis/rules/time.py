"""When a rule changes its answer although nobody writes anything: by time alone."""

from datetime import timedelta

from tamis.domain.durations import Duration
from tamis.domain.fields import Kind
from tamis.rules.operators import Relative, positive
from tamis.rules.tree import Condition, Rule, conditions

_AT_ITS_INSTANT = timedelta(0)


def timed(rule: Rule) -> tuple[Condition, ...]:
    """List the conditions whose truth changes by time alone, each once."""
    return tuple(dict.fromkeys(c for c in conditions(rule) if counted_from_now(c) and not _is_everybody(c)))


def counted_from_now(condition: Condition) -> tuple[Relative, Duration] | None:
    """Give what a condition counts from now, and how much; None for one that counts nothing."""
    relative = positive(condition.operator)[0].relative
    if relative is None:
        return None
    (duration,) = condition.values
    assert isinstance(duration, Duration)
    return relative, duration


def changes_at_midnight(condition: Condition) -> bool:
    """Tell whether the answer of a timed condition may change where a calendar day begins, for whatever value."""
    counted = counted_from_now(condition)
    return counted is not None and counted[1].hours is None


def clock_edges(condition: Condition) -> tuple[timedelta, ...]:
    """Give how long after the instant that is a contact's value a timed condition may change its answer by the clock,
    rather than where a day begins."""
    counted = counted_from_now(condition)
    if counted is None or counted[0] is Relative.ANNIVERSARY or condition.field.kind is Kind.DATE:
        return ()
    relative, duration = counted
    if duration.hours is None:
        return (_AT_ITS_INSTANT,)
    return (_AT_ITS_INSTANT, duration.hours) if relative is Relative.LAST else (-duration.hours, _AT_ITS_INSTANT)


def _is_everybody(condition: Condition) -> bool:
    counted = counted_from_now(condition)
    return counted is not None and counted[0] is Relative.ANNIVERSARY and counted[1].is_year_or_more
