"""A house of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.house import House
from tamis.settings import Settings
from tests.support.templates import copy_of


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Open both stores in a directory in which they are made and empty."""
    copy_of(_make, tmp_path / "data")
    opened = House(Settings(tmp_path / "data", columns_threads=2))
    yield opened
    opened.close()


def _make(directory: Path) -> None:
    house = House(Settings(directory, columns_threads=2))
    house.project()
    house.close()
