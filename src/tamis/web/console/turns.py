"""Who asks for much waits for their own answers: nobody else does, and nobody's programs do.

Pages are made in threads of the console's own, because the threads of the event loop are those of the Segment API. Of
one session a few requests are at work at a time; the others wait, and those whose asker has gone away meanwhile, such
as the searches of somebody who types on, are dropped.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from litestar import Request
from litestar.concurrency import set_asyncio_executor
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.web.console.session import WebRequest, session_token

THREADS = 8
AT_ONCE = 3
"""How many requests of one session are at work at a time."""

Message = MutableMapping[str, Any]


@dataclass(slots=True)
class Queue:
    """The requests of a session: how many there are, and the turns that they take."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    here: int = 0


class Turns(ASGIMiddleware):
    """Lets the requests of each session take turns."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request pass when it is its turn, and if somebody still waits for its answer; the turn ends when the
        answer begins, which may be a long file for a slow client."""
        request: WebRequest = Request(scope)
        token = session_token(request)
        if not token or scope["path"].startswith("/static/") or request.method == "PUT":  # files come as they come
            await next_app(scope, receive, send)
            return
        async with AsyncExitStack() as turn:
            waited = await turn.enter_async_context(self._turn(token))

            async def end_turn_and_send(message: Any) -> None:
                await turn.aclose()
                await send(message)

            came: deque[Any] = deque()
            if not waited or not await _is_gone(receive, came):
                await next_app(scope, _with(came, receive), end_turn_and_send)

    @asynccontextmanager
    async def _turn(self, token: str) -> AsyncIterator[bool]:
        """Be one of a session's few for a block; tells whether that was waited for."""
        queue = self._queues.setdefault(token, Queue())
        queue.here += 1
        try:
            waited = queue.turns.locked()
            async with queue.turns:
                yield waited
        finally:
            queue.here -= 1
            if not queue.here:
                self._queues.pop(token, None)


@cache
def have_own_threads() -> None:
    """Make pages in threads of the console's own; called before the first one is made."""
    set_asyncio_executor(ThreadPoolExecutor(THREADS, "console"))


async def _is_gone(receive: Receive, came: deque[Any]) -> bool:
    """Tell whether a client has closed its connection; what it has sent comes to `came`."""
    while True:
        asked = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        if not asked.done():
            asked.cancel()
            return False
        message = asked.result()
        if message["type"] == "http.disconnect":
            return True
        came.append(message)
        if message.get("more_body"):
            return False


def _with(came: deque[Any], receive: Receive) -> Receive:
    async def again() -> Any:
        return came.popleft() if came else await receive()

    return again
