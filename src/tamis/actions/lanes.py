"""Who works when: each account waits for its own work, and nobody for that of another.

A lane is a few threads that serve the accounts in turn, whatever number of tasks each has handed in. Tasks of different
length have lanes of their own, so that a short one never waits behind long ones.
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
"""The id of an account, or a word for those who have none, such as the address of a guest's machine."""


@dataclass(slots=True)
class Task:
    """A task of an account: `future` ends with it, `thread` is the one that works on it."""

    account: Account
    work: Callable[[], Any]
    future: "Future[Any]" = field(default_factory=Future)
    thread: int | None = None


@dataclass(slots=True)
class _Share:
    """What an account has in a lane."""

    waiting: deque[Task] = field(default_factory=deque)
    running: int = 0
    refused: bool = False
    """Whether the log tells already that too many wait; it does so once until none is left."""


class Lane:
    """A few threads that serve accounts in turn.

    `at_once` is how many tasks of one account run at a time, `most_waiting` how many wait. `stop_work` is told the
    thread whose task nobody waits for any more.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        *,
        at_once: int,
        most_waiting: int,
        stop_work: Callable[[int], None] = lambda _thread: None,
    ) -> None:
        self.name = name
        self._most_threads = threads
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._stop_work = stop_work
        self._changed = threading.Condition()
        self._shares: dict[Account, _Share] = {}
        self._turns: dict[Account, None] = {}
        """The accounts of which a task could run now, in the order of their turns."""
        self._threads: list[threading.Thread] = []
        self._working: set[int] = set()
        self._idle = 0
        self._stopped = False

    def submit(self, account: Account, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Queue a task of an account; raises Busy when too many of its tasks wait."""
        return self.start(account, lambda: work(*args, **kwargs)).future

    def start(self, account: Account, work: Callable[[], Any], *, is_bounded: bool = True) -> Task:
        """Queue a task of an account that can be abandoned; raises Busy when too many of its tasks wait, unless it
        goes on with what was let in before and is not `is_bounded`."""
        task = Task(account, work)
        with self._changed:
            share = self._shares.setdefault(account, _Share())
            if is_bounded and len(share.waiting) >= self._most_waiting:
                self._refuse(account, share)
            if self._stopped:
                raise Unavailable("server_stopping")
            share.waiting.append(task)
            self._let_take_turns(account, share)
            if self._idle:
                self._changed.notify()
            elif len(self._threads) < self._most_threads:
                thread = threading.Thread(target=self._serve, name=f"{self.name}-{len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return task

    def abandon(self, task: Task) -> None:
        """Let go of a task for which nobody waits any more: it does not begin, or what it looks up is interrupted."""
        if task.future.cancel():
            return
        with self._changed:  # while this is held, the thread does not go on to another task
            if task.thread is not None:
                self._stop_work(task.thread)

    def end(self) -> None:
        """Let nothing new begin, cancel what waits, and interrupt what is looked up."""
        with self._changed:
            self._stopped = True
            for share in self._shares.values():
                for task in share.waiting:
                    task.future.cancel()
            for thread in self._working:
                self._stop_work(thread)
            self._changed.notify_all()

    def stop(self) -> None:
        """Let nothing new begin, cancel what waits, interrupt what is looked up, and wait for what runs."""
        self.end()
        for thread in self._threads:
            thread.join()

    def _refuse(self, account: Account, share: _Share) -> None:
        if not share.refused:
            share.refused = True
            log.event(
                "task_refused", level=logging.WARNING, lane=self.name, account=account, waiting=len(share.waiting)
            )
        raise Busy("too_many_requests_of_account")

    def _let_take_turns(self, account: Account, share: _Share) -> None:
        if share.waiting and share.running < self._at_once:
            self._turns.setdefault(account)

    def _serve(self) -> None:
        while task := self._next():
            if task.future.set_running_or_notify_cancel():
                _run(task)
            with self._changed:
                task.thread = None
                self._working.discard(threading.get_ident())
                share = self._shares[task.account]
                share.running -= 1
                self._let_take_turns(task.account, share)
                if not (share.waiting or share.running):
                    del self._shares[task.account]

    def _next(self) -> Task | None:
        """Take the next task of the account whose turn it is; that account then comes after all others."""
        with self._changed:
            while not self._turns and not self._stopped:
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            if not self._turns:
                return None
            account = next(iter(self._turns))
            del self._turns[account]
            share = self._shares[account]
            task = share.waiting.popleft()
            share.running += 1
            self._let_take_turns(account, share)
            task.thread = threading.get_ident()
            self._working.add(task.thread)
            return task


def _run(task: Task) -> None:
    try:
        result = task.work()
    except BaseException as error:
        task.future.set_exception(error)
        del error
    else:
        task.future.set_result(result)


class Lanes:
    """The lanes of a server.

    `short` is for answers that take milliseconds, `pages` for pages of the console, `lists` for pages of long lists,
    `exports` for files, which take seconds, `commands` for what commands on the same machine ask, `files` for a first
    look at files of contacts, `jobs` for what goes on beside the requests, such as imports.
    """

    def __init__(self, most_waiting: int, stop_work: Callable[[int], None]) -> None:
        def lane(name: str, threads: int, at_once: int) -> Lane:
            return Lane(name, threads, at_once=at_once, most_waiting=most_waiting, stop_work=stop_work)

        self.short = lane("short", 4, 1)
        self.pages = lane("pages", 4, 2)
        self.lists = lane("lists", 2, 1)
        self.exports = lane("exports", 2, 1)
        self.commands = lane("commands", 4, 3)
        self.files = lane("files", 2, 1)
        self.jobs = lane("jobs", 2, 1)
        self.all = (self.short, self.pages, self.lists, self.exports, self.commands, self.files, self.jobs)

    def stop(self) -> None:
        """Stop all, and wait for what runs."""
        for each in self.all:
            each.stop()
