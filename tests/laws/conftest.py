"""One pair of stores for all laws: making one for each example would take most of the time."""

from collections.abc import Iterator

import pytest

from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS


@pytest.fixture(scope="session")
def stores() -> Iterator[Stores]:
    both = Stores(FIELDS)
    yield both
    both.close()
