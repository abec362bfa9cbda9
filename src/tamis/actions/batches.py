"""Helpers that process large amounts of data in batches of bounded size."""

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar, cast

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield the items in tuples of at most `size`, as `itertools.batched` does from Python 3.12 on."""
    remaining = iter(items)
    while batch := tuple(islice(remaining, size)):
        yield batch


def prefetch(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, and compute the next one in another thread meanwhile."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        upcoming = thread.submit(next, items, end)
        while (item := upcoming.result()) is not end:
            upcoming = thread.submit(next, items, end)
            yield cast("T", item)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's cycle collector during a block that makes millions of short-lived rows and no cycles.

    It would scan all rows in memory again and again, which takes a quarter of the time of reading a large file. Nested
    blocks leave the collector to the outermost one.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
