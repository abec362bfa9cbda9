"""Dates and datetimes as exports write them."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.parsing.cell_parser import make_cell_parser
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.parsing.date_parser import parse_date_text
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Field, Kind, ValueProblem

BERLIN = ZoneInfo("Europe/Berlin")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Nov 14, 2023 3:37 pm", "2023-11-14T14:37:00"),
        ("12 Mar 2025", "2025-03-11T23:00:00"),
        ("14-Nov-2023", "2023-11-13T23:00:00"),
        ("14-Nov-23", "2023-11-13T23:00:00"),
        ("Tue, 14 Nov 2023 15:37:05 +0000", "2023-11-14T15:37:05"),
        ("Tue Nov 14 2023 15:37:05 GMT+0100 (CET)", "2023-11-14T14:37:05"),
        ("Tue Nov 14 15:37:05 UTC 2023", "2023-11-14T15:37:05"),
        ("2023-11-14 15:37:05 UTC", "2023-11-14T15:37:05"),
        ("2023-11-14 15:37:05+02", "2023-11-14T13:37:05"),
        ("2023/11/14 3:37:05 PM GMT+2", "2023-11-14T13:37:05"),
        ("14.11.2023 15:37:05", "2023-11-14T14:37:05"),
        ("14. November 2023", "2023-11-13T23:00:00"),
        ("14 de noviembre de 2023", "2023-11-13T23:00:00"),
        ("14. listopadu 2023", "2023-11-13T23:00:00"),
        ("14 ноября 2023", "2023-11-13T23:00:00"),
        ("14 Kasım 2023 15:37", "2023-11-14T14:37:00"),
        ("14 noiembrie 2023", "2023-11-13T23:00:00"),
        ("14. marraskuuta 2023", "2023-11-13T23:00:00"),
        ("2023年11月14日 15時37分05秒", "2023-11-14T14:37:05"),
        ("2023-11-14T15:37:05.1234560Z", "2023-11-14T15:37:05.123456"),
    ],
)
def test_exported_dates_are_read_as_the_same_instant(text: str, utc: str) -> None:
    read = make_cell_parser(
        Field(1, "at", "At", Kind.DATETIME), BERLIN, ColumnFormat(Kind.DATETIME, order=DateOrder.DMY)
    )
    assert read(text) == datetime.fromisoformat(utc + "+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "04/12", "2023-11", "2023", "20231114", "1699976225", "Wed, 14 Nov 2023", "30 Feb 2023", "14.11.2023 24:00",
        "14 Nov", "2023-11-14 15:37:05 EST", "2023-11-14T15:37:05.1234567", "14.11.45", "2023-11-14 10:00 +25:00",
        "14. listopada 2023", "13 Nov 2023 13:00 PM", "v1.2.2023.4",
    ],
)  # fmt: skip
def test_ambiguous_dates_are_not_read(text: str) -> None:
    found = parse_date_text(text)
    assert found is None or not found.by_order


@given(day=st.dates(date(1950, 1, 1), date(2029, 12, 31)), of_birth=st.booleans())
def test_short_years_and_month_names_are_read_as_written(day: date, of_birth: bool) -> None:
    forms = [
        f"{day.day}.{day.month}.{day.year % 100:02}",
        f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}",
        f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    ]
    for text in forms:
        found = parse_date_text(text, of_birth=of_birth)
        assert found
        assert found.by_order[DateOrder.DMY].date() == day


@given(hours=st.integers(-12, 14), minutes=st.sampled_from([0, 30, 45]))
def test_utc_offsets_are_applied(hours: int, minutes: int) -> None:
    sign = "-" if hours < 0 else "+"
    found = parse_date_text(f"14 Nov 2023 15:37:05 GMT{sign}{abs(hours)}:{minutes:02}")
    assert found
    offset = timedelta(hours=abs(hours), minutes=minutes) * (-1 if hours < 0 else 1)
    assert found.by_order[DateOrder.YMD] == datetime(2023, 11, 14, 15, 37, 5, tzinfo=timezone(offset))


def test_a_date_field_accepts_no_time() -> None:
    read = make_cell_parser(Field(1, "on", "On", Kind.DATE), BERLIN, ColumnFormat(Kind.DATE))
    assert read("November 14, 2023") == date(2023, 11, 14)
    assert read("NULL") is None
    with pytest.raises(ValueProblem, match="must be a date"):
        read("Nov 14, 2023 3:37 pm")
