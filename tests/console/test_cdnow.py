"""The real purchases of CDNOW in the console: imported as a file, the counts of their README come out."""

import pytest

from tests.console.test_builder import look
from tests.console.test_event_imports import send, take
from tests.laws.test_cdnow import COUNTS, FILE
from tests.support.console import Visitor
from tests.support.uploads import figures_on
from tests.support.users import Person, fresh


@pytest.fixture(scope="module")
def customers(console: Visitor, owner: Person) -> int:
    """A contact type with the purchases."""
    type_id = int(owner.tamis("type", "create", fresh("Customers"))["id"])
    _, page = take(console, send(console, type_id, FILE.read_bytes(), "cdnow_sample.csv"), {"unknown": "create"})
    assert figures_on(page)["accepted"] == 6_919
    return type_id


def test_the_counts_of_the_readme_come_out(console: Visitor, customers: int) -> None:
    for text, count in COUNTS.items():
        found = look(console, customers, text=text)
        assert (found["count"], found["total"]) == (count, 2_357), text
        assert look(console, customers, draft=found["draft"])["count"] == count, text
