"""Data directories of their own, with and without a server beside the commands."""

from pathlib import Path

import pytest

from tests.support.process import tamis


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account, and a contact type with a field; nothing is running."""
    directory = tmp_path / "data"
    tamis(directory, "account", "create", "--email", "owner@example.org")
    tamis(directory, "type", "create", "People")
    tamis(directory, "field", "create", "Birth date", "--type", "People", "--kind", "date")
    return directory
