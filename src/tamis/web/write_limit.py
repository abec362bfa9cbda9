"""Passing writes from the event loop to the writer thread, with a limit for each account."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from tamis.actions.lookups import Transaction
from tamis.actions.services import Services
from tamis.domain.accounts.actors import Actor
from tamis.domain.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")
MAX_CONCURRENT = 32
"""Writes of one account in progress at a time. With hundreds of connections writing at once, the event loop would
otherwise read and answer all of them before it serves another account."""
MAX_WAITING = 2_000


class WriteLimit:
    """Runs actions that write. The event loop is woken once for all writes that a commit completes: waking it for each
    costs more than the action itself."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._completed: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._in_progress: Counter[int] = Counter()
        self._waiting: dict[int, deque[asyncio.Future[None]]] = {}

    async def run(
        self,
        actor: Actor,
        account_id: int,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action of an actor for an account, and return its result when it is on disk; raises what the action
        raises, and Busy."""
        loop = asyncio.get_running_loop()
        if self._in_progress[account_id] >= MAX_CONCURRENT:
            await self._wait_for_slot(account_id, loop.create_future())
        else:
            self._in_progress[account_id] += 1
        try:
            waiter: asyncio.Future[T] = loop.create_future()
            future = self._services.submit_as(actor, account_id, action, *args, **kwargs)
            future.add_done_callback(lambda completed: self._complete(loop, waiter, completed))
            return await waiter
        finally:
            self._release_slot(account_id)

    async def _wait_for_slot(self, account_id: int, slot: "asyncio.Future[None]") -> None:
        """Wait until one of the account's writes has completed, and take its slot."""
        waiting = self._waiting.setdefault(account_id, deque())
        if len(waiting) >= MAX_WAITING:
            raise Busy("too_many_writes_of_account")
        waiting.append(slot)
        try:
            await slot
        except asyncio.CancelledError:
            if slot.done() and not slot.cancelled():
                self._release_slot(account_id)
            raise

    def _release_slot(self, account_id: int) -> None:
        waiting = self._waiting.get(account_id)
        while waiting:
            slot = waiting.popleft()
            if not slot.done():
                slot.set_result(None)
                return
        self._waiting.pop(account_id, None)
        self._in_progress[account_id] -= 1
        if not self._in_progress[account_id]:
            del self._in_progress[account_id]

    def _complete(self, loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[Any], future: Future[Any]) -> None:
        # Called in the writer thread. If others are queued already, `_deliver` is scheduled and will see this one.
        self._completed.append((waiter, future))
        if len(self._completed) == 1 and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._completed:
            waiter, future = self._completed.popleft()
            if waiter.cancelled():
                continue
            error = future.exception()
            if error:
                waiter.set_exception(error)
            else:
                waiter.set_result(future.result())
