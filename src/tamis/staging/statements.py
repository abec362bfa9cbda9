"""The statements of a staging database: each has a deadline, and all of them end when nobody waits for them any more.

A thread beside them looks after that, since a statement of DuckDB runs until it is interrupted.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import duckdb

from tamis.domain.errors import Abandoned, TamisError, Unavailable

LOOK_SECONDS = 0.1
CTRL_C = "Query interrupted"
"""What DuckDB makes of a KeyboardInterrupt."""
_open: dict[int, "Watch"] = {}
"""The watch over the statements of each thread that has a staging database open."""


class Watch:
    """What looks after the statements of one staging database: it interrupts one that takes more than `seconds`, and
    all of them from when it is stopped, or `check` raises why."""

    def __init__(self, seconds: float, check: Callable[[], None]) -> None:
        self._seconds, self._check = seconds, check
        self._running: dict[int, tuple[duckdb.DuckDBPyConnection, float]] = {}
        self._closed = threading.Event()
        self._reason: TamisError | None = None
        self._owner = threading.get_ident()
        self._thread = threading.Thread(target=self._look, name="staging-watch", daemon=True)

    def __enter__(self) -> Self:
        _open[self._owner] = self
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _open.pop(self._owner, None)
        self._closed.set()
        self._thread.join()

    def stop(self, reason: TamisError) -> None:
        """Interrupt what runs, and let nothing more begin."""
        self._reason = self._reason or reason

    @contextmanager
    def over(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Watch a statement; raises Abandoned, or Unavailable when it takes too long."""
        if self._reason:
            raise self._reason
        key = threading.get_ident()
        self._running[key] = (con, time.monotonic() + self._seconds)
        try:
            yield
        except duckdb.InterruptException:
            raise self._reason or Unavailable("import_step_too_slow", seconds=self._seconds) from None
        except RuntimeError as error:
            if str(error) == CTRL_C:
                raise KeyboardInterrupt from None
            raise
        finally:
            self._running.pop(key, None)

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            if self._reason is None:
                try:
                    self._check()
                except TamisError as reason:
                    self._reason = reason
            # A statement that is about to begin forgets that it was interrupted: so again, until it ends.
            now = time.monotonic()
            for con, until in list(self._running.values()):
                if self._reason or now > until:
                    con.interrupt()


class Statements:
    """A connection of DuckDB, as far as the staging database uses one, whose statements are watched."""

    def __init__(self, con: duckdb.DuckDBPyConnection, watch: Watch) -> None:
        self._con, self._watch = con, watch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def execute(self, query: str, parameters: object = None) -> Self:
        """Run a statement."""
        with self._watch.over(self._con):
            self._con.execute(query, parameters)
        return self

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        with self._watch.over(self._con):
            return self._con.fetchall()

    def fetchone(self) -> Any:
        """Return the next row."""
        with self._watch.over(self._con):
            return self._con.fetchone()

    def fetchmany(self, size: int) -> list[Any]:
        """Return some more rows."""
        with self._watch.over(self._con):
            return self._con.fetchmany(size)

    def cursor(self) -> "Statements":
        """Open a second connection to the same staging database."""
        return Statements(self._con.cursor(), self._watch)


def interrupt_staging(thread: int) -> None:
    """Interrupt the staging database that a thread has open, if there is one: nobody waits for it any more."""
    if watch := _open.get(thread):
        watch.stop(Abandoned())
