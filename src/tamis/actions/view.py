"""Views: the one way to read, a consistent view of both stores after the same change.

While a view is open, the records are a snapshot and the projection is a transaction: later writes are in neither, and
are not blocked. Opening a view first projects everything that its reader must see (§ Fresh). There are three variants:

- The view of an **account** waits for the account's own changes only, not for those of others (decision 0024). While
  the account writes nothing, it waits for nobody: it opens one store after the other, then checks that nothing of the
  account has changed in between. Otherwise, and for a view of all accounts, all changes are projected first, and the
  view is opened before any other thread projects more.
- A **long-running** view (an export of millions) blocks nobody: whoever replaces the file of the projection waits for
  it before making others wait. It releases the records as early as possible (`View.close_records`), because their log
  grows as long as anybody reads a snapshot of it.
- A view of the **sizes** of segments reads them from memory, where they are kept with the change after which they are
  right. `segment/list`, which needs nothing else of the projection, therefore runs no query.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tamis.actions.projection import is_fresh_for_account, project_snapshot
from tamis.columns.engine.store import Columns
from tamis.columns.interface.segments import SizeReads
from tamis.columns.interface.view import ColumnsView, Watermark
from tamis.domain.errors import Unavailable
from tamis.records.engine.store import Records
from tamis.records.handles import Reader, snapshot


class SizesView(Protocol):
    """The projection at one instant, as far as every kind of view has it: the sizes of segments."""

    @property
    def watermark(self) -> Watermark:
        """How far it has followed the records and the time."""

    @property
    def sizes(self) -> SizeReads:
        """The sizes of segments."""


P = TypeVar("P", bound=SizesView)


@dataclass(slots=True)
class View(Generic[P]):
    """Both stores after the same `change`, a number of the change log, as of the instant `as_of`."""

    change: int
    as_of: datetime
    columns: P
    _records: Reader
    _snapshot: ExitStack = field(repr=False)

    @property
    def records(self) -> Reader:
        """The snapshot of the records, until `close_records`."""
        return self._records

    @property
    def until(self) -> datetime | None:
        """The next instant at which time alone changes any membership; None if it never does."""
        return min(self.columns.watermark.due.values(), default=None)

    def as_of_type(self, type_id: int) -> datetime:
        """Return the instant as of which the memberships of a contact type are right: that of the view, unless the
        clock has been set back since the last change of the type."""
        return max(self.as_of, self.columns.watermark.as_of.get(type_id, self.as_of))

    def close_records(self) -> None:
        """Release the snapshot of the records; the projection stays open."""
        self._snapshot.close()


class Views:
    """Opens views of the two stores of a data directory."""

    def __init__(self, records: Records, columns: Callable[[], Columns], clock: Callable[[], datetime]) -> None:
        self._records, self._open_columns, self._clock = records, columns, clock

    @contextmanager
    def view(self, account_id: int | None = None, *, long_running: bool = False) -> Iterator[View[ColumnsView]]:
        """Open a view of one account or of all for a block that only reads; a block that takes long must say so. A
        thread may have one view open at a time. Raises Unavailable, and Abandoned where the client has left."""
        columns = self._open_columns()
        with (
            columns.rewrite_lock.read() if long_running else nullcontext(),
            self._open(columns, account_id, columns.view) as view,
        ):
            yield view

    def sizes(self, account_id: int | None = None) -> AbstractContextManager[View[SizesView]]:
        """Open a view of the records and the sizes of segments, of an account or of all; raises Unavailable."""
        columns = self._open_columns()
        return self._open(columns, account_id, lambda: nullcontext(columns.cached_sizes))

    @contextmanager
    def _open(
        self, columns: Columns, account_id: int | None, open_columns: Callable[[], AbstractContextManager[P]]
    ) -> Iterator[View[P]]:
        with ExitStack() as stack:
            with self._records.diagnosing():
                view = (
                    None if account_id is None else self._open_without_waiting(stack, columns, account_id, open_columns)
                )
                view = view or self._open_after_projecting(stack, columns, open_columns)
            yield view

    def _open_without_waiting(
        self, stack: ExitStack, columns: Columns, account_id: int, open_columns: Callable[[], AbstractContextManager[P]]
    ) -> View[P] | None:
        """Open a view without waiting for anybody; return None if the projection lacks a change of the account."""
        if columns.failure or columns.watermark.applied is None:
            return None
        db = self._records.reader()
        with ExitStack() as attempt:
            part = attempt.enter_context(open_columns())
            records = attempt.enter_context(_snapshot(db))
            now = self._clock()
            if not is_fresh_for_account(db, part.watermark, now, account_id):
                return None
            stack.push(attempt.pop_all())
            return _view(part, now, db, records)

    def _open_after_projecting(
        self, stack: ExitStack, columns: Columns, open_columns: Callable[[], AbstractContextManager[P]]
    ) -> View[P]:
        """Project all changes, and open a view before any other thread projects more; a projection that has stopped or
        is damaged is recovered first."""
        db = self._records.reader()
        for is_last in (False, True):
            if columns.failure:
                columns.recover()
            try:
                with columns.lock, ExitStack() as attempt:
                    records = attempt.enter_context(_snapshot(db))  # later writes need not be waited for
                    now = project_snapshot(db, columns, self._clock)
                    part = attempt.enter_context(open_columns())
                    stack.push(attempt.pop_all())
                    return _view(part, now, db, records)
            except Unavailable:
                if columns.failure is None or is_last:
                    raise
        raise AssertionError("the last try returns or raises")


@contextmanager
def _snapshot(db: Reader) -> Iterator[ExitStack]:
    """Open a snapshot of the records for a block, or until the stack that it yields is closed."""
    with ExitStack() as stack:
        stack.enter_context(snapshot(db))
        yield stack


def _view(part: P, now: datetime, db: Reader, records: ExitStack) -> View[P]:
    assert part.watermark.applied is not None, "a projection that is not built yet cannot be read"
    return View(part.watermark.applied, now, part, db, records)
