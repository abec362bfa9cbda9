"""The intervals of time during which a relative condition is true for one value."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.domain.values.calendar import Period, anniversary, period_around
from tamis.domain.values.durations import Duration, add_duration, subtract_duration
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import DAY, FIRST_INSTANT, LAST_INSTANT, day_in_utc, day_of
from tamis.rules.operators import Relative
from tamis.rules.time.ages import AgeRange
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.relative import PERIOD_STEPS
from tamis.rules.time.terms import Terms


class Interval(NamedTuple):
    """From `start` to `end`, exclusive; None is the end of the calendar."""

    start: datetime
    end: datetime | None


def truth_intervals(terms: Terms, value: Value, as_of: EvaluationTime) -> Iterator[Interval]:
    """Return the intervals during which a relative condition is true for a date or an instant.

    They are in order, do not touch, and end after the evaluation time.
    """
    assert isinstance(value, date)
    day = day_of(value, as_of.zone) if isinstance(value, datetime) else value
    for interval in _merge(_intervals(terms, value, day, as_of)):
        if interval.end is None or interval.end > as_of.now:
            yield interval


def _intervals(terms: Terms, value: date, day: date, as_of: EvaluationTime) -> Iterator[Interval]:
    relative, measure = terms
    if isinstance(measure, Period):
        return _by_period(relative, measure, day, as_of.zone)
    if isinstance(measure, AgeRange):
        return _by_age(measure, day, as_of.zone)
    if relative is Relative.ANNIVERSARY:
        return _by_anniversary(day, measure, as_of)
    instant = value if isinstance(value, datetime) else None
    if instant and measure.hours is not None:
        return iter([_by_clock(relative, measure.hours, instant)])
    return iter([_by_calendar(relative, measure, day, instant, as_of.zone)])


def _by_period(relative: Relative, period: Period, day: date, zone: ZoneInfo) -> Iterator[Interval]:
    """Return the time in which a day is in this period: that period itself; in the last one: the next; and so on."""
    days = period_around(day, period, -PERIOD_STEPS[relative])
    if days:
        yield Interval(_start(days[0], zone), _end(days[1], zone))


def _by_age(ages: AgeRange, day: date, zone: ZoneInfo) -> Iterator[Interval]:
    first = day.year + ages.youngest
    if first > date.max.year:
        return
    past = None if ages.oldest is None else day.year + ages.oldest + 1
    end = None if past is None or past > date.max.year else _start(anniversary(day, past), zone)
    yield Interval(_start(anniversary(day, first), zone), end)


def _by_clock(relative: Relative, length: timedelta, value: datetime) -> Interval:
    if relative is Relative.LAST:
        return Interval(value, _later(value, length))
    if relative is Relative.BEFORE:
        return _from(_later(value, length))
    return Interval(_later(value, -length) or FIRST_INSTANT, value)


def _by_calendar(
    relative: Relative, duration: Duration, day: date, instant: datetime | None, zone: ZoneInfo
) -> Interval:
    if relative is Relative.LAST:
        end = _end(_last_day_reaching(day, duration), zone)
        return Interval(instant or _start(day, zone), end)
    if relative is Relative.BEFORE:
        return _from(_end(_last_day_reaching(day, duration), zone))
    return Interval(_start(_first_day_reaching(day, duration), zone), instant or _end(day, zone))


def _from(start: datetime | None) -> Interval:
    """Return the time from an instant on; an empty interval when the instant is beyond the calendar."""
    return Interval(start, None) if start else Interval(LAST_INSTANT, FIRST_INSTANT)


def _by_anniversary(day: date, duration: Duration, as_of: EvaluationTime) -> Iterator[Interval]:
    first = day.year + 1
    if duration.is_year_or_more:
        if first <= date.max.year:
            start = _first_day_reaching(anniversary(day, first), duration)
            yield _from(_start(start, as_of.zone))
        return
    for year in range(max(as_of.today.year, first), date.max.year + 1):
        coming = anniversary(day, year)
        yield Interval(_start(_first_day_reaching(coming, duration), as_of.zone), _end(coming, as_of.zone))


def _first_day_reaching(day: date, duration: Duration) -> date:
    """Return the first day that is at most a duration before another day."""
    days = range(max(day.toordinal() - duration.max_days, date.min.toordinal()), day.toordinal() + 1)
    return date.fromordinal(days[bisect_left(days, day, key=lambda n: add_duration(date.fromordinal(n), duration))])


def _last_day_reaching(day: date, duration: Duration) -> date:
    """Return the last day that is at most a duration after another day."""
    days = range(day.toordinal(), min(day.toordinal() + duration.max_days, date.max.toordinal()) + 1)
    return date.fromordinal(
        days[bisect_right(days, day, key=lambda n: subtract_duration(date.fromordinal(n), duration)) - 1]
    )


def _merge(found: Iterator[Interval]) -> Iterator[Interval]:
    last: Interval | None = None
    for interval in found:
        if interval.end is not None and interval.start >= interval.end:  # of a day that the zone's clocks skipped
            continue
        if last and (last.end is None or interval.start <= last.end):
            last = Interval(last.start, interval.end)
            continue
        if last:
            yield last
        last = interval
    if last:
        yield last


def _start(day: date, zone: ZoneInfo) -> datetime:
    return day_in_utc(day, zone)[0]


def _end(day: date, zone: ZoneInfo) -> datetime | None:
    return None if day == date.max else _start(day + DAY, zone)


def _later(instant: datetime, by: timedelta) -> datetime | None:
    try:
        return instant + by
    except OverflowError:
        return None
