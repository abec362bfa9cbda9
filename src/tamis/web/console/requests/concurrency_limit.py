"""A limit on concurrent requests of an account, so that heavy use delays nobody else.

Pages run in a lane of the console. Only a few requests of an account run at a time; the others wait. Requests whose
client has disconnected, such as searches of somebody who types on, are dropped, and their queries interrupted.
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
from tamis.web.console.requests.session import WebRequest, client_host, session_token
from tamis.web.request_tasks import LaneExecutor, RequestTasks, request_tasks

MAX_CONCURRENT = 3
"""Requests of one account that run at a time."""

Message = MutableMapping[str, Any]


@dataclass(slots=True)
class AccountQueue:
    """The requests of an account: their number, and the slots in which they run."""

    semaphore: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT))
    count: int = 0


class ConcurrencyLimit(ASGIMiddleware):
    """Limits the concurrent requests of each account.

    `account_of` returns the account of a session token; `max_requests` is how many requests of an account may run or
    wait.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, account_of: Callable[[str], Account | None], max_requests: int) -> None:
        self._account_of = account_of
        self._max_requests = max_requests
        self._queues: dict[Account, AccountQueue] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass a request on when a slot is free and its client is still connected. The slot is released when the
        response starts, which may be a long file for a slow client."""
        request: WebRequest = Request(scope)
        token = session_token(request)
        account = self._account_of(token) if token else None
        tasks = RequestTasks(account or client_host(request))
        request_tasks.set(tasks)
        if (
            account is None or scope["path"].startswith("/static/") or request.method == "PUT"
        ):  # uploads are not limited
            await next_app(scope, receive, send)
            return
        async with AsyncExitStack() as slot:
            has_waited = await slot.enter_async_context(self._slot(account))

            async def release_and_send(message: Any) -> None:
                await slot.aclose()
                await send(message)

            received: deque[Any] = deque()
            if not has_waited or not await _has_disconnected(receive, received):
                is_read = request.method in ("GET", "HEAD") or request.state.get("is_read", False)
                async with _cancel_on_disconnect(tasks, _prepend(received, receive), is_read=is_read) as watched:
                    await next_app(scope, watched, release_and_send)

    @asynccontextmanager
    async def _slot(self, account: Account) -> AsyncIterator[bool]:
        """Take a slot of the account for a block; yields whether that had to wait. Raises Busy."""
        queue = self._queues.setdefault(account, AccountQueue())
        if queue.count >= self._max_requests:
            raise Busy("too_many_pages_of_account")
        queue.count += 1
        try:
            has_waited = queue.semaphore.locked()
            async with queue.semaphore:
                yield has_waited
        finally:
            queue.count -= 1
            if not queue.count:
                self._queues.pop(account, None)


def run_pages_in(lane: Lane) -> None:
    """Run synchronous handlers in a lane; called before the first page is made."""
    set_asyncio_executor(LaneExecutor(lane))


@asynccontextmanager
async def _cancel_on_disconnect(tasks: RequestTasks, receive: Receive, *, is_read: bool) -> AsyncIterator[Receive]:
    """Cancel the tasks of a request when its client disconnects during a block; yields the receive function for the
    block. `is_read` says that the body was read before, or that there is none."""
    received: deque[Any] = deque()
    watcher: asyncio.Future[Any] | None = None

    async def wait_for_disconnect() -> Any:
        message = await receive()
        while message["type"] != "http.disconnect":
            received.append(message)
            message = await receive()
        tasks.cancel()
        return message

    def start_watching() -> None:
        nonlocal watcher
        watcher = watcher or asyncio.ensure_future(wait_for_disconnect())

    async def receive_and_watch() -> Any:
        if received:
            return received.popleft()
        if watcher:
            return await asyncio.shield(watcher)
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            start_watching()
        return message

    if is_read:
        start_watching()
    try:
        yield receive_and_watch
    except asyncio.CancelledError:
        if not tasks.is_cancelled:
            raise
    finally:
        if watcher:
            watcher.cancel()


async def _has_disconnected(receive: Receive, received: deque[Any]) -> bool:
    """Return whether a client has disconnected; what it has sent is added to `received`."""
    while True:
        pending = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        if not pending.done():
            pending.cancel()
            return False
        message = pending.result()
        if message["type"] == "http.disconnect":
            return True
        received.append(message)
        if message.get("more_body"):
            return False


def _prepend(received: deque[Any], receive: Receive) -> Receive:
    async def receive_again() -> Any:
        return received.popleft() if received else await receive()

    return receive_again
