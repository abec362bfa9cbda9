"""Stores for each test, and a data directory for tests that run commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.settings import Settings
from tests.support.process import tamis
from tests.support.templates import copy_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Open both stores in an empty directory."""
    opened = Services(Settings(tmp_path / "data", columns_threads=2))
    yield opened
    opened.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account with a contact type; nothing is running."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


def _make(directory: Path) -> None:
    tamis(directory, "account", "create", "--email", "owner@example.org", "--timezone", "Asia/Dhaka")
    tamis(directory, "type", "create", "People")
