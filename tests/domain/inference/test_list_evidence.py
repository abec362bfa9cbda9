"""A column of tags becomes choices; what only looks like lists stays text."""

import pytest

from tamis.domain.inference.list_evidence import ListEvidence


def options(cells: dict[str, int]) -> tuple[str, ...]:
    """Return the options of a column in which each text occurs so many times."""
    profiler = ListEvidence()
    for text in cells:
        profiler.add(text)
    return profiler.options(sum(cells.values()))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({'"VIP","Blog"': 12, '"Blog"': 12}, ("Blog", "VIP")),
        ({"vip, horeca": 10, "vip": 5, "horeca, new": 15, "new": 5}, ("horeca", "new", "vip")),
        ({"VIP; Blog": 15, "blog": 15}, ("Blog", "VIP")),
        ({"VIP|Blog": 15, "Blog": 15}, ("Blog", "VIP")),
        ({'["VIP","Blog"]': 15, '["Blog"]': 15, "[]": 3}, ("Blog", "VIP")),
        ({"Rock, Pop; Jazz": 15, "Rock, Pop": 15}, ("Jazz", "Rock, Pop")),
        ({'"Rock, Pop","Jazz"': 15, '"Jazz"': 15}, ("Jazz", "Rock, Pop")),
        ({"VIP\nBlog": 15, "Blog": 15}, ("Blog", "VIP")),
    ],
)
def test_lists_of_few_items_are_found(cells: dict[str, int], expected: tuple[str, ...]) -> None:
    assert options(cells) == expected


@pytest.mark.parametrize(
    "cells",
    [
        {"Portland, OR": 50, "Boston, MA": 50, "Portland, ME": 50},
        {"Smith, John": 20, "Smith, Jane": 20},
        {"Free": 50, "Pro": 50},
        {"n/a": 30, "A/B": 30, "A": 30},
        {"VIP; Blog": 5, "Blog": 5},
        {f"tag {n}; tag {n + 1}": 10 for n in range(30)},
        {"VIP; Blog": 30, f"Blog; {'x' * 101}": 30},
        {f"{n} Main St; Springfield": 1 for n in range(3_000)},
    ],
    ids=["places", "names", "single words", "slashes", "too few", "too many", "too long", "addresses"],
)
def test_text_that_is_not_a_list_is_left_alone(cells: dict[str, int]) -> None:
    assert options(cells) == ()
