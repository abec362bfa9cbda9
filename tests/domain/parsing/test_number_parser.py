"""Numbers as files of many countries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.parsing.number_parser import DecimalMark, keeps_digits, loss_as_number, parse_number_text


def loses_digits(text: str) -> bool:
    """Return whether a number would not give a text of digits back as it is written."""
    number = parse_number_text(text)
    return loss_as_number(text) is not None or (number is not None and not keeps_digits(number))


@pytest.mark.parametrize(
    "text",
    [
        "02138", "-02138", "00", "+41790000001", "+1", "9007199254740993", "7012345678901234501",
        "0.123456789012345671", "1e400",
    ],
)  # fmt: skip
def test_texts_that_a_number_would_not_preserve(text: str) -> None:
    assert loses_digits(text)


@pytest.mark.parametrize(
    "text",
    [
        "0", "-0", "0.5", "2138", "1.10", "9007199254740992", "0.30000000000000004", "0.10000000000000001", "1e-07",
        "100000000000000000000", "1,234", "12 %", "Berlin", "",
    ],
)  # fmt: skip
def test_texts_are_preserved_numbers_or_not_numbers(text: str) -> None:
    assert not loses_digits(text)


@pytest.mark.parametrize(
    ("text", "point", "comma", "unit"),
    [
        ("1.234,50", None, "1234.50", ""),
        ("1 234,50 €", None, "1234.50", "EUR"),
        ("1\u00a0234,50\u202f€", None, "1234.50", "EUR"),
        ("1\u2009234\u2009567", "1234567", "1234567", ""),
        ("1'234.50", "1234.50", None, ""),
        ("CHF 1’234.50", "1234.50", None, "CHF"),
        ("$1,234.50", "1234.50", None, "$"),
        ("$10.00 USD", "10.00", None, "USD"),
        ("-$5", "-5", "-5", "$"),
        ("899kr", "899", "899", "kr"),
        ("10 000 Kč", "10000", "10000", "CZK"),
        ("12 %", "12", "12", "%"),
        ("(1.50)", "-1.50", None, ""),
        ("1,50-", None, "-1.50", ""),
        ("−5", "-5", "-5", ""),
        ("1,234,567", "1234567", None, ""),
        ("1.020.304.050", None, "1020304050", ""),
        ("12,34,567.89", "1234567.89", None, ""),
        ("1.234", "1.234", "1234", ""),
        ("1,234", "1234", "1.234", ""),
        ("0,500", None, "0.500", ""),
        ("7.7e-05", "7.7e-05", None, ""),
    ],
)
def test_each_possible_reading_of_a_number_is_returned(
    text: str, point: str | None, comma: str | None, unit: str
) -> None:
    found = parse_number_text(text)
    assert found
    assert (found.by_mark.get(DecimalMark.POINT), found.by_mark.get(DecimalMark.COMMA)) == (point, comma)
    assert found.unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "Infinity", "NaN", "0x11", "1_001", "٣٤", "１２", "+5", "1 23", "1,2,3", "192.168.100.200", "1.10.2", "12 try",
        "$", "%", "-", "()", "$5 €", "--5", "1 .5", "0351 1234501", "9" * 100,
    ],
)  # fmt: skip
def test_texts_that_are_not_numbers(text: str) -> None:
    assert parse_number_text(text) is None or loses_digits(text)


@given(st.text("0123456789.,'’ \u00a0-()$€%eE+", max_size=20), st.sampled_from(DecimalMark))
def test_each_reading_is_a_plain_number(text: str, mark: DecimalMark) -> None:
    found = parse_number_text(text.strip())
    if found and mark in found.by_mark:
        float(found.by_mark[mark])
        assert [c for c in found.by_mark[mark] if c in "123456789"] == [c for c in text if c in "123456789"]
