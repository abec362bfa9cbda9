"""How requests get their turn in a lane, from the event loop, and how they give it up when their asker has left."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from tamis.actions.lanes import Account, Lane, Task
from tamis.domain.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class RequestTasks:
    """For whom a request is answered, and what is done for it in lanes."""

    account: Account
    tasks: list[tuple[Lane, Task]] = field(default_factory=list)
    has_left: bool = False

    def start(self, lane: Lane, account: Account, work: Callable[[], Any], *, is_bounded: bool = True) -> Task:
        """Queue a task that is abandoned when the asker leaves; raises Busy."""
        task = lane.start(account, work, is_bounded=is_bounded)
        self.tasks = [(of, known) for of, known in self.tasks if not known.future.done()]
        self.tasks.append((lane, task))
        return task

    def leave(self) -> None:
        """Abandon all that is done: nobody waits for it any more."""
        self.has_left = True
        for lane, task in self.tasks:
            lane.abandon(task)


request_tasks: ContextVar[RequestTasks | None] = ContextVar("asker", default=None)


async def run_in_lane(lane: Lane, account: Account, work: Callable[[], T], *, is_bounded: bool = True) -> T:
    """Run something when it is an account's turn; when the caller is cancelled, it is abandoned. Raises Busy, unless
    it is not `is_bounded`."""
    task = (request_tasks.get() or RequestTasks(account)).start(lane, account, work, is_bounded=is_bounded)
    try:
        return await asyncio.wrap_future(task.future)
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if task.future.cancelled() and caller and not caller.cancelling():
            raise Unavailable("server_stopping") from None
        lane.abandon(task)
        raise


class LaneExecutor(ThreadPoolExecutor):
    """Lets a framework that runs functions in an executor run them in a lane, each in its asker's turn.

    A thread pool by name only, because asyncio and Litestar ask for one: it starts no threads.
    """

    def __init__(self, lane: Lane) -> None:
        super().__init__(1)
        self._lane = lane

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Queue a call for the asker of the request that is being answered; raises Busy."""
        of = request_tasks.get() or RequestTasks("")
        return of.start(self._lane, of.account, lambda: fn(*args, **kwargs)).future
