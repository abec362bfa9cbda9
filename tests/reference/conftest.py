"""The page with the samples is next to some checkouts only; without it there is nothing to test here."""

from collections.abc import Iterator

import pytest

from tests.reference.page import FILE
from tests.support.process import Server

collect_ignore = [] if FILE.exists() else ["test_samples.py"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("reference") / "data") as running:
        yield running
