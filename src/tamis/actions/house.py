"""Both stores of one data directory and the clock: what every action works with."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from tamis import log
from tamis.actions.catch_up import catch_up, is_fresh_for
from tamis.actions.lanes import Lanes
from tamis.actions.maintenance.file_rights import make_private_files, tighten
from tamis.actions.work import Workers
from tamis.columns.engine.store import Columns
from tamis.columns.history.trends import Trends
from tamis.domain.errors import Damaged, Unavailable
from tamis.files.durable import make_directory
from tamis.records.engine.store import Records
from tamis.records.feed import last_change, store_id
from tamis.records.handles import Transaction
from tamis.records.integrity.health import LOST
from tamis.settings import Settings
from tamis.workbench.statements import interrupt_workbench

P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    """Read the clock of the machine."""
    return datetime.now(UTC)


class House:
    """The records, and the columns once they are needed; closing it closes both."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime] = utc_now, *, accepts_loss: bool = False
    ) -> None:
        self.settings = settings
        self.clock = clock
        make_private_files()
        try:
            make_directory(settings.data)
            tighten(settings.data)
        except OSError as error:
            raise Unavailable(
                f"{settings.data} cannot be made: {error.strerror}; choose another --data directory"
            ) from None
        self.accepts_loss = accepts_loss
        self.records = Records(settings.data, accepts_loss=accepts_loss)
        self.trends = Trends()
        self.lanes = Lanes(settings.requests_waiting, self._stop_reading)
        self.workers = Workers(self.lanes.jobs)
        self._columns: Columns | None = None
        self._opening = threading.Lock()

    def submit(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> "Future[T]":
        """Queue an action that writes; it runs in the writer's transaction and is given the instant of its turn."""
        return self.submit_of(0, action, *args, **kwargs)

    def submit_of(
        self,
        account_id: int,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> "Future[T]":
        """Queue an action that writes in the turn of an account, of which many may wait (see `submit`)."""
        return self.records.submit(lambda db: action(db, self.clock(), *args, **kwargs), account_id)

    def write(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action that writes, and wait until it is on disk."""
        return self.submit(action, *args, **kwargs).result()

    def open_columns(self) -> Columns:
        """Give the column store as it is, opening it when needed; raises Held when another process has it, and Damaged
        when it knows of changes that the records have lost."""
        with self._opening:
            if self._columns is None:
                columns = Columns(
                    self.settings.data,
                    store_id(self.records.reader()),
                    self.settings.columns_memory,
                    self.settings.columns_threads,
                )
                try:
                    self._require_all_that(columns)
                except BaseException:
                    columns.close()
                    raise
                self._columns = columns
            return self._columns

    def _require_all_that(self, columns: Columns) -> None:
        """Raise Damaged when the column store knows of changes that the records do not have."""
        ahead = (columns.applied or 0) - last_change(self.records.reader())
        if ahead > 0 and not self.accepts_loss:
            log.event("acknowledged_writes_missing", level=logging.CRITICAL, changes=ahead)
            raise Damaged(LOST)

    def project(self, account_id: int | None = None) -> Columns:
        """Bring the projection up to date with every acknowledged write (§ Fresh) and with the time, or for an account
        with every write of its own, and return its store; raises Unavailable."""
        columns = self._columns or self.open_columns()
        catch_up(self.records, columns, self.clock, account_id)
        return columns

    def is_fresh(self, account_id: int) -> bool:
        """Tell whether the columns have followed all that an account has written."""
        return is_fresh_for(self.records.reader(), self.open_columns(), self.clock, account_id)

    @property
    def columns_if_open(self) -> Columns | None:
        """The column store as it is, without opening it or letting it catch up."""
        return self._columns

    @property
    def holds_columns(self) -> bool:
        """Whether the column store is open here, and so for nobody else."""
        return self._columns is not None

    def release_columns(self) -> None:
        """Let other processes have the column store; it is opened again when it is needed."""
        with self._opening:
            columns, self._columns = self._columns, None
        if columns:
            columns.close()

    def _stop_reading(self, thread: int) -> None:
        interrupt_workbench(thread)
        if self._columns:
            self._columns.interrupt(thread)

    def right_until(self) -> datetime | None:
        """Tell until when the memberships are right unless something is written; None is for ever."""
        return min(self.open_columns().due.values(), default=None)

    def close(self) -> None:
        """Stop long work, finish waiting writes and close both stores."""
        self.workers.stop()
        self.lanes.stop()
        if self._columns:
            with suppress(Exception):
                self._columns.close()
        self.records.close()
