"""Parsing dates as people write them, in a given order."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.errors import ValueProblem
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Field, Kind, parse_operand, parser

DAY = Field(101, "joined", "Joined", Kind.DATE)
DATETIME = Field(102, "seen", "Seen", Kind.DATETIME)
BERLIN = ZoneInfo("Europe/Berlin")


@given(
    day=st.dates(),
    order=st.sampled_from(DateOrder),
    mark=st.sampled_from("/.-"),
    padded=st.booleans(),
    iso=st.booleans(),
)
def test_dates_are_read_in_the_given_order(day: date, order: DateOrder, mark: str, padded: bool, iso: bool) -> None:
    padded = padded or (order is DateOrder.YMD and mark == "-")
    numbers = {"d": f"{day.day:02}" if padded else f"{day.day}", "m": f"{day.month:02}" if padded else f"{day.month}"}
    written = mark.join((numbers | {"y": f"{day.year:04}"})[part] for part in order)
    text = day.isoformat() if iso else written
    assert parser(DAY, BERLIN, order)(text) == day
    parsed = parser(DATETIME, ZoneInfo("UTC"), order)(f"{text} 14:30")
    assert parsed == datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour", "minute", "second"),
    [
        ("31/12/2024 2:30 PM", 14, 30, 0),
        ("31.12.2024 12:05 am", 0, 5, 0),
        ("31-12-2024 12:05PM", 12, 5, 0),
        ("31/12/2024 9:05", 9, 5, 0),
        ("31/12/2024T14:30:15Z", 14, 30, 15),
        ("31/12/2024 14:30:15 +00:00", 14, 30, 15),
        ("2024/12/31 14:30:15Z", 14, 30, 15),
        ("31/12/2024", 0, 0, 0),
    ],
)
def test_times_follow_a_date(text: str, hour: int, minute: int, second: int) -> None:
    found = parser(DATETIME, ZoneInfo("UTC"), DateOrder.DMY)(text)
    assert found == datetime(2024, 12, 31, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("order", "text", "message"),
    [
        (DateOrder.YMD, "31/12/2024", 'must be a date such as 2024-12-31, not "31/12/2024"'),
        (DateOrder.DMY, "31/12/24", "a year needs four digits"),
        (DateOrder.DMY, "31/12-2024", "must be a date such as 31/12/2024"),
        (DateOrder.DMY, "12/31/2024", 'is not a calendar date: "12/31/2024"'),
        (DateOrder.MDY, "31/12/2024", 'is not a calendar date: "31/12/2024"'),
        (DateOrder.MDY, "12/31/2024 14:30", "must be a date such as 12/31/2024"),
    ],
)
def test_invalid_dates_are_refused(order: DateOrder, text: str, message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        parser(DAY, BERLIN, order)(text)


@pytest.mark.parametrize("text", ["31/12/2024 13:30 PM", "31/12/2024 0:30 AM", "31/12/2024 24:30", "31/12/24 14:30"])
def test_invalid_date_times_are_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parser(DATETIME, BERLIN, DateOrder.DMY)(text)


@pytest.mark.parametrize("text", ["31/12/2024", "2024/12/31"])
def test_conditions_are_written_in_iso(text: str) -> None:
    for field in (DAY, DATETIME):
        with pytest.raises(ValueProblem):
            parse_operand(text, field)
