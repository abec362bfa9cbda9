"""The stretches of time during which a condition that counts from now holds for one value."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.domain.durations import Duration, after, before
from tamis.domain.fields import Value
from tamis.domain.instants import DAY, FIRST_INSTANT, LAST_INSTANT, day_in_utc, day_of
from tamis.rules.operators import Relative
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.yearly import anniversary


class Stretch(NamedTuple):
    """From an instant until before another; None is the end of the calendar."""

    start: datetime
    end: datetime | None


def stretches(relative: Relative, duration: Duration, value: Value, as_of: EvaluationTime) -> Iterator[Stretch]:
    """Return the stretches that are not over at a moment, in order and with time between them, during which a relative
    operator holds for a date or an instant."""
    assert isinstance(value, date)
    day = day_of(value, as_of.zone) if isinstance(value, datetime) else value
    if relative is Relative.ANNIVERSARY:
        found = _of_every_year(day, duration, as_of)
    elif isinstance(value, datetime) and duration.hours is not None:
        found = iter([_by_the_clock(relative, duration.hours, value)])
    else:
        instant = value if isinstance(value, datetime) else None
        found = iter([_by_the_calendar(relative, duration, day, instant, as_of.zone)])
    for stretch in _joined(found):
        if stretch.end is None or stretch.end > as_of.now:
            yield stretch


def _by_the_clock(relative: Relative, length: timedelta, value: datetime) -> Stretch:
    if relative is Relative.LAST:
        return Stretch(value, _later(value, length))
    if relative is Relative.BEFORE:
        return _from(_later(value, length))
    return Stretch(_later(value, -length) or FIRST_INSTANT, value)


def _by_the_calendar(
    relative: Relative, duration: Duration, day: date, instant: datetime | None, zone: ZoneInfo
) -> Stretch:
    if relative is Relative.LAST:
        end = _end(_last_from_which(day, duration), zone)
        return Stretch(instant or _start(day, zone), end)
    if relative is Relative.BEFORE:
        return _from(_end(_last_from_which(day, duration), zone))
    return Stretch(_start(_first_from_which(day, duration), zone), instant or _end(day, zone))


def _from(start: datetime | None) -> Stretch:
    """Return all time from an instant on; none where the instant lies beyond the calendar."""
    return Stretch(start, None) if start else Stretch(LAST_INSTANT, FIRST_INSTANT)


def _of_every_year(day: date, duration: Duration, as_of: EvaluationTime) -> Iterator[Stretch]:
    first = day.year + 1
    if duration.is_year_or_more:
        if first <= date.max.year:
            start = _first_from_which(anniversary(day, first), duration)
            yield _from(_start(start, as_of.zone))
        return
    for year in range(max(as_of.today.year, first), date.max.year + 1):
        coming = anniversary(day, year)
        yield Stretch(_start(_first_from_which(coming, duration), as_of.zone), _end(coming, as_of.zone))


def _first_from_which(day: date, duration: Duration) -> date:
    """Return the first day from which a duration reaches forward to another day."""
    days = range(max(day.toordinal() - duration.most_days, date.min.toordinal()), day.toordinal() + 1)
    return date.fromordinal(days[bisect_left(days, day, key=lambda n: after(date.fromordinal(n), duration))])


def _last_from_which(day: date, duration: Duration) -> date:
    """Return the last day from which a duration reaches back to another day."""
    days = range(day.toordinal(), min(day.toordinal() + duration.most_days, date.max.toordinal()) + 1)
    return date.fromordinal(days[bisect_right(days, day, key=lambda n: before(date.fromordinal(n), duration)) - 1])


def _joined(found: Iterator[Stretch]) -> Iterator[Stretch]:
    last: Stretch | None = None
    for stretch in found:
        if stretch.end is not None and stretch.start >= stretch.end:  # of a day that was left out on the clocks
            continue
        if last and (last.end is None or stretch.start <= last.end):
            last = Stretch(last.start, stretch.end)
            continue
        if last:
            yield last
        last = stretch
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
