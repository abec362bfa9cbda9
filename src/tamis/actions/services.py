"""The services that every action works with: both stores of a data directory, the clock, threads and jobs."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from copy import copy
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from tamis.actions.changes.hub import ChangeHub
from tamis.actions.changes.recent_changes import RecentChanges
from tamis.actions.column_store import ColumnStore
from tamis.actions.jobs import JobRunner
from tamis.actions.lanes import Lanes
from tamis.actions.maintenance.file_permissions import set_private_umask, tighten_permissions
from tamis.actions.projection import project
from tamis.actions.view import SizesView, View, Views
from tamis.columns.engine.process_lock import is_locked
from tamis.columns.engine.store import Columns
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.actors import SERVER, Actor
from tamis.domain.errors import Unavailable
from tamis.files.durable import make_directory
from tamis.records.engine.opening import open_records
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
        self.actor = SERVER
        """Who makes the changes that are written with these services."""
        set_private_umask()
        try:
            make_directory(settings.data)
            tighten_permissions(settings.data)
        except OSError as error:
            raise Unavailable("data_directory_not_made", directory=str(settings.data), reason=error.strerror) from None
        self.hub = ChangeHub()
        self.records = open_records(
            settings.data,
            settings.records,
            accepts_loss=accepts_loss,
            require_unused=self._require_no_server,
            committed=self.hub.note_commit,
        )
        self._column_store = ColumnStore(self.records, settings, self.hub, accepts_loss=accepts_loss)
        self.recent_changes = RecentChanges(self.hub, self.records.reader)
        self._views = Views(self.records, self.open_columns, clock)
        self.lanes = Lanes(settings.requests_waiting, self._interrupt_reads)
        self.jobs = JobRunner(self.lanes.jobs)

    def _require_no_server(self) -> None:
        """Raise Unavailable if a server has the data open: one of an older version would fail on migrated tables."""
        if is_locked(self.settings.data):
            raise Unavailable("data_used_by_older_version", directory=str(self.settings.data))

    def acting_as(self, actor: Actor) -> "Services":
        """Return the same services for another actor: the audit log names it for what is written with them."""
        acting = copy(self)
        acting.actor = actor
        return acting

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
        return self.submit_as(self.actor, account_id, action, *args, **kwargs)

    def submit_as(
        self,
        actor: Actor,
        account_id: int,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> "Future[T]":
        """Queue an action that an actor writes for an account, without the cost of services of their own."""
        return self.records.submit(lambda db: action(db.acting_as(actor), self.clock(), *args, **kwargs), account_id)

    def write(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action that writes, and wait until the write is on disk."""
        return self.submit(action, *args, **kwargs).result()

    def open_columns(self) -> Columns:
        """Return the projection without projecting anything, opening it if needed (see `ColumnStore.open`)."""
        return self._column_store.open()

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
        return self._column_store.opened

    def release_columns(self) -> None:
        """Close the projection, so that other processes can open it; it is opened again when needed."""
        self._column_store.release()

    def _interrupt_reads(self, thread: int) -> None:
        interrupt_staging(thread)
        if columns := self.columns_if_open:
            columns.interrupt(thread)

    def close(self) -> None:
        """Stop background jobs, finish waiting writes and close both stores."""
        self.jobs.stop()
        self.lanes.stop()
        with suppress(Exception):
            self._column_store.close()
        self.records.close()
