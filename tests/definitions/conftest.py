"""A data directory with a contact type and contacts."""

from pathlib import Path

import pytest

from tests.support.process import tamis
from tests.support.templates import copy_of

CONTACTS = "email,age\n" + "".join(f"p{n}@example.org,{n}\n" for n in range(30))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account with 30 people; nothing is running."""
    directory = tmp_path / "data"
    copy_of(make_people, directory)
    return directory


def make_people(directory: Path) -> None:
    """Make an account with 30 people of all ages."""
    tamis(directory, "account", "create", "--email", "owner@example.org")
    tamis(directory, "type", "create", "People")
    file = directory.parent / "people.csv"
    file.write_text(CONTACTS)
    tamis(directory, "import", file, "--type", "People", "--create-fields")
    tamis(directory, "segment", "create", "Adults", "--type", "People", "--where", "age >= 18")
