"""A house of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.house import House
from tamis.settings import Settings


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Open both stores in an empty directory."""
    opened = House(Settings(tmp_path / "data", columns_threads=2))
    yield opened
    opened.close()
