"""Tasks that a request runs in lanes, from the event loop; they are abandoned when its client disconnects."""

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
    """The tasks in lanes that run for one request."""

    account: Account
    tasks: list[tuple[Lane, Task]] = field(default_factory=list)
    is_cancelled: bool = False

    def start(self, lane: Lane, account: Account, function: Callable[[], Any], *, is_bounded: bool = True) -> Task:
        """Queue a task that is abandoned when the request is cancelled; raises Busy."""
        task = lane.start(account, function, is_bounded=is_bounded)
        self.tasks = [(on_lane, known) for on_lane, known in self.tasks if not known.future.done()]
        self.tasks.append((lane, task))
        return task

    def cancel(self) -> None:
        """Abandon all tasks of the request."""
        self.is_cancelled = True
        for lane, task in self.tasks:
            lane.abandon(task)


request_tasks: ContextVar[RequestTasks | None] = ContextVar("request_tasks", default=None)


async def run_in_lane(lane: Lane, account: Account, function: Callable[[], T], *, is_bounded: bool = True) -> T:
    """Run a function in a lane, in the account's turn, and return its result; it is abandoned when the caller is
    cancelled. Raises Busy, unless it is not `is_bounded`."""
    task = (request_tasks.get() or RequestTasks(account)).start(lane, account, function, is_bounded=is_bounded)
    try:
        return await asyncio.wrap_future(task.future)
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if task.future.cancelled() and caller and not caller.cancelling():
            raise Unavailable("server_stopping") from None
        lane.abandon(task)
        raise


class LaneExecutor(ThreadPoolExecutor):
    """Runs the functions that a framework gives to an executor in a lane, in the turn of the request's account.

    It is a thread pool in name only, because asyncio and Litestar require one: it starts no threads.
    """

    def __init__(self, lane: Lane) -> None:
        super().__init__(1)
        self._lane = lane

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Queue a call for the current request; raises Busy."""
        on_lane = request_tasks.get() or RequestTasks("")
        return on_lane.start(self._lane, on_lane.account, lambda: fn(*args, **kwargs)).future
