"""Relative dates: the spans that relative operators mean at an evaluation time."""

from datetime import date, datetime, timedelta

from tamis.domain.durations import Duration, add_duration, subtract_duration
from tamis.domain.fields import Kind
from tamis.domain.instants import DAY, FIRST_INSTANT, LAST_INSTANT, MICROSECOND, day_in_utc
from tamis.rules.operators import Operand, Relative
from tamis.rules.operators.operand import FromNow
from tamis.rules.time.anniversaries import anniversary_days
from tamis.rules.time.evaluation_time import EvaluationTime

_NOTHING = Operand(LAST_INSTANT, FIRST_INSTANT)
_NO_DAY = Operand(date.max, date.min)
_NO_TIME = timedelta(0)


def relative_span(relative: Relative, duration: Duration, kind: Kind, as_of: EvaluationTime) -> Operand:
    """Return the values that a relative operator means, as a closed span whose bounds may be a `FromNow`.

    Days are whole. For a date-time field, the last days begin with the first instant of the first day and end now; the
    next days begin after now and end with the last instant of the last day. "More than some days ago" is what lies
    before the last days: together they are the past.
    """
    if relative is Relative.ANNIVERSARY:
        days = anniversary_days(as_of.today, duration, as_of.zone if kind is Kind.DATETIME else None)
        return Operand(days, days)
    if relative is Relative.BEFORE:
        return _span_before(duration, kind, as_of)
    last = relative is Relative.LAST
    if duration.hours is not None:  # excludes the instant an hour ago, includes now
        return Operand(
            FromNow(MICROSECOND - duration.hours if last else MICROSECOND),
            FromNow(_NO_TIME if last else duration.hours),
        )
    today = as_of.today
    first, end = (subtract_duration(today, duration), today) if last else (today, add_duration(today, duration))
    if kind is Kind.DATE:
        return Operand(first, end)
    if last:
        return Operand(day_in_utc(first, as_of.zone)[0], FromNow(_NO_TIME))
    return Operand(FromNow(MICROSECOND), day_in_utc(end, as_of.zone)[1])


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
