"""The composition root of the server: settings, stores and interfaces, from start to stop."""

import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tamis import __version__, log
from tamis.actions.accounts.sessions import delete_expired_sessions
from tamis.actions.changes.projector_thread import ProjectorThread
from tamis.actions.exporting.directories import remove_abandoned
from tamis.actions.idempotency import delete_old_requests
from tamis.actions.importing.jobs.uploads import sweep_uploads
from tamis.actions.maintenance.erasure import Eraser
from tamis.actions.maintenance.event_upkeep import run_event_upkeep
from tamis.actions.maintenance.health import Health
from tamis.actions.maintenance.integrity_checks import run_nightly_checks
from tamis.actions.server_file import ServerAddress, ServerFile, has_running_server
from tamis.actions.services import Services
from tamis.actions.team.password_links import delete_expired_links, has_expired_links
from tamis.actions.webhooks.worker import make_webhook_worker
from tamis.domain.errors import ProjectionInUse, TamisError, Unavailable
from tamis.memory import trim_memory_periodically
from tamis.settings import Settings
from tamis.web.app import web_app
from tamis.web.monitoring.metrics import make_registry
from tamis.web.monitoring.port import open_metrics_port
from tamis.web.monitoring.routes import monitoring_routes
from tamis.web.monitoring.traffic import Traffic
from tamis.web.proxy import make_trust_check
from tamis.web.server.connections import Connections
from tamis.web.server.file_descriptors import connection_capacity, raise_descriptor_limit
from tamis.web.server.limits import Limits
from tamis.web.server.server import Server

LOCK_ATTEMPTS, PAUSE_SECONDS = 100, 0.1
HEALTH_SECONDS = 1.0
CLEANUP_SECONDS = 60
SWITCH_SECONDS = 0.001
"""How soon a computing thread yields to another one: mostly to the event loop, which needs little time."""


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a data directory until SIGTERM or SIGINT, then let running requests finish.

    `ready` is called with the address once requests are accepted. Raises Unavailable when the port or the data is in
    use.
    """
    log.start_log(settings.log)
    with _log_outcome():
        _serve(settings, host, port, ready)


def _serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    signal.signal(signal.SIGTERM, _exit)
    sys.setswitchinterval(SWITCH_SECONDS)
    services = Services(settings)
    stop = threading.Event()
    health, traffic = Health(services), Traffic(settings.access_log == "on")
    webhooks = make_webhook_worker(services)
    threads = [
        *_background_threads(services, health, stop),
        threading.Thread(target=webhooks.run, args=(stop,), name="webhooks"),
    ]
    close_metrics: Callable[[], None] = _do_nothing
    try:
        _open_columns(services)
        max_descriptors = raise_descriptor_limit()
        limits = Limits.of(settings, connection_capacity(max_descriptors, settings.max_connections))
        connections = Connections(limits, make_trust_check(settings.trusted_proxies), traffic.count)
        registry = make_registry(services, traffic, health, webhooks, lambda: connections.active)
        if settings.metrics_port:
            close_metrics = open_metrics_port(settings.metrics_port, registry)
        listener = _listen(host, port)
        address = f"http://{_bracketed(host)}:{listener.getsockname()[1]}"
        token = secrets.token_hex(32)
        remove_abandoned(settings.data)
        sweep_uploads(services)
        for thread in threads:
            thread.start()
        asgi_app = web_app(services, token, monitoring_routes(health, registry, settings.metrics_token))
        file = ServerFile(settings.data)

        def on_ready() -> None:
            file.write(ServerAddress(address, token, settings.public_url))
            log.event(
                "server_started",
                version=__version__,
                address=address,
                data=str(settings.data.resolve()),
                process=os.getpid(),
                handles=max_descriptors,
                connections=limits.connections,
            )
            ready(address)

        def on_stopping(signal_name: str) -> None:
            file.unlock()
            health.stop()
            services.hub.close()
            services.lanes.files.end()  # uploads are not inspected any more
            log.event("server_stopping", reason=signal_name, requests=connections.active)

        try:
            Server(asgi_app, connections, on_ready, on_stopping).run(sockets=[listener])
        finally:
            file.remove()
    finally:
        stop.set()
        services.hub.wake_projector()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        close_metrics()
        services.close()


@contextmanager
def _log_outcome() -> Iterator[None]:
    """Log why a server ends or does not start."""
    started = time.monotonic()
    try:
        yield
    except TamisError as error:
        log.event("server_not_started", level=logging.ERROR, reason=str(error))
        raise
    except Exception as error:
        log.event("server_failed", level=logging.CRITICAL, error=error)
        sys.exit(1)  # the log has the traceback, without personal data
    finally:
        log.write_withheld(all_of_them=True)
        log.event("server_stopped", version=__version__, seconds=round(time.monotonic() - started, 1))


def _background_threads(services: Services, health: Health, stop: threading.Event) -> list[threading.Thread]:
    """Make the threads that run in the background until `stop` is set."""
    return [
        threading.Thread(target=ProjectorThread(services, health.note_projected).run, args=(stop,), name="follower"),
        threading.Thread(target=_clean_up_periodically, args=(services, stop), name="eraser"),
        threading.Thread(target=_check_health_periodically, args=(health, stop), name="watcher"),
        threading.Thread(target=trim_memory_periodically, args=(stop,), name="memory"),
        threading.Thread(target=run_nightly_checks, args=(services, stop), name="checker"),
        threading.Thread(target=run_event_upkeep, args=(services, stop), name="event-upkeep"),
    ]


def _open_columns(services: Services) -> None:
    """Open the projection; waits while a command has it, or a server that is being stopped."""
    pause, data = threading.Event(), services.settings.data
    for _ in range(LOCK_ATTEMPTS):
        try:
            services.open_columns()
            return
        except ProjectionInUse:
            if has_running_server(data):
                break
            pause.wait(PAUSE_SECONDS)
    raise Unavailable("data_directory_in_use", directory=str(data))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "the port does not exist"
        raise Unavailable("cannot_listen", host=host, port=port, reason=reason) from None
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _exit(*_: object) -> None:
    # uvicorn handles the signal while it runs and raises it again at its end, when the stores are still open.
    sys.exit(0)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _do_nothing() -> None:
    return None


def _check_health_periodically(health: Health, stop: threading.Event) -> None:
    """Check the health of the server every second, and log how many events were withheld."""
    while True:
        try:
            health.check()
            log.write_withheld()
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="watcher")
        if stop.wait(HEALTH_SECONDS):
            return


def _clean_up_periodically(services: Services, stop: threading.Event) -> None:
    eraser = Eraser(services)
    while not stop.wait(CLEANUP_SECONDS):
        try:
            eraser.run_if_due()
            remove_abandoned(services.settings.data)
            sweep_uploads(services)
            delete_expired_sessions(services)
            services.write(delete_old_requests)
            if has_expired_links(services.records.reader(), services.clock()):
                services.write(delete_expired_links)
        except TamisError as error:
            log.event("erasure_failed", level=logging.WARNING, reason=str(error))
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="eraser")
