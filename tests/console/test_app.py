"""The application of the console as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.house import House
from tamis.settings import Settings
from tamis.web.app import application


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(Settings(tmp_path / "data"))
    yield opened
    opened.close()


def test_it_uses_nothing_of_its_libraries_that_will_go_away(house: House) -> None:
    application(house, "").load_pages()  # warnings are errors in the tests
