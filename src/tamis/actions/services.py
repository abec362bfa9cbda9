"""The services that every action works with: both stores of a data directory, the clock, threads and jobs."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from tamis import log
from tamis.actions.changes.hub import ChangeHub
from tamis.actions.history_store import RecordsHistory
from tamis.actions.jobs import JobRunner
from tamis.actions.lanes import Lanes
from tamis.actions.maintenance.file_permissions import set_private_umask, tighten_permissions
from tamis.actions.projection import project
from tamis.actions.view import SizesView, View, Views
from tamis.columns.engine.process_lock import is_locked
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
    """Opens the records at once and the columns when they are first needed; closing it closes both."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime] = utc_now, *, accepts_loss: bool = False
    ) -> None:
        self.settings = settings
        self.clock = clock
        set_private_umask()
        try:
            make_directory(settings.data)
            tighten_permissions(settings.data)
        except OSError as error:
            raise Unavailable("data_directory_not_made", directory=str(settings.data), reason=error.strerror) from None
        self.accepts_loss = accepts_loss
        self.hub = ChangeHub()
        self.records = Records(
            settings.data,
            accepts_loss=accepts_loss,
            require_unused=self._require_no_server,
            committed=self.hub.note_commit,
        )
        self._views = Views(self.records, self.open_columns, clock)
        self.lanes = Lanes(settings.requests_waiting, self._interrupt_reads)
        self.jobs = JobRunner(self.lanes.jobs)
        self._columns: Columns | None = None
        self._opening = threading.Lock()
        self._closed = False

    def _require_no_server(self) -> None:
        """Raise Unavailable if a server has the data open: one of an older version would fail on migrated tables."""
        if is_locked(self.settings.data):
            raise Unavailable("data_used_by_older_version", directory=str(self.settings.data))

    def submit(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> "Future[T]":
        """Queue an action that writes; it runs in the writer's transaction, with the instant at which it starts."""
        return self.submit_of(0, action, *args, **kwargs)

    def submit_of(
        self,
        account_id: int,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> "Future[T]":
        """Queue an action that writes for an account; accounts take turns, and each may have many waiting."""
        return self.records.submit(lambda db: action(db, self.clock(), *args, **kwargs), account_id)

    def write(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action that writes, and wait until the write is on disk."""
        return self.submit(action, *args, **kwargs).result()

    def open_columns(self) -> Columns:
        """Return the projection without projecting anything, opening it if needed. Raises Held when another process
        has it open, and Damaged when it has changes that the records have lost."""
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
                    self._require_no_lost_writes(columns)
                except BaseException:
                    columns.close()
                    raise
                columns.announce = self.hub.publish
                self._columns = columns
            return self._columns

    def _require_no_lost_writes(self, columns: Columns) -> None:
        """Raise Damaged if the projection has changes that the records do not have."""
        lost = (columns.applied or 0) - last_change(self.records.reader())
        if lost > 0 and not self.accepts_loss:
            log.event("acknowledged_writes_missing", level=logging.CRITICAL, changes=lost)
            raise Damaged("writes_missing")

    def project(self) -> Columns:
        """Project every acknowledged write and the time up to now, and return the projection; raises Unavailable.
        Readers need not call this: opening a view does it."""
        columns = self.open_columns()
        project(self.records, columns, self.clock)
        return columns

    def view(
        self, account_id: int | None = None, *, long_running: bool = False
    ) -> AbstractContextManager[View[ColumnsView]]:
        """Open a consistent view of both stores (see `Views.view`); raises Unavailable."""
        return self._views.view(account_id, long_running=long_running)

    def view_of_sizes(self, account_id: int | None = None) -> AbstractContextManager[View[SizesView]]:
        """Open a view of the records and the sizes of segments; raises Unavailable."""
        return self._views.sizes(account_id)

    @property
    def columns_if_open(self) -> Columns | None:
        """The projection as it is, or None while this process does not have it open."""
        return self._columns

    def release_columns(self) -> None:
        """Close the projection, so that other processes can open it; it is opened again when needed."""
        with self._opening:
            columns, self._columns = self._columns, None
        if columns:
            columns.close()

    def _interrupt_reads(self, thread: int) -> None:
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
