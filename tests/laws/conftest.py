"""One of each store for all laws: making them for each example would take most of the time."""

from collections.abc import Iterator

import pytest

from tests.laws.engines import ENGINES, Engine
from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS


@pytest.fixture(scope="session")
def stores() -> Iterator[Stores]:
    """The records and the columns, for laws about what only they do."""
    both = Stores(FIELDS)
    yield both
    both.close()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine of rules."""
    made = ENGINES[request.param](FIELDS)
    yield made
    made.close()
