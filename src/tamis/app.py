"""The composition root of the server: settings, stores and doors, from start to stop."""

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tamis.actions.erasing import Eraser
from tamis.actions.exporting.places import discard_left
from tamis.actions.house import House
from tamis.actions.importing.uploads import sweep_uploads
from tamis.columns.owner import Held
from tamis.columns.store import Columns
from tamis.domain.errors import TamisError, Unavailable
from tamis.log import start_log
from tamis.settings import Settings
from tamis.web.app import web_app
from tamis.web.proxy import trust_in
from tamis.web.server.connections import Connections
from tamis.web.server.handles import connections_within, raise_handles
from tamis.web.server.limits import Limits
from tamis.web.server.server import Server

SERVER_FILE = "server.json"
PATIENCE, PAUSE_SECONDS = 100, 0.1
FOLLOW_SECONDS = 1.0
TURN_SECONDS = 60
SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets another one go on: the event loop, as a rule, which needs little."""

log = logging.getLogger("tamis")


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a data directory until SIGTERM or SIGINT, then let running requests finish.

    `ready` is told the address once requests are accepted. Raises Unavailable when the port or the data is taken.
    """
    start_log(settings.log)
    signal.signal(signal.SIGTERM, _stop)
    sys.setswitchinterval(SWITCH_SECONDS)
    house = House(settings)
    stop = threading.Event()
    follower = threading.Thread(target=_follow, args=(house, stop), name="follower")
    eraser = threading.Thread(target=_erase_in_turns, args=(house, stop), name="eraser")
    try:
        columns = _own_columns(house)
        if columns.set_aside:
            log.warning("the column store could not be used; it is kept as %s", columns.set_aside)
        handles = raise_handles()
        limits = Limits.of(settings, connections_within(handles, settings.max_connections))
        connections = Connections(limits, trust_in(settings.trusted_proxies))
        listener = _listen(host, port)
        address = f"http://{_shown(host)}:{listener.getsockname()[1]}"
        token = secrets.token_hex(32)
        discard_left(settings.data)
        sweep_uploads(house)
        follower.start()
        eraser.start()
        file = settings.data / SERVER_FILE
        file.unlink(missing_ok=True)  # left behind by a server that was killed

        def accept() -> None:
            write_server_file(file, address, token)
            ready(address)

        try:
            Server(web_app(house, token), connections, accept).run(sockets=[listener])
        finally:
            file.unlink(missing_ok=True)
    finally:
        stop.set()
        for thread in (follower, eraser):
            if thread.is_alive():
                thread.join()
        house.close()


def write_server_file(file: Path, address: str, token: str) -> None:
    """Leave word for commands on this machine of where the server is and how to be let in; the owner alone can
    read it."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump({"address": address, "token": token}, handle)
    fresh.replace(file)


def _own_columns(house: House) -> Columns:
    pause = threading.Event()
    for _ in range(PATIENCE):  # a command may have them for a moment
        try:
            return house.open_columns()
        except Held:
            pause.wait(PAUSE_SECONDS)
    raise Unavailable(
        f"{house.settings.data} is in use by another Tamis process: stop it, or choose another --data directory"
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise Unavailable(f"cannot listen on {host}:{port}: {reason}; choose another --host or --port") from None
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _stop(*_: object) -> None:
    # uvicorn handles the signal while it runs and raises it again at its end: then the stores are still to be closed.
    sys.exit(0)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _follow(house: House, stop: threading.Event) -> None:
    """Let the columns follow also when nobody asks, so that whoever asks next need not wait for it."""
    said = None
    while True:
        try:
            house.columns().tidy()
            said = None
        except TamisError as error:
            if error.message != said:
                log.error("%s", error.message)
            said = error.message
        except Exception as error:  # nobody else would follow in its place
            log.error("fault while the columns follow", exc_info=error)
        if stop.wait(FOLLOW_SECONDS):
            return


def _erase_in_turns(house: House, stop: threading.Event) -> None:
    eraser = Eraser(house)
    while not stop.wait(TURN_SECONDS):
        try:
            eraser.turn()
            discard_left(house.settings.data)
            sweep_uploads(house)
        except Exception as error:
            log.error("fault while what was deleted is erased", exc_info=error)
