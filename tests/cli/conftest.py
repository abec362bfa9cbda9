"""Data directories of their own, with and without a server beside the commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Server, tamis


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account, and a contact type with a field; nothing is running."""
    directory = tmp_path / "data"
    tamis(directory, "account", "create", "--email", "owner@example.org")
    tamis(directory, "type", "create", "People")
    tamis(directory, "field", "create", "Birth date", "--type", "People", "--kind", "date")
    return directory


@pytest.fixture(params=["alone", "beside a server"])
def either(request: pytest.FixtureRequest, data: Path) -> Iterator[Path]:
    """The same directory, once without and once with a server on it."""
    if request.param == "alone":
        yield data
    else:
        with Server(data):
            yield data
