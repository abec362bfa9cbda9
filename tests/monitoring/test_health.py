"""Readiness names what keeps a server from working, and the log names what runs low."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tamis import __version__, log
from tamis.actions.maintenance import health
from tamis.actions.maintenance.health import Health
from tamis.actions.services import Services
from tamis.actions.webhooks.worker import make_webhook_worker
from tamis.domain.errors import Busy, Unavailable
from tamis.records.engine.sqlite import engine as records_engine
from tamis.settings import Settings
from tamis.web.monitoring.metrics import make_registry
from tamis.web.monitoring.port import open_metrics_port
from tamis.web.monitoring.traffic import Traffic
from tests.support.process import TIMEOUT_SECONDS


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = Services(Settings(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def ready(services: Services) -> Health:
    services.project()
    made = Health(services)
    assert looked(made, ())
    return made


def looked(watched: Health, reasons: tuple[str, ...]) -> bool:
    """Look until the reasons are found, for a write that was under way may have to end first."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < until:
        watched.check()
        if watched.reasons == reasons:
            return True
    return False


def test_a_server_is_not_ready_before_the_column_store(services: Services) -> None:
    watched = Health(services)
    assert watched.reasons == ("the server is starting",)
    assert looked(watched, ("the projection is being opened or built",))
    services.project()
    assert looked(watched, ())


@pytest.mark.parametrize(
    ("error", "reason"),
    [(Busy("x"), "too many writes are waiting"), (Unavailable("x"), "the records cannot be written")],
)
def test_a_server_is_not_ready_when_writes_fail(
    services: Services, ready: Health, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    failed: Future[None] = Future()
    failed.set_exception(error)
    monkeypatch.setattr(services.records, "submit", lambda _: failed)
    assert looked(ready, (reason,))
    monkeypatch.undo()
    assert looked(ready, ())


def test_a_server_is_not_ready_when_writes_or_projection_are_delayed(
    services: Services, ready: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.records, "submit", lambda _: Future())
    monkeypatch.setattr(health, "WRITE_SECONDS", -1.0)
    monkeypatch.setattr(health, "PROJECTION_SECONDS", -1.0)
    assert looked(ready, ("writes are delayed", "the projection does not keep up with writes"))


def test_a_server_is_not_ready_when_the_disk_is_full(ready: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_engine, "has_room", lambda _: False)
    ready.check()
    assert ready.reasons == ("the disk is full",)


def test_a_stopping_server_stays_not_ready(ready: Health) -> None:
    ready.stop()
    ready.check()
    assert ready.reasons == ("the server is stopping",)


def test_a_shortage_and_its_end_are_logged_once(
    services: Services, ready: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("disk_low", "disk_has_room", "handles_low", "handles_enough")

    def event_counts() -> list[int]:
        return [log.counts().get(name, 0) for name in names]

    begun = event_counts()
    settings = services.settings
    monkeypatch.setattr(services, "settings", replace(settings, disk_warning=1 << 50))
    monkeypatch.setattr(health, "count_handles", lambda: (81, 100))
    ready.check()
    ready.check()
    assert [now - before for now, before in zip(event_counts(), begun, strict=True)] == [1, 0, 1, 0]
    monkeypatch.setattr(services, "settings", settings)
    monkeypatch.setattr(health, "count_handles", lambda: (80, 100))
    ready.check()
    ready.check()
    assert [now - before for now, before in zip(event_counts(), begun, strict=True)] == [1, 1, 1, 1]


def test_metrics_have_a_port_of_their_own_on_this_machine(services: Services, ready: Health) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="TAMIS_METRICS_PORT"):
            open_metrics_port(port, make_registry(services, Traffic(), ready, make_webhook_worker(services), lambda: 0))
    close = open_metrics_port(port, make_registry(services, Traffic(), ready, make_webhook_worker(services), lambda: 0))
    try:
        with requests.Session() as session:
            session.trust_env = False
            event_counts = session.get(f"http://127.0.0.1:{port}/metrics", timeout=TIMEOUT_SECONDS).text
        assert "\ntamis_ready 1.0\n" in event_counts
        assert f'\ntamis_build_info{{version="{__version__}"}} 1.0\n' in event_counts
    finally:
        close()
