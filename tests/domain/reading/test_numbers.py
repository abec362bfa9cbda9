"""Numbers as files of many countries write them."""

import pytest

from tamis.domain.reading.numbers import loses_digits


@pytest.mark.parametrize(
    "text",
    [
        "02138", "-02138", "00", "+41790000001", "+1", "9007199254740993", "7012345678901234501",
        "0.123456789012345671", "1e400",
    ],
)  # fmt: skip
def test_what_a_number_would_not_give_back(text: str) -> None:
    assert loses_digits(text)


@pytest.mark.parametrize(
    "text",
    [
        "0", "-0", "0.5", "2138", "1.10", "9007199254740992", "0.30000000000000004", "0.10000000000000001", "1e-07",
        "100000000000000000000", "1,234", "12 %", "Berlin", "",
    ],
)  # fmt: skip
def test_what_a_number_gives_back_or_what_is_none(text: str) -> None:
    assert not loses_digits(text)
