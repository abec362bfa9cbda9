"""Relative dates: the spans that relative operators mean at an evaluation time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tamis.domain.values.calendar import Period, period_around
from tamis.domain.values.durations import Duration, add_duration, subtract_duration
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import DAY, FIRST_INSTANT, LAST_INSTANT, MICROSECOND, day_in_utc
from tamis.rules.operators import Operand, Relative
from tamis.rules.operators.operand import FromNow
from tamis.rules.time.ages import AgeRange, days_of_age
from tamis.rules.time.anniversaries import anniversary_days
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.terms import Terms

_NOTHING = Operand(LAST_INSTANT, FIRST_INSTANT)
_NO_DAY = Operand(date.max, date.min)
_NO_TIME = timedelta(0)
PERIOD_STEPS = {Relative.LAST_PERIOD: -1, Relative.THIS_PERIOD: 0, Relative.NEXT_PERIOD: 1}
"""How many periods after the present one a relative operator means."""


def relative_span(terms: Terms, kind: Kind, as_of: EvaluationTime) -> Operand:
    """Return the values that a relative condition means, as a closed span whose bounds may be a `FromNow`.

    Days are whole. For a date-time field, the last days begin with the first instant of the first day and end now; the
    next days begin after now and end with the last instant of the last day. "More than some days ago" is what lies
    before the last days: together they are the past.
    """
    relative, measure = terms
    if isinstance(measure, Period):
        return _span_of_days(period_around(as_of.today, measure, PERIOD_STEPS[relative]), kind, as_of.zone)
    if isinstance(measure, AgeRange):
        return _span_of_days(days_of_age(measure, as_of.today), kind, as_of.zone)
    if relative is Relative.ANNIVERSARY:
        days = anniversary_days(as_of.today, measure, as_of.zone if kind is Kind.DATETIME else None)
        return Operand(days, days)
    if relative is Relative.BEFORE:
        return _span_before(measure, kind, as_of)
    return _span_to_now(measure, kind, as_of) if relative is Relative.LAST else _span_from_now(measure, kind, as_of)


def _span_to_now(duration: Duration, kind: Kind, as_of: EvaluationTime) -> Operand:
    if duration.hours is not None:  # excludes the instant an hour ago, includes now
        return Operand(FromNow(MICROSECOND - duration.hours), FromNow(_NO_TIME))
    first = subtract_duration(as_of.today, duration)
    if kind is Kind.DATE:
        return Operand(first, as_of.today)
    return Operand(day_in_utc(first, as_of.zone)[0], FromNow(_NO_TIME))


def _span_from_now(duration: Duration, kind: Kind, as_of: EvaluationTime) -> Operand:
    if duration.hours is not None:  # excludes now, includes the instant in an hour
        return Operand(FromNow(MICROSECOND), FromNow(duration.hours))
    last = add_duration(as_of.today, duration)
    if kind is Kind.DATE:
        return Operand(as_of.today, last)
    return Operand(FromNow(MICROSECOND), day_in_utc(last, as_of.zone)[1])


def _span_of_days(days: tuple[date, date] | None, kind: Kind, zone: ZoneInfo) -> Operand:
    """Return whole days as a span, which for a date-time field is of their instants."""
    if days is None:
        return _NO_DAY if kind is Kind.DATE else _NOTHING
    if kind is Kind.DATE:
        return Operand(*days)
    return Operand(day_in_utc(days[0], zone)[0], day_in_utc(days[1], zone)[1])


def _span_before(duration: Duration, kind: Kind, as_of: EvaluationTime) -> Operand:
    """Return all values before those that `is within` means for the same duration."""
    if duration.hours is not None:
        return Operand(FIRST_INSTANT, FromNow(-duration.hours))
    first = subtract_duration(as_of.today, duration)
    if first == date.min:
        return _NO_DAY if kind is Kind.DATE else _NOTHING
    if kind is Kind.DATE:
        return Operand(date.min, first - DAY)
    return Operand(FIRST_INSTANT, day_in_utc(first, as_of.zone)[0] - MICROSECOND)


def resolve(operand: Operand, now: datetime) -> Operand:
    """Return a span with its relative bounds resolved, cut off at the ends of the calendar."""
    low, high = operand
    if isinstance(low, FromNow):
        by = low.by
        try:
            low = now + by
        except OverflowError:
            if by > _NO_TIME:
                return _NOTHING
            low = FIRST_INSTANT
    if isinstance(high, FromNow):
        by = high.by
        try:
            high = now + by
        except OverflowError:
            if by < _NO_TIME:
                return _NOTHING
            high = LAST_INSTANT
    return Operand(low, high)
