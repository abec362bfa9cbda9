"""Signals: which accounts and segments the newest batches of the projector concern, so that a listener reads its
changes only when there are some."""

from collections.abc import Callable, Iterable

from tamis.actions.changes.hub import ChangeHub
from tamis.domain.history import ProjectedBatch
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.records import change_feed
from tamis.records.engine.store import Records

OnAccounts = Callable[[frozenset[int] | None], None]
"""Called with the accounts that a batch concerns, None if that is not known, in the thread of the projector."""


class ChangeSignals:
    """Knows, for each account and segment, the newest number up to which there may be a change."""

    def __init__(self, hub: ChangeHub, records: Records) -> None:
        self._records = records
        self._account_of: dict[int, int] = {}
        self._by_account: dict[int, int] = {}
        self._by_segment: dict[int, int] = {}
        self._of_all = 0
        self._callbacks: list[OnAccounts] = []
        hub.call_on_batches(self._note)

    def newest(self, account_id: int, segment_id: int | None = None) -> int:
        """Return the number of the newest batch since the start that may have changed an account, or one segment."""
        own = self._by_account.get(account_id, 0) if segment_id is None else self._by_segment.get(segment_id, 0)
        return max(own, self._of_all)

    def call_on_accounts(self, callback: OnAccounts) -> None:
        """Have a function called for each batch that changes memberships; it must return at once."""
        self._callbacks.append(callback)

    def _note(self, batch: ProjectedBatch | None) -> None:
        if batch is None or batch.number == batch.before:
            return
        accounts = None
        if batch.changes is None:
            self._of_all = batch.number
        else:
            segment_ids = {change.recipient_id >> SEGMENT_SHIFT for change in batch.changes}
            segment_ids.update(snapshot.segment_id for snapshot in batch.snapshots)
            accounts = self._accounts(segment_ids)
            self._by_segment.update(dict.fromkeys(segment_ids, batch.number))
            self._by_account.update(dict.fromkeys(accounts, batch.number))
        for callback in self._callbacks:
            callback(accounts)

    def _accounts(self, segment_ids: Iterable[int]) -> frozenset[int]:
        if unknown := [id_ for id_ in segment_ids if id_ not in self._account_of]:
            self._account_of.update(change_feed.accounts_of_segments(self._records.reader(), unknown))
        return frozenset(self._account_of[id_] for id_ in segment_ids if id_ in self._account_of)
