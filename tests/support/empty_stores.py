"""A data directory for each test, in which both stores are made and empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.settings import Settings
from tests.support.templates import copy_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Open both stores in a directory in which they are made and empty."""
    copy_of(make_stores, tmp_path / "data")
    opened = Services(Settings(tmp_path / "data", columns_threads=2))
    yield opened
    opened.close()


def make_stores(directory: Path) -> None:
    """Make both stores in a directory."""
    services = Services(Settings(directory, columns_threads=2))
    services.project()
    services.close()
