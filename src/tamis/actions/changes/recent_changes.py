"""The newest changes in memory, and which accounts and segments they concern: a listener that waits is woken only by
its own changes, and reads them without a query of the history."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from tamis.actions.changes.hub import ChangeHub
from tamis.domain.segments.changes import LoggedEntry
from tamis.domain.segments.history import ChangeRow, ProjectedBatch, SnapshotRow
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.domain.values.instants import from_micros
from tamis.records import change_feed
from tamis.records.handles import Reader

OnAccounts = Callable[[frozenset[int] | None], None]
"""Called with the accounts that a batch concerns, None if that is not known, in the thread of the projector."""
MAX_ENTRIES = 20_000
"""So many entries are kept, of all accounts together."""


@dataclass(frozen=True, slots=True)
class RecentEntries:
    """The entries of an account after a number; all of them up to the number `last` are known."""

    entries: list[LoggedEntry]
    last: int


class RecentChanges:
    """Takes in the batches of the projector, in its thread, while anybody listens; any thread may ask."""

    def __init__(self, hub: ChangeHub, reader: Callable[[], Reader]) -> None:
        self._hub, self._reader = hub, reader
        self._callbacks: list[OnAccounts] = []
        self._lock = threading.Lock()
        self._account_of: dict[int, int] = {}
        self._by_account: dict[int, int] = {}
        self._by_segment: dict[int, int] = {}
        self._of_all = 0
        self._entries: deque[LoggedEntry] = deque()
        self._begin: int | None = None
        """The number after which all entries up to `_end` are kept, None before the first batch."""
        self._end = 0
        hub.call_on_batches(self._take)

    def call_on_accounts(self, callback: OnAccounts) -> None:
        """Have a function called for each batch that changes memberships; it must return at once."""
        self._callbacks.append(callback)

    @property
    def end(self) -> int:
        """The number up to which batches were taken in."""
        return self._end

    def newest(self, account_id: int, segment_id: int | None = None) -> int:
        """Return the number of the newest batch since the start that may have changed an account, or one segment."""
        own = self._by_account.get(account_id, 0) if segment_id is None else self._by_segment.get(segment_id, 0)
        return max(own, self._of_all)

    def after(self, number: int, account_id: int, segment_id: int | None, limit: int) -> RecentEntries | None:
        """Return the entries of an account, or of one of its segments, after a number; None if they are not all in
        memory, or more than `limit`."""
        with self._lock:
            if self._begin is None or not self._begin <= number <= self._end:
                return None
            found = []
            for entry in reversed(self._entries):
                if entry.number <= number:
                    break
                is_wanted = segment_id is None or entry.segment_id == segment_id
                if is_wanted and self._account_of.get(entry.segment_id) == account_id:
                    found.append(entry)
            return RecentEntries(found[::-1], self._end) if len(found) <= limit else None

    def _take(self, batch: ProjectedBatch | None) -> None:
        if batch and batch.number != batch.before:
            segment_ids = _segments(batch)
            self._learn_accounts(segment_ids)
            self._keep_entries(batch)
            accounts = self._note_concerned(batch, segment_ids)  # last: whoever is woken must find the entries
            for callback in self._callbacks:
                callback(accounts)

    def _note_concerned(self, batch: ProjectedBatch, segment_ids: Collection[int]) -> frozenset[int] | None:
        """Note which accounts and segments a batch concerns; return the accounts, None if that is not known."""
        if batch.changes is None:
            self._of_all = batch.number
            return None
        accounts = frozenset(self._account_of[id_] for id_ in segment_ids if id_ in self._account_of)
        self._by_segment.update(dict.fromkeys(segment_ids, batch.number))
        self._by_account.update(dict.fromkeys(accounts, batch.number))
        return accounts

    def _keep_entries(self, batch: ProjectedBatch) -> None:
        """Keep the entries of a batch while anybody listens; entries that do not follow on it are dropped."""
        is_kept = batch.changes is not None and self._hub.has_listeners
        entries = sorted(_entries(batch.changes or (), batch.snapshots)) if is_kept else []
        with self._lock:
            if not is_kept or self._begin is None or batch.before != self._end:
                self._entries.clear()
                self._begin = batch.before if is_kept else batch.number
            self._entries.extend(entries)
            self._end = batch.number
            while len(self._entries) > MAX_ENTRIES:
                self._begin = self._entries.popleft().number

    def _learn_accounts(self, segment_ids: Iterable[int]) -> None:
        if unknown := [id_ for id_ in segment_ids if id_ not in self._account_of]:
            self._account_of.update(change_feed.accounts_of_segments(self._reader(), unknown))


def _segments(batch: ProjectedBatch) -> set[int]:
    return {row.recipient_id >> SEGMENT_SHIFT for row in batch.changes or ()} | {
        row.segment_id for row in batch.snapshots
    }


def _entries(changes: Iterable[ChangeRow], snapshots: Iterable[SnapshotRow]) -> Iterator[LoggedEntry]:
    entries_and_exits = (
        LoggedEntry(
            row.number,
            row.recipient_id >> SEGMENT_SHIFT,
            row.recipient_id,
            row.change,
            from_micros(row.instant),
            Cause(row.cause),
            None,
        )
        for row in changes
    )
    builds = (
        LoggedEntry(row.number, row.segment_id, None, None, from_micros(row.instant), Cause(row.cause), row.recipients)
        for row in snapshots
        if row.cause != Cause.KEPT
    )
    return chain(entries_and_exits, builds)
