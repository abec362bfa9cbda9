"""Of questions that follow each other quickly, only the newest is worth an answer."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

import duckdb

from tamis.domain.errors import Refused


class Overtaken(Refused):
    """A newer question of the same asker has come, so that nobody waits for this answer."""

    code = "overtaken"

    def __init__(self) -> None:
        super().__init__("a newer question has come")


class Newest:
    """Stops what is being looked up for an asker when a newer question comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, tuple[int, duckdb.DuckDBPyConnection]] = {}

    @contextmanager
    def asking(self, asker: Hashable, number: int, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Run a block that asks on a connection; `number` grows from question to question of an asker. Raises
        Overtaken, at once or in the middle of the block."""
        mine = (number, con)
        with self._lock:
            other = self._running.get(asker)
            if other and other[0] > number:
                raise Overtaken
            if other:
                other[1].interrupt()
            self._running[asker] = mine
        try:
            yield
        except duckdb.InterruptException:
            raise Overtaken from None
        finally:
            with self._lock:  # from here on nobody stops what this connection does next
                if self._running.get(asker) is mine:
                    del self._running[asker]
