"""Both stores of one data directory and the clock: what every action works with."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from tamis import log
from tamis.actions.history_store import RecordsHistory
from tamis.actions.jobs import JobRunner
from tamis.actions.lanes import Lanes
from tamis.actions.maintenance.file_rights import make_private_files, tighten
from tamis.actions.projection import project
from tamis.actions.view import Part, View, Views
from tamis.columns.engine.store import Columns
from tamis.columns.interface.view import ColumnsView
from tamis.domain.errors import Damaged, Unavailable
from tamis.files.durable import make_directory
from tamis.records.change_log import last_change, store_id
from tamis.records.engine.store import Records
from tamis.records.handles import Transaction
from tamis.settings import Settings
from tamis.staging.watchdog import interrupt_staging

P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    """Read the clock of the machine."""
    return datetime.now(UTC)


class Services:
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
            raise Unavailable("data_directory_not_made", directory=str(settings.data), reason=error.strerror) from None
        self.accepts_loss = accepts_loss
        self.records = Records(settings.data, accepts_loss=accepts_loss)
        self._views = Views(self.records, self.open_columns, clock)
        self.lanes = Lanes(settings.requests_waiting, self._stop_reading)
        self.jobs = JobRunner(self.lanes.jobs)
        self._columns: Columns | None = None
        self._opening = threading.Lock()
        self._closed = False

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
        """Return the column store as it is, opening it when needed; raises Held when another process has it, and
        Damaged when it knows of changes that the records have lost."""
        if self._columns:
            return self._columns
        with self._opening:
            if self._closed:
                raise Unavailable("server_stopping")
            if self._columns is None:
                columns = Columns(
                    self.settings.data,
                    store_id(self.records.reader()),
                    self.settings.columns_memory,
                    self.settings.columns_threads,
                    RecordsHistory(self.records),
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
            raise Damaged("writes_missing")

    def project(self) -> Columns:
        """Bring the projection up to date with every acknowledged write and with the time, and return its store; raises
        Unavailable. Whoever reads opens a view, which does so."""
        columns = self.open_columns()
        project(self.records, columns, self.clock)
        return columns

    def view(self, account_id: int | None = None, *, lasts: bool = False) -> AbstractContextManager[View[ColumnsView]]:
        """Open a view of both stores at one moment (see `Views.view`); raises Unavailable."""
        return self._views.view(account_id, lasts=lasts)

    def view_of_sizes(self, account_id: int | None = None) -> AbstractContextManager[View[Part]]:
        """Open a view that reads nothing of the columns but the sizes of segments; raises Unavailable."""
        return self._views.sizes(account_id)

    @property
    def columns_if_open(self) -> Columns | None:
        """The column store as it is, without opening or updating it; None where it is not open here, so that
        others may have it."""
        return self._columns

    def release_columns(self) -> None:
        """Let other processes have the column store; it is opened again when it is needed."""
        with self._opening:
            columns, self._columns = self._columns, None
        if columns:
            columns.close()

    def _stop_reading(self, thread: int) -> None:
        interrupt_staging(thread)
        if self._columns:
            self._columns.interrupt(thread)

    def close(self) -> None:
        """Stop background jobs, finish waiting writes and close both stores."""
        self.jobs.stop()
        self.lanes.stop()
        with self._opening:
            self._closed = True
            columns, self._columns = self._columns, None
        if columns:
            with suppress(Exception):
                columns.close()
        self.records.close()
