"""How writes go from the event loop to the writer's thread, and how their outcomes come back."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from tamis.actions.lookups import Transaction
from tamis.actions.services import Services
from tamis.domain.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")
MAX_CONCURRENT = 32
"""How many writes of one account are under way at a time: where hundreds of connections wrote at once, the event loop
would answer and read them all before it comes to anybody else."""
MAX_WAITING = 2_000


class WriteLimit:
    """Runs actions that write. However many of them a commit ends, the event loop is woken once: waking it for each
    costs more than the action itself."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ended: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._under_way: Counter[int] = Counter()
        self._parked: dict[int, deque[asyncio.Future[None]]] = {}

    async def run(
        self,
        account_id: int,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action in the turn of an account, and come back when it is on disk or has failed; raises Busy."""
        loop = asyncio.get_running_loop()
        if self._under_way[account_id] >= MAX_CONCURRENT:
            await self._park(account_id, loop.create_future())
        else:
            self._under_way[account_id] += 1
        try:
            waiter: asyncio.Future[T] = loop.create_future()
            future = self._services.submit_of(account_id, action, *args, **kwargs)
            future.add_done_callback(lambda ended: self._end(loop, waiter, ended))
            return await waiter
        finally:
            self._make_room(account_id)

    async def _park(self, account_id: int, room: "asyncio.Future[None]") -> None:
        """Wait until one of an account's writes has ended, and take its place."""
        parked = self._parked.setdefault(account_id, deque())
        if len(parked) >= MAX_WAITING:
            raise Busy("too_many_writes_of_account")
        parked.append(room)
        try:
            await room
        except asyncio.CancelledError:
            if room.done() and not room.cancelled():
                self._make_room(account_id)
            raise

    def _make_room(self, account_id: int) -> None:
        parked = self._parked.get(account_id)
        while parked:
            room = parked.popleft()
            if not room.done():
                room.set_result(None)
                return
        self._parked.pop(account_id, None)
        self._under_way[account_id] -= 1
        if not self._under_way[account_id]:
            del self._under_way[account_id]

    def _end(self, loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[Any], future: Future[Any]) -> None:
        # In the writer's thread. Where others are in the queue already, `_deliver` is on its way and will see this one.
        self._ended.append((waiter, future))
        if len(self._ended) == 1 and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._ended:
            waiter, future = self._ended.popleft()
            if waiter.cancelled():
                continue
            error = future.exception()
            if error:
                waiter.set_exception(error)
            else:
                waiter.set_result(future.result())
