"""Durations: parsing, and calendar arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.values.durations import Duration, Unit, add_duration, parse_duration, subtract_duration
from tamis.domain.values.fields import ValueProblem
from tests.laws.strategies import dates

calendar_units = st.sampled_from([unit for unit in Unit if unit is not Unit.HOUR])
durations = st.builds(Duration, st.one_of(st.integers(0, 40), st.integers(0, 999_999)), calendar_units)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("30 days", "30 days"),
        ("30", "30 days"),
        ("1 day", "1 day"),
        ("1 DAYS", "1 day"),
        ("2 Week", "2 weeks"),
        ("  12   hours\t", "12 hours"),
        ("12hours", "12 hours"),
        ("0 days", "0 days"),
        ("007 months", "7 months"),
        ("999999 years", "999999 years"),
    ],
)
def test_a_duration_is_read_and_written(text: str, written: str) -> None:
    assert str(parse_duration(text)) == written
    assert parse_duration(written) == parse_duration(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must not be blank"),
        (" ", "must not be blank"),
        ("1000000 days", "up to 999,999"),
        ("-1 days", "positive number"),
        ("2.5 days", "whole number"),
        ("days", "whole number"),
        ("30 fortnights", 'not "30 fortnights"'),
        ("30 d", "hours, days, weeks, months or years"),
        ("٣ days", "whole number"),
        ("0 hours", "at least 1 hour"),
        ("x" * 5_000, "whole number"),
    ],
)
def test_invalid_durations_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueProblem, match=message) as refusal:
        parse_duration(text)
    assert len(str(refusal.value)) < 200


@given(day=dates, one=durations, days=st.integers(0, 400))
def test_a_later_day_is_never_moved_before_an_earlier_one(day: date, one: Duration, days: int) -> None:
    """The search for breakpoints relies on this."""
    later = min(day.toordinal() + days, date.max.toordinal())
    assert subtract_duration(day, one) <= subtract_duration(date.fromordinal(later), one)
    assert add_duration(day, one) <= add_duration(date.fromordinal(later), one)


@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)), count=st.integers(0, 2_000))
def test_days_and_weeks_are_counted_one_by_one(day: date, count: int) -> None:
    assert add_duration(day, Duration(count, Unit.DAY)) == day + timedelta(days=count)
    assert subtract_duration(day, Duration(count, Unit.WEEK)) == day - timedelta(weeks=count)


@given(day=dates, count=st.integers(0, 2_000))
def test_months_keep_the_day_or_take_the_last_one(day: date, count: int) -> None:
    moved = add_duration(day, Duration(count, Unit.MONTH))
    if moved < date.max:
        assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
        assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)
