"""An account with webhooks, a receiver, and changes to deliver."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.settings import Settings
from tests.support.receiver import Receiver, receiving
from tests.support.templates import copy_of
from tests.webhooks.workbench import Workbench

NETWORKS = (ip_network("127.0.0.0/8"),)


class Clock:
    """A clock that shows the time of the machine, moved by what the tests have waited."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """Open the stores of a directory in which they are made and empty."""
    copy_of(_make, tmp_path / "data")
    settings = Settings(tmp_path / "data", columns_threads=2, webhook_networks=NETWORKS)
    opened = Services(settings, clock)
    yield opened
    opened.close()


@pytest.fixture
def idle_bench(services: Services, clock: Clock) -> Workbench:
    """An account whose webhooks are not delivered yet."""
    return Workbench(services, clock, AddressPolicy(NETWORKS))


@pytest.fixture
def bench(idle_bench: Workbench) -> Iterator[Workbench]:
    """An account whose webhooks are delivered."""
    with idle_bench.running():
        yield idle_bench


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def _make(directory: Path) -> None:
    Services(Settings(directory)).close()
