"""Waiting on the event loop for what the projector adds: no thread waits, and a batch wakes the loop once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tamis.actions.changes.hub import ChangeHub, PublishedBatch, Watch
from tamis.domain.errors import Unavailable
from tamis.domain.segments.history import ProjectedBatch


class ProjectionWaiters:
    """The tasks of one event loop that wait for batches of the projector."""

    def __init__(self, hub: ChangeHub) -> None:
        self._hub = hub
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        """The futures to resolve, and whether each has what it waits for."""
        hub.call_on_batches(self._schedule)

    async def wait_for_change(self, watch: Watch, change: int, seconds: float) -> PublishedBatch:
        """Return the batch that applies a change of the change log; raises Unavailable if the projector fails or
        there is none in time."""
        await self._wait(lambda: watch.find(change) is not None, seconds)
        if found := watch.find(change):
            return found
        raise Unavailable("write_not_projected_yet")

    async def wait_for(self, is_done: Callable[[], bool], seconds: float) -> None:
        """Wait until a condition holds, which is asked after each batch, or some seconds have passed, or the server
        stops."""
        await self._wait(lambda: self._hub.is_closed or is_done(), seconds)

    async def _wait(self, is_done: Callable[[], bool], seconds: float) -> None:
        with self._registered(is_done) as future:
            if not is_done():  # asked again after registering: no batch can come unnoticed in between
                await asyncio.wait((future,), timeout=seconds)

    @contextmanager
    def _registered(self, is_done: Callable[[], bool]) -> Iterator[asyncio.Future[None]]:
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiting[future] = is_done
        try:
            yield future
        finally:
            del self._waiting[future]

    def _schedule(self, _: ProjectedBatch | None) -> None:
        """Wake the loop, in the thread of the projector."""
        if self._waiting and self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for future, is_done in self._waiting.items():
            if not future.done() and _is_done(is_done):
                future.set_result(None)


def _is_done(is_done: Callable[[], bool]) -> bool:
    try:
        return is_done()
    except Exception:  # the waiting task meets it again
        return True
