"""Hashing of passwords beside everything else: it takes 64 MB and all of a core for a moment, by design."""

import asyncio
import os
import sys
import threading
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
    """One thread that hashes, and a bounded number of those who wait for it; used on the event loop only."""

    def __init__(self, name: str, places: int) -> None:
        self._thread = ThreadPoolExecutor(1, name, initializer=_give_way)
        self._places = places
        self._taken = 0

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Queue work and return what becomes of it; raises HashingBusy. It keeps its place until it is done."""
        if self._taken >= self._places:
            raise HashingBusy
        self._taken += 1
        future = asyncio.wrap_future(self._thread.submit(work, *args, **kwargs))
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: object) -> None:
        self._taken -= 1


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
