"""What is known of the past: entries and exits, sizes by day, members as of an instant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tamis.domain.members import Passed
from tamis.domain.transitions import Cause, DaySize, Filling, Transition


class HistoryReads(Protocol):
    """Reads the log of membership changes, and what is summed up of it by day."""

    def sizes_by_day(self, segment_id: int, first: date, today: date, /) -> list[DaySize]:
        """Return the size of a segment on each day of a span that ends today, from the day on which it was made."""

    def last_sizes(self, segment_ids: Collection[int], today: date, days: int, /) -> Mapping[int, Sequence[int | None]]:
        """Return the sizes of segments at the end of each of the last days, today being as it is now; None stands for
        a day before a segment was there."""

    def known_since(self, segment_id: int, /) -> datetime | None:
        """Return from which instant on it is known who was in a segment, None before it was first filled."""

    def fillings_of(self, segment_id: int, /) -> list[Filling]:
        """List the changes that filled a segment as a whole, oldest first."""

    def line_after(self, segment_id: int, at: datetime, /) -> int | None:
        """Return the number of the first change of a segment with a later instant, None where there is none."""

    def count_before(self, segment_id: int, line: int | None, /) -> int:
        """Count the recipients that a segment had before a change of its log; None is after the last."""

    def recipients_before(
        self, type_id: int, segment_id: int, line: int | None, after: int, limit: int, /
    ) -> list[tuple[int, int | None, str | None]]:
        """Return a page of the recipients that a segment had before a change, in order of their numbers: number,
        contact, and address where it is still known."""

    def transitions_of(self, contact_id: int, externals: Sequence[int], persons: Sequence[int], /) -> list[Transition]:
        """List the entries and exits of a contact, oldest first; `externals` are the numbers of recipients that its
        address had while it was no contact, `persons` those of the external recipients with its address."""

    def present_among(self, recipient_ids: Sequence[int], /) -> set[int]:
        """Return which of some recipients are in their segments."""

    def passed(
        self, type_id: int, segment_id: int, step: int | None, before: int | None, limit: int, /
    ) -> list[Passed]:
        """List the newest entries and exits of a segment, or only those of one `step`, with numbers below `before`."""

    def moves_since(self, cause: Cause, since: datetime, /) -> list[tuple[int, int, int]]:
        """Count, for each segment in which there were any, the entries and the exits of a cause from an instant on."""
