"""A readers-writer lock."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import duckdb

INTERRUPT_SECONDS = 0.1
NONE: Mapping[int, duckdb.DuckDBPyConnection] = MappingProxyType({})


class RWLock:
    """A lock that many readers hold at a time, or one writer. A waiting writer keeps new readers out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._has_writer = False
        self._own = threading.local()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Hold the lock as a reader for a block; a thread that holds it may acquire it again."""
        depth = getattr(self._own, "depth", 0)
        if depth == 0:
            with self._changed:
                self._changed.wait_for(lambda: not self._has_writer)
                self._readers += 1
        self._own.depth = depth + 1
        try:
            yield
        finally:
            self._own.depth = depth
            if depth == 0:
                with self._changed:
                    self._readers -= 1
                    self._changed.notify_all()

    @contextmanager
    def write(self, interrupted: Mapping[int, duckdb.DuckDBPyConnection] = NONE) -> Iterator[None]:
        """Hold the lock as its writer for a block. Only one thread at a time may ask for it, and no reader. Queries on
        the `interrupted` connections are cancelled rather than waited for."""
        with self._changed:
            self._has_writer = True
            while not self._changed.wait_for(lambda: self._readers == 0, INTERRUPT_SECONDS):
                for connection in list(interrupted.values()):
                    connection.interrupt()
        try:
            yield
        finally:
            with self._changed:
                self._has_writer = False
                self._changed.notify_all()
