"""Anniversaries, and the assumption of their SQL: far from the present, clocks repeat every 400 years."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.domain.values.calendar import anniversary
from tamis.domain.values.durations import Duration, Unit, add_duration
from tamis.rules.time.anniversaries import anniversary_days
from tests.support.effort import examples

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
times = st.sampled_from([time(0), time(12), time(23, 59, 59)])


def offset(day: date, at: time, zone: ZoneInfo) -> object:
    return datetime.combine(day, at, zone).utcoffset()


@settings(max_examples=examples(1_000))
@given(zone=zones, day=st.dates(date(1400, 1, 1), date(1799, 12, 31)), at=times, cycles=st.integers(1, 3))
def test_anniversaries_before_the_first_clock_change(zone: ZoneInfo, day: date, at: time, cycles: int) -> None:
    assert offset(day, at, zone) == offset(day.replace(year=day.year - 400 * cycles), at, zone)


@settings(max_examples=examples(1_000))
@given(zone=zones, day=st.dates(date(2100, 1, 1), date(2499, 12, 31)), at=times, cycles=st.integers(1, 18))
def test_anniversaries_after_the_last_listed_clock_change(zone: ZoneInfo, day: date, at: time, cycles: int) -> None:
    assert offset(day, at, zone) == offset(day.replace(year=day.year + 400 * cycles), at, zone)


@settings(max_examples=examples(500))
@given(
    today=st.dates(date(1990, 1, 1), date(2030, 12, 31)),
    value=st.dates(date(1985, 1, 1), date(2032, 12, 31)),
    duration=st.builds(Duration, st.integers(0, 400), st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR])),
)
@example(today=date(2024, 2, 28), value=date(2023, 2, 28), duration=Duration(0, Unit.DAY))
@example(today=date(2025, 2, 28), value=date(2024, 2, 29), duration=Duration(0, Unit.DAY))
@example(today=date(2024, 2, 28), value=date(2024, 2, 29), duration=Duration(1, Unit.YEAR))
def test_the_first_anniversary_is_a_year_after_the_day(today: date, value: date, duration: Duration) -> None:
    comes_up = any(
        today <= anniversary(value, year) <= add_duration(today, duration)
        for year in range(value.year + 1, today.year + duration.count + 2)
    )
    assert anniversary_days(today, duration, None).holds(value) is comes_up
