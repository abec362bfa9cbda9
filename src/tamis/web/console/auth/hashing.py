"""Hashing of passwords beside everything else: it takes 64 MB and all of a core for a moment, by design."""

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
"""How nice the threads are: pages and programs go first on a busy machine."""


class HashingBusy(Exception):
    """So many wait for a password to be hashed that another one is sent away."""


class HashingQueue:
    """One thread that hashes, and a bounded number of those who wait for it, in all and for each one who asks.

    Used on the event loop only.
    """

    def __init__(self, name: str, places: int, places_each: int) -> None:
        self._thread = ThreadPoolExecutor(1, name, initializer=_lower_priority)
        self._places, self._places_each = places, places_each
        self._taken: Counter[str] = Counter()

    def submit(self, asker: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Queue work of an asker and return what becomes of it; raises HashingBusy. It keeps its place until it is
        done."""
        if self._taken.total() >= self._places or self._taken[asker] >= self._places_each:
            raise HashingBusy
        self._taken[asker] += 1
        future = asyncio.wrap_future(self._thread.submit(work, *args, **kwargs))
        future.add_done_callback(lambda _: self._leave(asker))
        return future

    def _leave(self, asker: str) -> None:
        self._taken[asker] -= 1
        if not self._taken[asker]:
            del self._taken[asker]


def _lower_priority() -> None:
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
