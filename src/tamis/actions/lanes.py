"""Fair scheduling of work: each account waits for its own tasks, never for those of another.

A lane is a small pool of threads that serves accounts in round-robin order, however many tasks each has queued. Tasks
of different length run in different lanes, so a short one never waits behind long ones.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from tamis import log
from tamis.domain.errors import Busy, Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Account = int | str
"""The id of an account, or a text for callers without one, such as the address of a guest's machine."""


@dataclass(slots=True)
class Task:
    """A task of an account: `future` completes with it, `thread` is the thread that runs it."""

    account: Account
    function: Callable[[], Any]
    future: "Future[Any]" = field(default_factory=Future)
    thread: int | None = None


@dataclass(slots=True)
class _AccountShare:
    """The tasks of an account in a lane."""

    waiting: deque[Task] = field(default_factory=deque)
    running: int = 0
    logged_refusal: bool = False
    """Whether the log already says that too many tasks wait; it does so once until none is waiting."""


class Lane:
    """A pool of threads that serves accounts in round-robin order.

    `per_account` is the number of tasks of one account that run at a time, `max_waiting` how many may wait. `interrupt`
    is called with the id of a thread whose task has been abandoned.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        *,
        per_account: int,
        max_waiting: int,
        interrupt: Callable[[int], None] = lambda _thread: None,
    ) -> None:
        self.name = name
        self._max_threads = threads
        self._per_account = per_account
        self._max_waiting = max_waiting
        self._interrupt = interrupt
        self._condition = threading.Condition()
        self._shares: dict[Account, _AccountShare] = {}
        self._runnable: dict[Account, None] = {}
        """The accounts with a task that can run now, in round-robin order."""
        self._threads: list[threading.Thread] = []
        self._working: set[int] = set()
        self._idle = 0
        self._stopped = False

    def submit(self, account: Account, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Queue a task of an account; raises Busy when too many of its tasks wait."""
        return self.start(account, lambda: function(*args, **kwargs)).future

    def start(self, account: Account, function: Callable[[], Any], *, is_bounded: bool = True) -> Task:
        """Queue a task of an account that can be abandoned. Raises Busy when too many of its tasks wait; a task that is
        not `is_bounded` continues work that was admitted before, and is always queued."""
        task = Task(account, function)
        with self._condition:
            share = self._shares.setdefault(account, _AccountShare())
            if is_bounded and len(share.waiting) >= self._max_waiting:
                self._refuse(account, share)
            if self._stopped:
                raise Unavailable("server_stopping")
            share.waiting.append(task)
            self._mark_runnable(account, share)
            if self._idle:
                self._condition.notify()
            elif len(self._threads) < self._max_threads:
                name = f"{self.name}-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._run_worker, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
        return task

    def abandon(self, task: Task) -> None:
        """Cancel a task that is no longer needed: it does not start, or its query is interrupted."""
        if task.future.cancel():
            return
        with self._condition:  # while the lock is held, the thread takes no other task
            if task.thread is not None:
                self._interrupt(task.thread)

    def end(self) -> None:
        """Start nothing new, cancel waiting tasks, and interrupt running queries."""
        with self._condition:
            self._stopped = True
            for share in self._shares.values():
                for task in share.waiting:
                    task.future.cancel()
            for thread in self._working:
                self._interrupt(thread)
            self._condition.notify_all()

    def stop(self) -> None:
        """End the lane as `end` does, then wait for running tasks."""
        self.end()
        for thread in self._threads:
            thread.join()

    def _refuse(self, account: Account, share: _AccountShare) -> None:
        if not share.logged_refusal:
            share.logged_refusal = True
            log.event(
                "task_refused", level=logging.WARNING, lane=self.name, account=account, waiting=len(share.waiting)
            )
        raise Busy("too_many_requests_of_account")

    def _mark_runnable(self, account: Account, share: _AccountShare) -> None:
        if share.waiting and share.running < self._per_account:
            self._runnable.setdefault(account)

    def _run_worker(self) -> None:
        while task := self._take_next():
            if task.future.set_running_or_notify_cancel():
                _run(task)
            with self._condition:
                task.thread = None
                self._working.discard(threading.get_ident())
                share = self._shares[task.account]
                share.running -= 1
                self._mark_runnable(task.account, share)
                if not (share.waiting or share.running):
                    del self._shares[task.account]

    def _take_next(self) -> Task | None:
        """Take the next task of the first runnable account, which then goes to the end of the queue."""
        with self._condition:
            while not self._runnable and not self._stopped:
                self._idle += 1
                self._condition.wait()
                self._idle -= 1
            if not self._runnable:
                return None
            account = next(iter(self._runnable))
            del self._runnable[account]
            share = self._shares[account]
            task = share.waiting.popleft()
            share.running += 1
            self._mark_runnable(account, share)
            task.thread = threading.get_ident()
            self._working.add(task.thread)
            return task


def _run(task: Task) -> None:
    try:
        result = task.function()
    except BaseException as error:
        task.future.set_exception(error)
        del error
    else:
        task.future.set_result(result)


class Lanes:
    """The lanes of a server.

    `short` runs answers that take milliseconds, `pages` pages of the console, `lists` pages of long lists, `exports`
    files, which take seconds, `commands` the calls of commands on the same machine, `files` the inspection of uploaded
    files, `jobs` background jobs such as imports.
    """

    def __init__(self, max_waiting: int, interrupt: Callable[[int], None]) -> None:
        def lane(name: str, threads: int, per_account: int) -> Lane:
            return Lane(name, threads, per_account=per_account, max_waiting=max_waiting, interrupt=interrupt)

        self.short = lane("short", 4, 1)
        self.pages = lane("pages", 4, 2)
        self.lists = lane("lists", 2, 1)
        self.exports = lane("exports", 2, 1)
        self.commands = lane("commands", 4, 3)
        self.files = lane("files", 2, 1)
        self.jobs = lane("jobs", 2, 1)
        self.all = (self.short, self.pages, self.lists, self.exports, self.commands, self.files, self.jobs)

    def stop(self) -> None:
        """Stop all lanes, and wait for running tasks."""
        for each in self.all:
            each.stop()
