"""What the SQL of anniversaries rests on: far from our time, clocks repeat themselves every 400 years."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
times = st.sampled_from([time(0), time(12), time(23, 59, 59)])


def offset(day: date, at: time, zone: ZoneInfo) -> object:
    return datetime.combine(day, at, zone).utcoffset()


@settings(max_examples=1_000)
@given(zone=zones, day=st.dates(date(1400, 1, 1), date(1799, 12, 31)), at=times, cycles=st.integers(1, 3))
def test_before_the_first_change_of_clocks(zone: ZoneInfo, day: date, at: time, cycles: int) -> None:
    assert offset(day, at, zone) == offset(day.replace(year=day.year - 400 * cycles), at, zone)


@settings(max_examples=1_000)
@given(zone=zones, day=st.dates(date(2100, 1, 1), date(2499, 12, 31)), at=times, cycles=st.integers(1, 18))
def test_after_the_last_change_that_is_listed(zone: ZoneInfo, day: date, at: time, cycles: int) -> None:
    assert offset(day, at, zone) == offset(day.replace(year=day.year + 400 * cycles), at, zone)
