"""Data directories with and without a running server."""

from pathlib import Path

import pytest

from tests.support.process import tamis
from tests.support.templates import copy_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account, and a contact type with a field; nothing is running."""
    directory = tmp_path / "data"
    copy_of(make_people, directory)
    return directory


def make_people(directory: Path) -> None:
    """Make an account, and a contact type with a field."""
    tamis(directory, "account", "create", "--email", "owner@example.org")
    tamis(directory, "type", "create", "People")
    tamis(directory, "field", "create", "Birth date", "--type", "People", "--kind", "date")
