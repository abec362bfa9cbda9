"""What is known of the past, at the moment of a view."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import duckdb

from tamis.columns.history import past
from tamis.columns.history.daily import last_sizes, sizes_by_day
from tamis.columns.reads.passages import passed
from tamis.domain.members import Passed
from tamis.domain.transitions import Cause, DaySize, Filling, Transition


class HistoryReads:
    """Reads the log of membership changes, and what is summed up of it by day."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def sizes_by_day(self, segment_id: int, first: date, today: date) -> list[DaySize]:
        return sizes_by_day(self._con, segment_id, first, today)

    def last_sizes(self, segment_ids: Collection[int], today: date, days: int) -> Mapping[int, Sequence[int | None]]:
        return last_sizes(self._con, segment_ids, today, days)

    def known_since(self, segment_id: int) -> datetime | None:
        return past.known_since(self._con, segment_id)

    def fillings_of(self, segment_id: int) -> list[Filling]:
        return past.fillings_of(self._con, segment_id)

    def line_after(self, segment_id: int, at: datetime) -> int | None:
        return past.line_after(self._con, segment_id, at)

    def count_before(self, segment_id: int, line: int | None) -> int:
        return past.count_before(self._con, segment_id, line)

    def recipients_before(
        self, type_id: int, segment_id: int, line: int | None, after: int, limit: int
    ) -> list[tuple[int, int | None, str | None]]:
        return past.recipients_before(self._con, type_id, segment_id, line, after, limit)

    def transitions_of(self, contact_id: int, externals: Sequence[int], persons: Sequence[int]) -> list[Transition]:
        return past.transitions_of(self._con, contact_id, externals, persons)

    def present_among(self, recipient_ids: Sequence[int]) -> set[int]:
        return past.present_among(self._con, recipient_ids)

    def passed(self, type_id: int, segment_id: int, step: int | None, before: int | None, limit: int) -> list[Passed]:
        return passed(self._con, type_id, segment_id, step, before, limit)

    def moves_since(self, cause: Cause, since: datetime) -> list[tuple[int, int, int]]:
        return past.moves_since(self._con, cause, since)
