"""How writes go from the event loop to the writer's thread, and how their outcomes come back."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import apsw

from tamis.actions.house import House

P = ParamSpec("P")
T = TypeVar("T")


class Writes:
    """Runs actions that write. However many of them a commit ends, the event loop is woken once: waking it for each
    costs more than the action itself."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ended: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()

    async def run(
        self,
        account_id: int,
        action: Callable[Concatenate[apsw.Connection, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action in the turn of an account, and come back when it is on disk or has failed."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        future = self._house.submit_of(account_id, action, *args, **kwargs)
        future.add_done_callback(lambda ended: self._end(loop, waiter, ended))
        return await waiter

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
