"""The watchdog of a staging database: statements have a deadline, and stop when nobody waits for them any more.

A background thread interrupts them, since a statement of DuckDB cannot stop by itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import duckdb

from tamis.domain.errors import Abandoned, TamisError, Unavailable

POLL_SECONDS = 0.1
INTERRUPTED_BY_USER = "Query interrupted"
"""What DuckDB makes of a KeyboardInterrupt."""
_watchdogs: dict[int, "Watchdog"] = {}
"""The watchdog over the statements of each thread that has a staging database open."""


class Watchdog:
    """Interrupts a statement that takes longer than `seconds`, and all statements once stopped or when `check`
    raises."""

    def __init__(self, seconds: float, check: Callable[[], None]) -> None:
        self._seconds, self._check = seconds, check
        self._statements: dict[int, tuple[duckdb.DuckDBPyConnection, float]] = {}
        self._closed = threading.Event()
        self._reason: TamisError | None = None
        self._owner = threading.get_ident()
        self._thread = threading.Thread(target=self._poll, name="staging-watchdog", daemon=True)

    def __enter__(self) -> Self:
        _watchdogs[self._owner] = self
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _watchdogs.pop(self._owner, None)
        self._closed.set()
        self._thread.join()

    def stop(self, reason: TamisError) -> None:
        """Interrupt the running statements and start no more; they raise `reason`."""
        self._reason = self._reason or reason

    @contextmanager
    def watch(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Watch a statement; raises Abandoned, or Unavailable when it takes too long."""
        if self._reason:
            raise self._reason
        key = threading.get_ident()
        self._statements[key] = (con, time.monotonic() + self._seconds)
        try:
            yield
        except duckdb.InterruptException:
            raise self._reason or Unavailable("import_step_too_slow", seconds=self._seconds) from None
        except RuntimeError as error:
            if str(error) == INTERRUPTED_BY_USER:
                raise KeyboardInterrupt from None
            raise
        finally:
            self._statements.pop(key, None)

    def _poll(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            if self._reason is None:
                try:
                    self._check()
                except TamisError as reason:
                    self._reason = reason
            # A statement that is just starting loses the interrupt: so interrupt again until it ends.
            now = time.monotonic()
            for con, until in list(self._statements.values()):
                if self._reason or now > until:
                    con.interrupt()


class WatchedConnection:
    """A DuckDB connection whose statements are watched."""

    def __init__(self, con: duckdb.DuckDBPyConnection, watchdog: Watchdog) -> None:
        self._con, self._watchdog = con, watchdog

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def execute(self, query: str, parameters: object = None) -> Self:
        """Run a statement."""
        with self._watchdog.watch(self._con):
            self._con.execute(query, parameters)
        return self

    def fetchall(self) -> list[Any]:
        """Return all remaining rows."""
        with self._watchdog.watch(self._con):
            return self._con.fetchall()

    def fetchone(self) -> Any:
        """Return the next row."""
        with self._watchdog.watch(self._con):
            return self._con.fetchone()

    def fetchmany(self, size: int) -> list[Any]:
        """Return the next `size` rows."""
        with self._watchdog.watch(self._con):
            return self._con.fetchmany(size)

    def cursor(self) -> "WatchedConnection":
        """Open a second connection to the same staging database."""
        return WatchedConnection(self._con.cursor(), self._watchdog)


def interrupt_staging(thread: int) -> None:
    """Interrupt the staging database that a thread has open, if any, because nobody waits for it any more."""
    if watchdog := _watchdogs.get(thread):
        watchdog.stop(Abandoned())
