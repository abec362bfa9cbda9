"""No damage of the file of the records passes for data: readers are refused or right, and nothing is written to it."""

from pathlib import Path

import pytest

from tests.support.damage import (
    Damage,
    Truth,
    cut,
    damaged_copy,
    fill,
    flip,
    outcome,
    pages_by_kind,
    swap,
    truth_of,
    without_columns,
    zero,
)

PEOPLE = 1_500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, dict[str, list[int]]]:
    """A closed data directory, what is read from it, and its pages."""
    data = tmp_path_factory.mktemp("damaged") / "data"
    fill(data, PEOPLE)
    return data, truth_of(data), pages_by_kind(data)


@pytest.mark.parametrize("damage", [flip, zero, swap, cut])
def test_damage_to_each_kind_of_page_is_detected(
    whole: tuple[Path, Truth, dict[str, list[int]]], tmp_path: Path, damage: Damage
) -> None:
    data, truth, kinds = whole
    assert len(kinds) >= 7, kinds
    for kind, pages in kinds.items():
        page, other = pages[len(pages) // 2], pages[-1] if pages[-1] != pages[len(pages) // 2] else 2
        damaged_copy(data, tmp_path / "copy", damage, page, other)
        if page % 2:
            without_columns(tmp_path / "copy")
        found = outcome(tmp_path / "copy", truth, tmp_path / "backup")
        print(damage.__name__, kind, page, other, found)
        assert found.wrong == (), (damage.__name__, kind, page)
        assert found.found or kind == "free", (damage.__name__, kind, page)
