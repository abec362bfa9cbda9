"""Hashing of passwords in separate threads: by design it takes 64 MB and a core for a moment."""

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LOW_PRIORITY = 10
"""The niceness of the threads: pages and programs go first on a busy machine."""


class HashingBusy(Exception):
    """Too many passwords wait to be hashed."""


class HashingQueue:
    """One hashing thread, and a bounded queue, in all and for each client.

    For the event loop only.
    """

    def __init__(self, name: str, capacity: int, capacity_each: int) -> None:
        self._thread = ThreadPoolExecutor(1, name, initializer=_lower_priority)
        self._capacity, self._capacity_each = capacity, capacity_each
        self._queued: Counter[str] = Counter()

    def submit(
        self, client_id: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Future[T]":
        """Queue a call of a client, and return its future; raises HashingBusy. It counts against the capacity until it
        is done."""
        if self._queued.total() >= self._capacity or self._queued[client_id] >= self._capacity_each:
            raise HashingBusy
        self._queued[client_id] += 1
        future = asyncio.wrap_future(self._thread.submit(function, *args, **kwargs))
        future.add_done_callback(lambda _: self._release(client_id))
        return future

    def _release(self, client_id: str) -> None:
        self._queued[client_id] -= 1
        if not self._queued[client_id]:
            del self._queued[client_id]


def _lower_priority() -> None:
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
