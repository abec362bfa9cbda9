"""A server for all clients."""

from collections.abc import Iterator

import pytest

from tests.support.process import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("clients") / "data") as running:
        yield running
