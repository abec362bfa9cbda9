"""Random shares: the same people for the same name, the wanted share, independent of other names."""

from decimal import Decimal

import pytest

from tamis.rules.random_share import is_in_share

MANY = 20_000
FIVE_DEVIATIONS = 5


def members(percentage: str, name: str, start: int = 1) -> set[int]:
    return {number for number in range(start, start + MANY) if is_in_share(number, Decimal(percentage), name)}


@pytest.mark.parametrize("percentage", ["0.5", "10", "33.3333", "50", "99"])
@pytest.mark.parametrize("name", ["autumn test", "a", "ß"])
def test_a_share_has_its_part_of_the_contacts(percentage: str, name: str) -> None:
    part = float(percentage) / 100
    for start in (1, 1_000_000):
        assert abs(len(members(percentage, name, start)) - MANY * part) < FIVE_DEVIATIONS * (MANY * part) ** 0.5


def test_a_hundred_percent_is_everybody() -> None:
    assert len(members("100", "autumn test")) == MANY


def test_the_members_of_a_share_are_those_of_every_larger_one() -> None:
    assert members("10", "autumn test") < members("10.5", "autumn test") < members("50", "autumn test")


def test_names_that_are_the_same_text_have_the_same_members() -> None:
    assert members("10", "Straße  1") == members("10", "STRASSE 1")


def test_two_names_are_independent() -> None:
    both = members("50", "autumn test") & members("50", "autumn test 2")
    assert abs(len(both) - MANY / 4) < FIVE_DEVIATIONS * (MANY / 4) ** 0.5


def test_members_stay_the_same_in_every_version() -> None:
    assert [number for number in range(1, 61) if is_in_share(number, Decimal(10), "autumn test")] == STORED


STORED = [3, 11, 49]
