"""What was acknowledged, kept by its writers, for comparison with a recovered store."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Ledger(Generic[K, V]):
    """What each thing may be now: one state when its last write was acknowledged, two while one is under way or was cut
    off. A thing has one writer at a time."""

    def __init__(self) -> None:
        self.may_be: dict[K, frozenset[V]] = {}
        self.acknowledged = 0
        self._lock = threading.Lock()

    def set(self, thing: K, state: V) -> None:
        """Say what a thing is."""
        with self._lock:
            self.may_be[thing] = frozenset([state])

    @contextmanager
    def writing(self, thing: K, state: V) -> Iterator[None]:
        """Write a new state in a block; only if the block ends well it was acknowledged."""
        with self._lock:
            self.may_be[thing] |= {state}
        yield
        with self._lock:
            self.may_be[thing] = frozenset([state])
            self.acknowledged += 1

    def hold_against(self, found: dict[K, V]) -> int:
        """Compare with what was found, which is what things are from now on; gives the number of things whose state was
        certain."""
        lost = {thing: (may_be, found[thing]) for thing, may_be in self.may_be.items() if found[thing] not in may_be}
        assert not lost, f"acknowledged, and not there: {lost}"
        certain = sum(len(may_be) == 1 for may_be in self.may_be.values())
        self.may_be = {thing: frozenset([found[thing]]) for thing in self.may_be}
        return certain


class Journal:
    """Everything that is written during the rounds on one data directory.

    `overrides` says whether an address is in a segment, by their numbers; `rules` the least number that a segment
    selects, by its name, None for one that is gone; `batches` the edition of the file that a batch of its rows stands
    at."""

    def __init__(self, batches: int) -> None:
        self.overrides: Ledger[tuple[int, str], bool] = Ledger()
        self.rules: Ledger[str, int | None] = Ledger()
        self.batches: Ledger[int, int] = Ledger()
        for batch in range(batches):
            self.batches.set(batch, 0)
        self.edition = 0

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return self.overrides.acknowledged + self.rules.acknowledged + self.batches.acknowledged
