"""When an event happened: instants, local times and days, in the time zone of the account."""

from zoneinfo import ZoneInfo

import pytest

from tamis.domain.errors import ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.values.instants import from_micros

DHAKA, BERLIN = ZoneInfo("Asia/Dhaka"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00+00:00"),
        (" 2026-11-20t10:00z ", "2026-11-20T10:00:00+00:00"),
        ("2026-11-20 10:00:00.123456789+02:00", "2026-11-20T08:00:00.123456+00:00"),
        ("2026-11-20T10:00:00.5 +0200", "2026-11-20T08:00:00.500000+00:00"),
        ("2026-11-20 10:00", "2026-11-20T04:00:00+00:00"),
        ("2026-11-20", "2026-11-19T18:00:00+00:00"),
        ("0001-01-01", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59.999999", "9999-12-31T17:59:59.999999+00:00"),
    ],
)
def test_an_instant_is_read_in_the_zone_of_the_account(text: str, instant: str) -> None:
    assert from_micros(parse_event_instant(text, DHAKA)).isoformat() == instant


def test_a_day_begins_when_the_clocks_say_so() -> None:
    assert from_micros(parse_event_instant("2026-03-29", BERLIN)).isoformat() == "2026-03-28T23:00:00+00:00"
    assert from_micros(parse_event_instant("2026-03-30", BERLIN)).isoformat() == "2026-03-29T22:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    ["", "now", "1700000000", "20261120", "2026-11", "2026-W01-1", "2026-11-20T10", "20/11/2026",
     "2026-11-20T10:00:00 UTC", "2026-02-30", "2026-11-20T25:00", "２０２６-11-20"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_event_instant(text, DHAKA)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "0001-01-01T05:59"])
def test_an_instant_in_no_year_of_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem, match="before the year 1 or after the year 9999"):
        parse_event_instant(text, DHAKA)
