"""All doors of the web behind one port."""

import asyncio
import threading

from tamis.actions.house import House
from tamis.actions.local_protocol import PATH
from tamis.web.compat.app import segment_api
from tamis.web.http import App, Receive, Scope, Send
from tamis.web.local import local_door
from tamis.web.monitoring.routes import PATHS as WATCHED
from tamis.web.proxy import behind_proxies


def web_app(house: House, local_token: str, watched: App | None = None) -> App:
    """Make the ASGI application that the server runs; `watched` answers those who watch it."""
    api = segment_api(house)
    local = local_door(house, local_token)
    console = _when_needed(house)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].lstrip("/")
        if path.startswith("api/") or path == "api":
            await api({**scope, "path": "/" + path}, receive, send)
        elif scope["path"] == PATH:
            await local(scope, receive, send)
        elif watched and scope["path"] in WATCHED:
            await watched(scope, receive, send)
        else:
            await console(scope, receive, send)

    return behind_proxies(app, house.settings)


def _when_needed(house: House) -> App:
    """Load the console when the first page is asked for: a server that only answers programs starts without it."""
    loading = threading.Lock()
    loaded: list[App] = []

    def load() -> None:
        with loading:
            if not loaded:
                from tamis.web.console.app import console_app

                loaded.append(console_app(house))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not loaded:
            await asyncio.to_thread(load)
        await loaded[0](scope, receive, send)

    return app
