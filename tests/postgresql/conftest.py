"""A database with empty records for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.settings import Settings
from tests.support.postgresql import PROGRAMS, drop_database, make_records


@pytest.fixture
def url() -> Iterator[str]:
    """Make empty records in a database of their own."""
    if not PROGRAMS.is_dir():
        pytest.skip("PostgreSQL is not installed")
    name = f"test-{uuid.uuid4().hex}"
    yield make_records(name)
    drop_database(name)


@pytest.fixture
def services(url: str, tmp_path: Path) -> Iterator[Services]:
    """Open both stores, with the records in a database."""
    opened = Services(Settings(tmp_path / "data", records=url, columns_threads=2))
    yield opened
    opened.close()
