"""What waits for the one writer, and in which order it comes: accounts take turns."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

import apsw

from tamis.records.handles import Transaction

MAX_WAITING = 10_000
MAX_WAITING_PER_ACCOUNT = 2_000
PROJECTOR = -1
"""Who takes turns with the accounts, and has one job at a time."""


class WriteJob(NamedTuple):
    """What is to be written, and who waits for it."""

    work: Callable[[Transaction], Any]
    future: "Future[Any]"
    is_projector: bool = False


class MaintenanceJob(NamedTuple):
    """Work on the file itself, which the writer does between two commits."""

    work: Callable[[apsw.Connection], Any]
    future: "Future[Any]"


class WriteQueue:
    """The jobs that wait for the writer, `waiting` of them: accounts take turns, job by job, whatever number each has
    handed in."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._of: dict[int, deque[WriteJob]] = {}
        """Of each account that has any, in the order of their turns."""
        self._upkeep: deque[MaintenanceJob] = deque()
        self.waiting = 0
        self._closed = False

    def put(self, account_id: int, item: WriteJob | MaintenanceJob) -> bool:
        """Add one; tells whether there was room."""
        with self._changed:
            if isinstance(item, MaintenanceJob):
                self._upkeep.append(item)
            else:
                mine = self._of.setdefault(account_id, deque())
                is_full = self.waiting >= MAX_WAITING or len(mine) >= MAX_WAITING_PER_ACCOUNT
                if is_full and not item.is_projector:
                    return False
                mine.append(item)
                self.waiting += 1
            self._changed.notify()
        return True

    def wait(self) -> bool:
        """Wait until there is anything; False when there is nothing and nothing will come."""
        with self._changed:
            self._changed.wait_for(lambda: self.waiting or self._upkeep or self._closed)
            return bool(self.waiting or self._upkeep)

    def next_job(self) -> WriteJob | None:
        """Take the next job of the account whose turn it is; that account then comes after all others."""
        with self._changed:
            if not self._of:
                return None
            account_id, mine = next(iter(self._of.items()))
            del self._of[account_id]
            job = mine.popleft()
            if mine:
                self._of[account_id] = mine
            self.waiting -= 1
            return job

    def next_upkeep(self) -> MaintenanceJob | None:
        """Take work on the file itself."""
        with self._changed:
            return self._upkeep.popleft() if self._upkeep else None

    def close(self) -> None:
        """Let nothing more be waited for than what is there."""
        with self._changed:
            self._closed = True
            self._changed.notify()
