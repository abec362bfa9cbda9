"""The calendar days of a time zone as arithmetic, for engines, whose time zones differ from Python's."""

from bisect import bisect_left
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from tamis.domain.values.instants import DAY, MICROSECOND, to_micros
from tamis.rules.time.anniversaries import FIRST_YEAR, LAST_YEAR

DAY_MICROS = DAY // MICROSECOND
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_CHANGE = datetime(1800, 1, 1)  # noqa: DTZ001  local time of any zone
"""No zone changed its clocks before."""
_REGULAR_SINCE = 2100
"""From then on, clocks change by rules alone: years of the same length that begin on the same weekday are alike.
Morocco's clocks change on dates of their own up to 2087, those of other zones not so late."""
_FIRST_POSITIVE_YEAR = 1971
_CLOSE_MICROS = 3 * 3_600_000_000
_SLACK = 2_000_000
"""Engines may take an instant for the nearest whole second, and so for one of the next year."""


@dataclass(frozen=True, slots=True)
class LocalDays:
    """How many microseconds to add to those since 1970, so that whole days since 1970 are the days of a time zone.

    By the year of the instant in UTC, from `FIRST_YEAR` to `LAST_YEAR`: `offsets` holds at its beginning, and each of
    `changes` has, by year as well, an instant from which on some more are added. Years outside are like those of
    another cycle of the calendar.
    """

    offsets: tuple[int, ...]
    changes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class CloseOffsets:
    """The least and the most that `LocalDays` adds to any instant from `since` up to `until`: so little apart that
    most instants are on the same day with both."""

    since: datetime
    until: datetime
    least: int
    most: int


@lru_cache(maxsize=32)
def close_offsets(zone: ZoneInfo) -> CloseOffsets | None:
    """Return the offsets of a time zone in the longest row of years up to `LAST_YEAR` in which they are close; none of
    these years is before 1970."""
    days = local_days(zone)
    found: CloseOffsets | None = None
    low = high = days.offsets[-1]
    for index in range(LAST_YEAR - FIRST_YEAR - 1, _FIRST_POSITIVE_YEAR - FIRST_YEAR - 1, -1):
        offset, following = days.offsets[index], days.offsets[index + 1]
        steps = list(accumulate((more[index] for _, more in days.changes), initial=offset))
        low, high = min(low, following, *steps), max(high, following, *steps)
        if high - low > _CLOSE_MICROS:
            break
        year = FIRST_YEAR + index
        found = CloseOffsets(datetime(year, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC), low, high)
    return found


@lru_cache(maxsize=32)
def local_days(zone: ZoneInfo) -> LocalDays:
    """Return the days of a time zone, exactly as `domain.instants.day_of` has them."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    starts = [to_micros(datetime(year, 1, 1, tzinfo=UTC)) for year in (*years, LAST_YEAR + 1)]
    never = starts[-1]
    known = [(starts[0] - _SLACK, _offset(_FIRST_CHANGE, zone)), *_changes(zone)]
    instants = [instant for instant, _ in known]
    offsets, found = [], []
    for start, end in pairwise(starts):
        low, high = bisect_left(instants, start - _SLACK, lo=1), bisect_left(instants, end)
        offsets.append(known[low - 1][1])
        found.append([(known[n][0], known[n][1] - known[n - 1][1]) for n in range(low, high)])
    most = max(map(len, found))
    padded = [changes + [(never, 0)] * (most - len(changes)) for changes in found]
    return LocalDays(
        tuple(offsets),
        tuple((tuple(of[n][0] for of in padded), tuple(of[n][1] for of in padded)) for n in range(most)),
    )


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Yield the instants from which on another offset holds, and that offset."""
    offset = _offset(_FIRST_CHANGE, zone)
    for day in _days_of_change(zone):
        following = _offset(day, zone)
        start, end = _start(day - DAY, offset), _start(day, following)
        # The day before this one was longer or shorter. A longer one still has its own offset for 24 hours.
        yield (start + DAY_MICROS if end - start > DAY_MICROS else end), following
        offset = following


def _days_of_change(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the days that begin with another offset than the day before."""
    alike: dict[object, list[timedelta]] = {}
    for year in range(_FIRST_CHANGE.year, LAST_YEAR + 1):
        first = datetime(year, 1, 1)  # noqa: DTZ001
        kind = (first.weekday(), isleap(year)) if year >= _REGULAR_SINCE else year
        if kind not in alike:
            alike[kind] = _changes_after(first, 365 + isleap(year), zone)
        yield from (first + since for since in alike[kind])


def _changes_after(first: datetime, days: int, zone: ZoneInfo) -> list[timedelta]:
    """Return how long after a day are those of so many days that begin with another offset than the day before."""
    found, day, offset = [], first, zone.utcoffset(first - DAY)
    for _ in range(days):
        following = zone.utcoffset(day)
        if following != offset:
            found.append(day - first)
            offset = following
        day += DAY
    return found


def _offset(day: datetime, zone: ZoneInfo) -> int:
    """Return what to add to the instant at which a day begins, so that it is a whole number of days since 1970."""
    found = zone.utcoffset(day)
    assert found is not None
    return found // MICROSECOND


def _start(day: datetime, offset: int) -> int:
    return (day.toordinal() - _EPOCH_DAY) * DAY_MICROS - offset
