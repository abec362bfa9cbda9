"""A gate through which many pass at a time, or one who must be alone."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import duckdb

HURRY_SECONDS = 0.1
NONE: Mapping[int, duckdb.DuckDBPyConnection] = MappingProxyType({})


class Gate:
    """Readers pass together; whoever replaces what they read waits until all are out and lets none in meanwhile."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False
        self._own = threading.local()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside for a block; a thread that is inside may enter again."""
        depth = getattr(self._own, "depth", 0)
        if depth == 0:
            with self._changed:
                self._changed.wait_for(lambda: not self._closed)
                self._inside += 1
        self._own.depth = depth + 1
        try:
            yield
        finally:
            self._own.depth = depth
            if depth == 0:
                with self._changed:
                    self._inside -= 1
                    self._changed.notify_all()

    @contextmanager
    def alone(self, stopped: Mapping[int, duckdb.DuckDBPyConnection] = NONE) -> Iterator[None]:
        """Be the only one inside for a block; one at a time may ask for it, and nobody who is inside. What is looked up
        on the connections `stopped` is given up, rather than waited for."""
        with self._changed:
            self._closed = True
            while not self._changed.wait_for(lambda: self._inside == 0, HURRY_SECONDS):
                for connection in list(stopped.values()):
                    connection.interrupt()
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()
