"""The one way to read: a view of both stores as they stand after the same change.

While a view is open, the records are a snapshot and the projection a transaction: whatever is written meanwhile is in
neither, and goes on beside it. Opening a view brings the projection up to date with what its reader must see (§ Fresh).
Views differ in three ways, for these reasons:

- For an **account**, its own changes are waited for and not those of others (decision 0024). While it writes nothing,
  nobody is waited for at all: one store is opened after the other, and then nothing of the account has changed between.
  Without an account, and where the account has just written, the view is opened while no other thread lets the
  projection follow: then all changes are followed first.
- A view that **lasts** (an export of millions) keeps nobody out: who replaces the file of the projection waits for it
  before they make others wait. It lets go of the records as soon as they were looked at (`View.close_records`), since
  their log grows as long as somebody reads a snapshot of it.
- The **sizes** of all segments are kept in memory beside the projection, as one pair with the change after which they
  are right. `segment/list`, which asks for nothing else of the projection, asks no engine.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tamis.actions.projection import is_fresh_for_account, project_snapshot
from tamis.columns.engine.store import Columns
from tamis.columns.interface.segments import SizeReads
from tamis.columns.interface.view import ColumnsView, Standing
from tamis.domain.errors import Unavailable
from tamis.records.engine.store import Records
from tamis.records.handles import Reader, snapshot


class Part(Protocol):
    """What is read of the projection at one moment: all of it, or the sizes of segments alone."""

    @property
    def standing(self) -> Standing:
        """Up to where it follows the records and the time."""

    @property
    def sizes(self) -> SizeReads:
        """How large segments are."""


P = TypeVar("P", bound=Part)


@dataclass(slots=True)
class View(Generic[P]):
    """Both stores after the same change: `change` is its number, and `as_of` the instant as of which they are looked
    at. They answer the same until `until` if nothing is written, None being for ever."""

    change: int
    as_of: datetime
    columns: P
    _records: Reader
    _snapshot: ExitStack = field(repr=False)

    @property
    def records(self) -> Reader:
        """The records at this moment, until `close_records`."""
        return self._records

    @property
    def until(self) -> datetime | None:
        """When time alone will change the membership of any contact."""
        return min(self.columns.standing.due.values(), default=None)

    def as_of_type(self, type_id: int) -> datetime:
        """Return the instant as of which the memberships of a contact type are right: that of the view, unless the
        clock has been put back since the last change of the type."""
        return max(self.as_of, self.columns.standing.as_of.get(type_id, self.as_of))

    def close_records(self) -> None:
        """Let go of the records, and go on with the projection."""
        self._snapshot.close()


class Views:
    """Opens views of the two stores of a data directory."""

    def __init__(self, records: Records, columns: Callable[[], Columns], clock: Callable[[], datetime]) -> None:
        self._records, self._open_columns, self._clock = records, columns, clock

    @contextmanager
    def view(self, account_id: int | None = None, *, lasts: bool = False) -> Iterator[View[ColumnsView]]:
        """Open a view, of an account or of all, for a block that only reads, and that must say so if it `lasts` for
        longer than a moment; a thread has one view at a time. Raises Unavailable, and Abandoned where whoever asked has
        left."""
        columns = self._open_columns()
        with (
            columns.lasting.passing() if lasts else nullcontext(),
            self._opened(columns, account_id, columns.view) as view,
        ):
            yield view

    def sizes(self, account_id: int | None = None) -> AbstractContextManager[View[Part]]:
        """Open a view of the records and the sizes of segments, of an account or of all; raises Unavailable."""
        columns = self._open_columns()
        return self._opened(columns, account_id, lambda: nullcontext(columns.sized))

    @contextmanager
    def _opened(
        self, columns: Columns, account_id: int | None, look: Callable[[], AbstractContextManager[P]]
    ) -> Iterator[View[P]]:
        with ExitStack() as stack:
            with self._records.diagnosing():
                view = None if account_id is None else self._beside_others(stack, columns, account_id, look)
                view = view or self._after_all_changes(stack, columns, look)
            yield view

    def _beside_others(
        self, stack: ExitStack, columns: Columns, account_id: int, look: Callable[[], AbstractContextManager[P]]
    ) -> View[P] | None:
        """Open a view without waiting for anybody, None where the projection lacks something that the account has
        written."""
        if columns.trouble or columns.standing.applied is None:
            return None
        db = self._records.reader()
        with ExitStack() as attempt:
            part = attempt.enter_context(look())
            records = attempt.enter_context(_snapshot(db))
            now = self._clock()
            if not is_fresh_for_account(db, part.standing, now, account_id):
                return None
            stack.push(attempt.pop_all())
            return _view(part, now, db, records)

    def _after_all_changes(
        self, stack: ExitStack, columns: Columns, look: Callable[[], AbstractContextManager[P]]
    ) -> View[P]:
        """Let the projection follow all changes, and open a view before anybody lets it go on; a projection that has
        stopped, or is damaged, is mended first."""
        db = self._records.reader()
        for is_last in (False, True):
            if columns.trouble:
                columns.recover()
            try:
                with columns.lock, ExitStack() as attempt:
                    records = attempt.enter_context(_snapshot(db))  # what is written from here on is not waited for
                    now = project_snapshot(db, columns, self._clock)
                    part = attempt.enter_context(look())
                    stack.push(attempt.pop_all())
                    return _view(part, now, db, records)
            except Unavailable:
                if columns.trouble is None or is_last:
                    raise
        raise AssertionError("the last try returns or raises")


@contextmanager
def _snapshot(db: Reader) -> Iterator[ExitStack]:
    """Hold a snapshot of the records for a block, or until the stack that it yields is closed."""
    with ExitStack() as held:
        held.enter_context(snapshot(db))
        yield held


def _view(part: P, now: datetime, db: Reader, records: ExitStack) -> View[P]:
    assert part.standing.applied is not None, "a projection that is still to be built cannot be read"
    return View(part.standing.applied, now, part, db, records)
