"""Relative dates: leap days, New Year, ends of months, clock changes, bounds to the microsecond."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.rules.fields import FIELDS


def holds(rule: str, value: Value, now: str, zone: str = "UTC") -> bool:
    """Return whether a rule about one field selects a contact that has the value, at an instant."""
    as_of = EvaluationTime(datetime.fromisoformat(now), ZoneInfo(zone))
    field = FIELDS.by_key[rule.split(maxsplit=1)[0]]
    contact = Contact(1, 1, "a@b.de", {field.id: value}, EPOCH, EPOCH)
    assert not selects(build(from_text(rule), FIELDS), replace(contact, values={}), as_of)
    return selects(build(from_text(rule), FIELDS), contact, as_of)


@pytest.mark.parametrize(
    ("rule", "today", "first", "last"),
    [
        ("birth_date is within 0 days", "2024-03-31", "2024-03-31", "2024-03-31"),
        ("birth_date is within 30 days", "2024-03-31", "2024-03-01", "2024-03-31"),
        ("birth_date is within 2 weeks", "2024-03-31", "2024-03-17", "2024-03-31"),
        ("birth_date is within 1 month", "2024-03-31", "2024-02-29", "2024-03-31"),
        ("birth_date is within 1 month", "2023-03-31", "2023-02-28", "2023-03-31"),
        ("birth_date is within 13 months", "2024-01-31", "2022-12-31", "2024-01-31"),
        ("birth_date is within 1 year", "2024-02-29", "2023-02-28", "2024-02-29"),
        ("birth_date is within 4 years", "2024-02-29", "2020-02-29", "2024-02-29"),
        ("birth_date is within 999999 years", "2024-02-29", "0001-01-01", "2024-02-29"),
        ("birth_date is in the next 0 days", "2024-03-31", "2024-03-31", "2024-03-31"),
        ("birth_date is in the next 1 month", "2024-01-31", "2024-01-31", "2024-02-29"),
        ("birth_date is in the next 1 month", "2023-12-31", "2023-12-31", "2024-01-31"),
        ("birth_date is in the next 1 week", "9999-12-28", "9999-12-28", "9999-12-31"),
    ],
)
def test_relative_conditions_on_dates(rule: str, today: str, first: str, last: str) -> None:
    low, high = date.fromisoformat(first), date.fromisoformat(last)
    for now in (f"{today}T00:00Z", f"{today}T23:59:59.999999Z"):
        assert holds(rule, low, now)
        assert holds(rule, high, now)
        assert low == date.min or not holds(rule, date.fromordinal(low.toordinal() - 1), now)
        assert high == date.max or not holds(rule, date.fromordinal(high.toordinal() + 1), now)


@pytest.mark.parametrize("duration", ["0 days", "30 days", "1 month", "9999 years"])
@pytest.mark.parametrize("value", ["0001-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01"])
def test_a_day_is_more_than_some_time_ago_or_within_it_or_to_come(duration: str, value: str) -> None:
    day, now = date.fromisoformat(value), "2024-03-31T12:00Z"
    output = [
        holds(f"birth_date is more than {duration} ago", day, now),
        holds(f"birth_date is within {duration}", day, now),
        day > date(2024, 3, 31),
    ]
    assert sum(output) == 1


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "zone", "now", "value", "expected"),
    [
        # the last days begin with a day and end now
        ("last_order is within 1 day", "Europe/Berlin", "2024-03-31T12:00Z", "2024-03-29T23:00Z", True),
        ("last_order is within 1 day", "Europe/Berlin", "2024-03-31T12:00Z", "2024-03-29T22:59:59.999999Z", False),
        ("last_order is within 1 day", "Europe/Berlin", "2024-03-31T12:00Z", "2024-03-31T12:00Z", True),
        ("last_order is within 1 day", "Europe/Berlin", "2024-03-31T12:00Z", "2024-03-31T12:00:00.000001Z", False),
        ("last_order is within 0 days", "Europe/Berlin", "2024-03-31T22:00Z", "2024-03-31T21:59:59.999999Z", False),
        ("last_order is within 0 days", "Europe/Berlin", "2024-03-31T21:59Z", "2024-03-30T23:00Z", True),
        # a day of 23 hours and one of 25
        ("last_order is within 0 days", "Asia/Beirut", "2024-03-31T20:59Z", "2024-03-30T22:00Z", True),
        ("last_order is within 0 days", "Asia/Beirut", "2024-03-31T21:00Z", "2024-03-31T20:59Z", False),
        ("last_order is within 1 month", "Pacific/Apia", "2012-01-30T12:00Z", "2011-12-30T10:00Z", True),
        ("last_order is within 1 month", "Pacific/Apia", "2012-01-30T12:00Z", "2011-12-30T09:59Z", False),
        # the next days begin after now and end with a day
        ("last_order is in the next 1 day", "Europe/Berlin", "2024-10-26T12:00Z", "2024-10-26T12:00Z", False),
        ("last_order is in the next 1 day", "Europe/Berlin", "2024-10-26T12:00Z", "2024-10-26T12:00:00.000001Z", True),
        ("last_order is in the next 1 day", "Europe/Berlin", "2024-10-26T12:00Z", "2024-10-27T22:59:59.999999Z", True),
        ("last_order is in the next 1 day", "Europe/Berlin", "2024-10-26T12:00Z", "2024-10-27T23:00Z", False),
        # what is more than some days ago lies before the last days
        (
            "last_order is more than 1 day ago",
            "Europe/Berlin",
            "2024-03-31T12:00Z",
            "2024-03-29T22:59:59.999999Z",
            True,
        ),
        ("last_order is more than 1 day ago", "Europe/Berlin", "2024-03-31T12:00Z", "2024-03-29T23:00Z", False),
        ("last_order is more than 1 day ago", "Europe/Berlin", "2024-03-31T12:00Z", "2025-01-01T00:00Z", False),
        ("last_order is more than 0 days ago", "Asia/Beirut", "2024-03-31T21:00Z", "2024-03-31T20:59Z", True),
        ("last_order is more than 3 hours ago", "UTC", "2024-03-31T02:00Z", "2024-03-30T23:00Z", True),
        ("last_order is more than 3 hours ago", "UTC", "2024-03-31T02:00Z", "2024-03-30T23:00:00.000001Z", False),
        ("last_order is more than 9999 years ago", "UTC", "2024-03-31T02:00Z", "0001-01-01T00:00Z", False),
        ("last_order is more than 999999 hours ago", "UTC", "0001-01-02T00:00Z", "0001-01-01T00:00Z", False),
        # hours go by the clock, also where it changes
        ("last_order is within 3 hours", "Europe/Berlin", "2024-03-31T02:00Z", "2024-03-30T23:00:00.000001Z", True),
        ("last_order is within 3 hours", "Europe/Berlin", "2024-03-31T02:00Z", "2024-03-30T23:00Z", False),
        ("last_order is within 3 hours", "Europe/Berlin", "2024-03-31T02:00Z", "2024-03-31T02:00Z", True),
        ("last_order is within 3 hours", "Europe/Berlin", "2024-03-31T02:00Z", "2024-03-31T02:00:00.000001Z", False),
        ("last_order is in the next 3 hours", "UTC", "2024-03-31T02:00Z", "2024-03-31T05:00Z", True),
        ("last_order is in the next 3 hours", "UTC", "2024-03-31T02:00Z", "2024-03-31T05:00:00.000001Z", False),
        ("last_order is in the next 3 hours", "UTC", "2024-03-31T02:00Z", "2024-03-31T02:00Z", False),
        # on the edges of the calendar
        ("last_order is within 999999 hours", "UTC", "0001-01-01T00:00Z", "0001-01-01T00:00Z", True),
        ("last_order is in the next 999999 hours", "UTC", "9999-12-31T00:00Z", "9999-12-31T23:59:59.999999Z", True),
        ("last_order is in the next 1 day", "UTC", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", False),
        ("last_order is within 1 day", "Asia/Kolkata", "0001-01-01T00:00Z", "0001-01-01T00:00Z", True),
    ],
)
def test_relative_conditions_on_date_times(rule: str, zone: str, now: str, value: str, expected: bool) -> None:
    assert holds(rule, at(value), now, zone) is expected


@pytest.mark.parametrize(
    ("within", "today", "born", "expected"),
    [
        ("0 days", "2024-05-17", "1990-05-17", True),
        ("0 days", "2024-05-17", "1990-05-18", False),
        ("7 days", "2024-05-17", "1990-05-24", True),
        ("7 days", "2024-05-17", "1990-05-25", False),
        ("7 days", "2024-05-17", "1990-05-16", False),
        # the first one is a year after
        ("7 days", "2024-05-17", "2023-05-24", True),
        ("7 days", "2024-05-17", "2024-05-17", False),
        ("7 days", "2024-05-17", "2024-05-20", False),
        ("7 days", "2024-05-17", "2999-05-20", False),
        ("7 days", "2024-12-28", "2023-12-30", True),
        ("7 days", "2024-12-28", "2024-12-30", False),
        ("7 days", "2024-12-28", "2024-01-04", True),
        ("7 days", "2024-12-28", "2025-01-02", False),
        ("0 days", "2025-02-28", "2024-02-29", True),
        ("0 days", "2025-03-01", "2024-03-01", True),
        ("0 days", "2024-02-29", "2023-02-28", False),
        ("0 days", "2024-02-29", "2024-02-29", False),
        ("1 year", "2024-05-17", "2024-05-17", True),
        ("1 year", "2024-05-17", "2024-05-18", False),
        ("1 year", "2024-02-28", "2024-02-29", True),
        ("0 days", "0001-01-01", "0001-01-01", False),
        # over New Year
        ("7 days", "2024-12-28", "1990-12-28", True),
        ("7 days", "2024-12-28", "1990-12-27", False),
        ("7 days", "2024-12-28", "1990-01-04", True),
        ("7 days", "2024-12-28", "1990-01-05", False),
        # 29 February comes up on the 28th in a year that has none
        ("0 days", "2023-02-28", "2000-02-29", True),
        ("0 days", "2023-03-01", "2000-02-29", False),
        ("0 days", "2024-02-28", "2000-02-29", False),
        ("0 days", "2024-02-29", "2000-02-29", True),
        ("0 days", "2024-02-29", "1999-02-28", False),
        ("1 day", "2023-02-27", "2000-02-29", True),
        ("1 day", "2024-02-27", "2000-02-29", False),
        ("1 day", "2023-02-28", "1990-03-01", True),
        ("11 months", "2023-03-31", "2000-02-29", True),  # until 29 February 2024
        ("11 months", "2022-03-31", "2000-02-29", True),  # until 28 February 2023
        ("11 months", "2022-03-01", "2000-02-29", False),  # until 1 February 2023
        ("364 days", "2023-03-01", "2000-02-29", False),  # until 28 February 2024
        ("364 days", "2023-03-02", "2000-02-29", True),
        # a year or more
        ("365 days", "2023-03-01", "2000-02-29", True),
        ("53 weeks", "2024-01-01", "1990-12-31", True),
        ("12 months", "2024-02-29", "2000-02-28", True),
        ("1 year", "9999-12-31", "1990-06-01", True),
        ("1 month", "9999-12-31", "1990-01-01", False),  # there is no year 10000
    ],
)
def test_anniversaries_of_a_date(within: str, today: str, born: str, expected: bool) -> None:
    rule = f"birth_date is anniversary within {within}"
    assert holds(rule, date.fromisoformat(born), f"{today}T12:00Z") is expected


@pytest.mark.parametrize(
    ("zone", "now", "value", "expected"),
    [
        ("Asia/Kolkata", "2024-05-17T12:00Z", "1990-05-16T18:30Z", True),  # there it was the 17th
        ("Asia/Kolkata", "2024-05-17T12:00Z", "1990-05-16T18:29:59.999999Z", False),
        ("Asia/Kolkata", "2024-05-16T18:30Z", "1990-05-17T18:29Z", True),
        ("America/New_York", "2025-01-01T04:59Z", "1991-01-01T04:59Z", True),  # both are the last day of a year
        ("America/New_York", "2025-01-01T05:00Z", "1991-01-01T04:59Z", False),
        ("America/St_Johns", "2024-11-07T12:00Z", "2010-11-07T03:00Z", True),  # the hour that was shown twice
    ],
)
def test_the_anniversary_of_a_date_time_is_that_of_its_day(zone: str, now: str, value: str, expected: bool) -> None:
    assert holds("last_order is anniversary within 0 days", at(value), now, zone) is expected
