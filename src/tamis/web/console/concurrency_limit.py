"""Who asks for much waits for their own answers: nobody else does, and nobody's programs do.

Pages are made in a lane of the console's own. Of one account a few requests are at work at a time; the others wait,
and those whose asker has gone away meanwhile, such as the searches of somebody who types on, are dropped; what is
looked up for them already is interrupted.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.concurrency import set_asyncio_executor
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.actions.lanes import Account, Lane
from tamis.domain.errors import Busy
from tamis.web.console.session import WebRequest, client_host, session_token
from tamis.web.request_tasks import LaneExecutor, RequestTasks, request_tasks

MAX_CONCURRENT = 3
"""How many requests of one account are at work at a time."""

Message = MutableMapping[str, Any]


@dataclass(slots=True)
class AccountQueue:
    """The requests of an account: how many there are, and the turns that they take."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT))
    here: int = 0


class ConcurrencyLimit(ASGIMiddleware):
    """Lets the requests of each account take turns.

    `account_of` finds the account of a session by its token, `most_here` is how many requests of one may be there.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, account_of: Callable[[str], Account | None], most_here: int) -> None:
        self._account_of = account_of
        self._most_here = most_here
        self._queues: dict[Account, AccountQueue] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request pass when it is its turn, and if somebody still waits for its answer; the turn ends when the
        answer begins, which may be a long file for a slow client."""
        request: WebRequest = Request(scope)
        token = session_token(request)
        account = self._account_of(token) if token else None
        asks = RequestTasks(account or client_host(request))
        request_tasks.set(asks)
        if (
            account is None or scope["path"].startswith("/static/") or request.method == "PUT"
        ):  # files come as they come
            await next_app(scope, receive, send)
            return
        async with AsyncExitStack() as turn:
            waited = await turn.enter_async_context(self._turn(account))

            async def end_turn_and_send(message: Any) -> None:
                await turn.aclose()
                await send(message)

            came: deque[Any] = deque()
            if not waited or not await _has_disconnected(receive, came):
                is_read = request.method in ("GET", "HEAD") or request.state.get("is_read", False)
                async with _cancel_on_disconnect(asks, _replay(came, receive), is_read=is_read) as watched:
                    await next_app(scope, watched, end_turn_and_send)

    @asynccontextmanager
    async def _turn(self, account: Account) -> AsyncIterator[bool]:
        """Be one of an account's few for a block; tells whether that was waited for. Raises Busy."""
        queue = self._queues.setdefault(account, AccountQueue())
        if queue.here >= self._most_here:
            raise Busy("too_many_pages_of_account")
        queue.here += 1
        try:
            waited = queue.turns.locked()
            async with queue.turns:
                yield waited
        finally:
            queue.here -= 1
            if not queue.here:
                self._queues.pop(account, None)


def run_pages_in(lane: Lane) -> None:
    """Make pages in a lane; called before the first one is made."""
    set_asyncio_executor(LaneExecutor(lane))


@asynccontextmanager
async def _cancel_on_disconnect(asks: RequestTasks, receive: Receive, *, is_read: bool) -> AsyncIterator[Receive]:
    """Let an asker leave when its client closes the connection during a block; gives what the block is to receive
    with. `is_read` tells that the body was read before, or that there is none."""
    came: deque[Any] = deque()
    watching: asyncio.Future[Any] | None = None

    async def wait_for_end() -> Any:
        message = await receive()
        while message["type"] != "http.disconnect":
            came.append(message)
            message = await receive()
        asks.cancel()
        return message

    def watch() -> None:
        nonlocal watching
        watching = watching or asyncio.ensure_future(wait_for_end())

    async def receive_and_watch() -> Any:
        if came:
            return came.popleft()
        if watching:
            return await asyncio.shield(watching)
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            watch()
        return message

    if is_read:
        watch()
    try:
        yield receive_and_watch
    except asyncio.CancelledError:
        if not asks.is_cancelled:
            raise
    finally:
        if watching:
            watching.cancel()


async def _has_disconnected(receive: Receive, came: deque[Any]) -> bool:
    """Return whether a client has closed its connection; what it has sent comes to `came`."""
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


def _replay(came: deque[Any], receive: Receive) -> Receive:
    async def again() -> Any:
        return came.popleft() if came else await receive()

    return again
