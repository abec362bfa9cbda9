"""The days of time zones as arithmetic: years far ahead are computed once for all that are alike."""

from calendar import isleap
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.domain.values.instants import day_of, to_micros
from tamis.rules.time.anniversaries import FIRST_YEAR
from tamis.rules.time.local_days import LocalDays, local_days
from tests.support.effort import examples

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
near = ["Africa/Casablanca", "Australia/Lord_Howe", "Asia/Gaza", "Pacific/Apia", "America/Nuuk", "Europe/Dublin"]


def day_by(days: LocalDays, instant: datetime) -> int:
    """Compute the day of an instant as an engine does."""
    index, micros = instant.year - FIRST_YEAR, to_micros(instant)
    more = sum(offsets[index] for starts, offsets in days.changes if micros >= starts[index])
    return (micros + days.offsets[index] + more) // (DAY // timedelta(microseconds=1))


@settings(max_examples=examples(100))
@given(zone=zones | st.sampled_from(near).map(ZoneInfo), year=st.integers(2100, 2499), hour=st.integers(0, 23))
@example(zone=ZoneInfo("Africa/Casablanca"), year=2100, hour=0)
@example(zone=ZoneInfo("America/Nuuk"), year=2496, hour=1)
def test_every_day_of_a_year_far_ahead_is_that_of_the_zone(zone: ZoneInfo, year: int, hour: int) -> None:
    days, begin = local_days(zone), datetime(year, 1, 1, hour, tzinfo=UTC)
    for instant in (begin + n * DAY for n in range(365 + isleap(year))):
        assert day_by(days, instant) == (day_of(instant, zone) - EPOCH).days, instant
