"""The queue of the one writer: jobs of accounts in round-robin order, and maintenance of the file."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

from tamis.records.handles import Transaction

MAX_WAITING = 10_000
MAX_WAITING_PER_ACCOUNT = 2_000
PROJECTOR = -1
"""The account id of the projector's jobs, which take turns with those of accounts; it has one at a time."""


class WriteJob(NamedTuple):
    """A write to run in a transaction, and the future of its result."""

    run: Callable[[Transaction], Any]
    future: "Future[Any]"
    is_projector: bool = False


class MaintenanceJob(NamedTuple):
    """Work on the store as a whole, run between two commits."""

    run: Callable[[], Any]
    future: "Future[Any]"


class WriteQueue:
    """The jobs waiting for the writer, `waiting` of them.

    Accounts take turns, one job each, however many each has submitted.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._by_account: dict[int, deque[WriteJob]] = {}
        """The jobs of each account that has any, in the order of their turns."""
        self._maintenance: deque[MaintenanceJob] = deque()
        self.waiting = 0
        self._closed = False

    def put(self, account_id: int, item: WriteJob | MaintenanceJob) -> bool:
        """Add a job and return True, or return False when the queue is full."""
        with self._changed:
            if isinstance(item, MaintenanceJob):
                self._maintenance.append(item)
            else:
                mine = self._by_account.setdefault(account_id, deque())
                is_full = self.waiting >= MAX_WAITING or len(mine) >= MAX_WAITING_PER_ACCOUNT
                if is_full and not item.is_projector:
                    return False
                mine.append(item)
                self.waiting += 1
            self._changed.notify()
        return True

    def wait(self) -> bool:
        """Wait for a job; return False when the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self.waiting or self._maintenance or self._closed)
            return bool(self.waiting or self._maintenance)

    def next_job(self) -> WriteJob | None:
        """Take the next job of the account whose turn it is, and move that account to the end of the line."""
        with self._changed:
            if not self._by_account:
                return None
            account_id, mine = next(iter(self._by_account.items()))
            del self._by_account[account_id]
            job = mine.popleft()
            if mine:
                self._by_account[account_id] = mine
            self.waiting -= 1
            return job

    def next_maintenance(self) -> MaintenanceJob | None:
        """Take the next maintenance job, if any."""
        with self._changed:
            return self._maintenance.popleft() if self._maintenance else None

    def close(self) -> None:
        """Accept no wait for more than what is queued."""
        with self._changed:
            self._closed = True
            self._changed.notify()


def new_future() -> "Future[Any]":
    """Make the future of a job, which counts as running from the beginning: a task that waits for a write may be
    cancelled, and the write is done all the same."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future
