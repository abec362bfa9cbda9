"""Work through much in pieces of bounded size."""

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar, cast

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Return the items in tuples of at most `size`; what `itertools.batched` does from Python 3.12 on."""
    left = iter(items)
    while batch := tuple(islice(left, size)):
        yield batch


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """Return the items while the next one is already being made in another thread."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, items, end)
            yield cast("T", item)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let Python's cycle collector rest during a block that makes millions of short-lived rows and no cycles.

    It would look through all rows in memory again and again: a quarter of the time that reading a large file takes.
    A block within another one leaves the collector to the outer one.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
