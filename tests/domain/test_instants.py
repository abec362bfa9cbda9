"""Instants: calendar days in time zones, with daylight saving time and at the ends of the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.values.instants import (
    EPOCH,
    FIRST_INSTANT,
    LAST_INSTANT,
    MICROSECOND,
    day_in_utc,
    day_of,
    format_instant,
    from_micros,
    next_day_starts,
    to_micros,
    to_utc,
    zone_named,
)
from tests.laws.strategies import ZONES, dates, instants, zones


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("UTC", "2024-03-31", "2024-03-31T00:00Z", 24),
        ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00Z", 23),
        ("Europe/Berlin", "2024-10-27", "2024-10-26T22:00Z", 25),
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00Z", 23),  # began at 1 o'clock
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00Z", 25),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00Z", 23),
        ("Asia/Beirut", "2024-10-26", "2024-10-25T21:00Z", 25),
        ("Atlantic/Azores", "2024-10-27", "2024-10-27T00:00Z", 25),  # midnight came twice: the first began the day
        ("Asia/Kolkata", "2024-03-31", "2024-03-30T18:30Z", 24),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00Z", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00Z", 0),  # there was no such day
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z", 24),
    ],
)
def test_a_day_begins_and_ends_by_local_clocks(zone: str, day: str, start: str, hours: int) -> None:
    low, high = day_in_utc(date.fromisoformat(day), ZoneInfo(zone))
    assert low == at(start)
    assert high - low + MICROSECOND == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_the_first_and_the_last_day_of_the_calendar_end_where_it_does(zone: ZoneInfo) -> None:
    first_low, first_high = day_in_utc(date.min, zone)
    last_low, last_high = day_in_utc(date.max, zone)
    assert FIRST_INSTANT <= first_low < first_high < last_low < last_high == LAST_INSTANT
    assert first_high.date() <= date(1, 1, 2)
    assert last_low.date() >= date(9999, 12, 30)


@given(day=dates.filter(lambda day: day < date.max), zone=zones)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    _, high = day_in_utc(day, zone)
    low, _ = day_in_utc(day + timedelta(days=1), zone)
    assert low - high == MICROSECOND


# A clock that goes back over midnight shows a day twice; only St. John's did so after the days of local mean time.
ORDERLY = [zone for zone in ZONES if zone.key != "America/St_Johns"]


@given(instant=instants.filter(lambda instant: 1915 < instant.year < 9999), zone=st.sampled_from(ORDERLY))
def test_an_instant_belongs_to_the_local_day(instant: datetime, zone: ZoneInfo) -> None:
    shown = instant.astimezone(zone).date()
    for day in (shown - timedelta(days=1), shown, shown + timedelta(days=1)):
        low, high = day_in_utc(day, zone)
        assert (low <= instant <= high) is (day == shown)


def test_a_day_that_the_clocks_show_twice_ends_at_its_second_midnight() -> None:
    """A minute after midnight, St. John's went back to 23:01 of the day before: that hour is counted to the new day."""
    zone = ZoneInfo("America/St_Johns")
    again = at("2010-11-07T03:00Z")
    assert again.astimezone(zone).date() == date(2010, 11, 6)
    low, high = day_in_utc(date(2010, 11, 7), zone)
    assert low == at("2010-11-07T02:30Z") <= again <= high


@given(instant=instants, zone=zones)
def test_the_day_of_an_instant_contains_it(instant: datetime, zone: ZoneInfo) -> None:
    low, high = day_in_utc(day_of(instant, zone), zone)
    assert low <= instant <= high


@given(one=instants, other=instants, zone=zones)
def test_a_later_instant_never_has_an_earlier_day(one: datetime, other: datetime, zone: ZoneInfo) -> None:
    first, last = sorted([one, other])
    assert day_of(first, zone) <= day_of(last, zone)


@given(instant=instants, zone=zones)
def test_the_next_day_starts_where_the_day_changes(instant: datetime, zone: ZoneInfo) -> None:
    today, start = day_of(instant, zone), next_day_starts(instant, zone)
    if today == date.max:
        assert start == LAST_INSTANT
    else:
        assert start > instant
        assert day_of(start, zone) > today
        assert day_of(start - MICROSECOND, zone) == today


@pytest.mark.parametrize(
    ("zone", "instant", "day", "following"),
    [
        ("Pacific/Apia", "2011-12-30T09:59Z", "2011-12-29", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00Z", "2011-12-31", "2011-12-31T10:00Z"),  # there was no 30th
        ("America/St_Johns", "2010-11-07T03:00Z", "2010-11-07", "2010-11-08T03:30Z"),  # the clocks say 23:30
        ("Asia/Beirut", "2024-03-30T21:59Z", "2024-03-30", "2024-03-30T22:00Z"),  # then it is 1 o'clock
        ("America/Sao_Paulo", "2018-02-18T02:30Z", "2018-02-17", "2018-02-18T03:00Z"),  # 23:30 for the second time
        ("Asia/Kolkata", "9999-12-31T23:00Z", "9999-12-31", "9999-12-31T23:59:59.999999Z"),
        ("America/New_York", "0001-01-01T00:00Z", "0001-01-01", "0001-01-02T04:56:02Z"),
    ],
)
def test_the_day_of_an_instant(zone: str, instant: str, day: str, following: str) -> None:
    assert day_of(at(instant), ZoneInfo(zone)) == date.fromisoformat(day)
    assert next_day_starts(at(instant), ZoneInfo(zone)) == at(following)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2024-07-01T12:00", "Europe/Berlin", "2024-07-01T10:00Z"),
        ("2024-07-01T12:00+05:30", "Europe/Berlin", "2024-07-01T06:30Z"),
        ("2024-03-31T02:30", "Europe/Berlin", "2024-03-31T01:30Z"),  # no clock showed it: an hour later is meant
        ("2024-10-27T02:30", "Europe/Berlin", "2024-10-27T00:30Z"),  # the first of two
        ("0001-01-01T00:00", "Asia/Kolkata", "0001-01-01T00:00Z"),
        ("9999-12-31T23:59", "America/New_York", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00+14:00", "UTC", "0001-01-01T00:00Z"),
        ("9999-12-31T23:59-12:00", "UTC", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_local_time_becomes_an_instant(local: str, zone: str, instant: str) -> None:
    found = to_utc(at(local), ZoneInfo(zone))
    assert found == at(instant)
    assert found.tzinfo is UTC


@given(instants)
def test_an_instant_has_microsecond_precision(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant


def test_the_form_of_an_instant() -> None:
    assert format_instant(at("2023-11-08T09:37:42Z")) == "2023-11-08T09:37:42.000000Z"
    assert format_instant(FIRST_INSTANT) == "0001-01-01T00:00:00.000000Z"
    assert to_micros(EPOCH) == 0


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5_000])
def test_an_unknown_time_zone_is_not_found(name: str) -> None:
    assert zone_named(name) is None


def test_a_zone_is_found() -> None:
    assert zone_named("Asia/Dhaka") == ZoneInfo("Asia/Dhaka")
