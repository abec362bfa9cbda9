"""How values are displayed and edited in the console."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.values.fields import Field, Kind, Value, format_value, parse_value
from tamis.web.console.display.values import display_text, display_value, highlight, make_control

DHAKA = ZoneInfo("Asia/Dhaka")
SEEN = datetime(2024, 2, 29, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (34.0, "34"),
        (1234567.0, "1,234,567"),
        (-1234.5, "-1,234.5"),
        (1e22, "1e+22"),
        (5e-324, "5e-324"),
        (True, "Yes"),
        (False, "No"),
        (("Red", "Blue"), "Red, Blue"),
        ("<b>", "<b>"),
        (date(2024, 2, 29), '<time datetime="2024-02-29">29 Feb 2024</time>'),
    ],
)
def test_a_value_is_written_for_people(value: Value, text: str) -> None:
    assert display_value(value, DHAKA) == text


def test_an_instant_is_shown_in_the_account_time_zone() -> None:
    assert "29 Feb 2024, 14:30" in display_value(SEEN, DHAKA)
    assert "2024-02-29T08:30:00.000000Z" in display_value(SEEN, DHAKA)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.NUMBER, 1234.5),
        (Kind.DATE, date(2024, 2, 29)),
        (Kind.DATETIME, SEEN),
        (Kind.BOOLEAN, True),
        (Kind.CHOICES, ("Red", "Blue")),
        (Kind.TEXT, "a; b"),
    ],
)
def test_an_explanation_formats_values_like_the_page(kind: Kind, value: Value) -> None:
    assert display_text(format_value(value), kind, DHAKA) == display_value(value, DHAKA)


@pytest.mark.parametrize(
    ("text", "searched", "html"),
    [
        ("Zoë Smith", "SMI zoë", "<mark>Zoë</mark> <mark>Smi</mark>th"),
        ("banana", "ana", "b<mark>anana</mark>"),
        ("İstanbul", "i", "<mark>İ</mark>stanbul"),
        ("Jose\u0301 Weiß", "É ss", "Jos<mark>e\u0301</mark> Wei<mark>ß</mark>"),
        ("Jose\u0301", "e", "Jose\u0301"),
        ("<b>&amp;", "b am", "&lt;<mark>b</mark>&gt;&amp;<mark>am</mark>p;"),
        ("<mark>", "", "&lt;mark&gt;"),
        ("", "a", ""),
    ],
)
def test_search_matches_are_highlighted(text: str, searched: str, html: str) -> None:
    assert highlight(text, searched) == html


@pytest.mark.parametrize("micros", [0, 500_000, 123_000])
@pytest.mark.parametrize("second", [0, 7])
def test_an_instant_survives_its_form_control(second: int, micros: int) -> None:
    seen = Field(101, "seen", "Seen", Kind.DATETIME)
    instant = SEEN.replace(second=second, microsecond=micros)
    assert parse_value(make_control(seen, instant, DHAKA).text, seen, DHAKA) == instant
