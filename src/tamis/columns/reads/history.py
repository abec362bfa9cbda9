"""DuckDB's implementation of queries about the past."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import duckdb

from tamis.columns.history import membership_log
from tamis.columns.history.daily_rollup import last_sizes, sizes_by_day
from tamis.columns.reads.activity import activity
from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import Cause, DaySize, MembershipChange, MembershipSnapshot


class DuckHistoryReads:
    """Reads the log of membership changes and its daily rollup."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def sizes_by_day(self, segment_id: int, first: date, today: date) -> list[DaySize]:
        return sizes_by_day(self._con, segment_id, first, today)

    def last_sizes(self, segment_ids: Collection[int], today: date, days: int) -> Mapping[int, Sequence[int | None]]:
        return last_sizes(self._con, segment_ids, today, days)

    def known_since(self, segment_id: int) -> datetime | None:
        return membership_log.known_since(self._con, segment_id)

    def snapshots_of(self, segment_id: int) -> list[MembershipSnapshot]:
        return membership_log.snapshots_of(self._con, segment_id)

    def first_number_after(self, segment_id: int, at: datetime) -> int | None:
        return membership_log.first_number_after(self._con, segment_id, at)

    def count_before(self, segment_id: int, number: int | None) -> int:
        return membership_log.count_before(self._con, segment_id, number)

    def recipients_before(
        self, type_id: int, segment_id: int, number: int | None, after: int, limit: int
    ) -> list[tuple[int, int | None, str | None]]:
        return membership_log.recipients_before(self._con, type_id, segment_id, number, after, limit)

    def changes_of(
        self, contact_id: int, recipient_ids: Sequence[int], person_ids: Sequence[int]
    ) -> list[MembershipChange]:
        return membership_log.changes_of(self._con, contact_id, recipient_ids, person_ids)

    def sum_changes(self, after: int, last: int, person_ids: Sequence[int]) -> list[tuple[int, int]]:
        return membership_log.sum_changes(self._con, after, last, person_ids)

    def present_among(self, recipient_ids: Sequence[int]) -> set[int]:
        return membership_log.present_among(self._con, recipient_ids)

    def activity(
        self, type_id: int, segment_id: int, delta: int | None, before: int | None, limit: int
    ) -> list[ActivityEntry]:
        return activity(self._con, type_id, segment_id, delta, before, limit)

    def count_changes_since(self, cause: Cause, since: datetime) -> list[tuple[int, int, int]]:
        return membership_log.count_changes_since(self._con, cause, since)
