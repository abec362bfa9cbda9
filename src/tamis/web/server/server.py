"""The server: uvicorn's loop and signals, with our connections and shutdown."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from tamis import log
from tamis.web.http import App
from tamis.web.server.connection import Connection
from tamis.web.server.connections import Connections

GRACE_SECONDS = 30.0
"""How long running requests may take once the server is asked to stop."""
PAUSE_SECONDS = 0.05


class Server(uvicorn.Server):
    """A server that reports when it accepts requests, and stops without waiting for inactive clients."""

    def __init__(
        self, app: App, connections: Connections, ready: Callable[[], None], stopping: Callable[[str], None]
    ) -> None:
        def connection(*, config: uvicorn.Config, server_state: ServerState, **_: Any) -> Connection:
            return Connection(config.loaded_app, connections, server_state)

        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=connection,  # type: ignore[arg-type]  # it is called like the class of a protocol
            ws="none",
            lifespan="off",
            log_config=None,  # logged like everything else (tamis/log)
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # see web/proxy.py
        )
        super().__init__(config)
        self._connections, self._ready, self._stopping = connections, ready, stopping
        self._reason = ""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ask the server to stop, and nothing more: the signal may have interrupted a write to the log, which cannot be
        entered again."""
        self._reason = signal.Signals(sig).name
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then call `ready`."""
        await super().startup(sockets)
        if self.started:
            self._connections.start(asyncio.get_running_loop())
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Log why, accept nothing more, finish running requests, and close slow connections."""
        self._stopping(self._reason)
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        loop, connections, tasks = asyncio.get_running_loop(), self._connections, self.server_state.tasks
        started = loop.time()
        connections.stop()
        while (connections or tasks) and loop.time() - started < GRACE_SECONDS and not self.force_exit:
            await asyncio.sleep(PAUSE_SECONDS)
            connections.check_stopping(loop.time(), loop.time() - started)
        if tasks:
            log.event("requests_cut_off", level=logging.WARNING, count=len(tasks))
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=PAUSE_SECONDS)
