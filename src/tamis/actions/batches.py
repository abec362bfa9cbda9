"""Cut long sequences into pieces of bounded size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Give the items in tuples of at most `size`; what `itertools.batched` does from Python 3.12 on."""
    left = iter(items)
    while batch := tuple(islice(left, size)):
        yield batch
