"""Queries about the past: entries and exits, sizes by day, members as of an instant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import Cause, DaySize, MembershipChange, MembershipSnapshot


class HistoryReads(Protocol):
    """Reads the log of membership changes and its daily rollup."""

    def sizes_by_day(self, segment_id: int, first: date, today: date, /) -> list[DaySize]:
        """Return the size of a segment on each day from `first` to `today`, beginning when it was created."""

    def last_sizes(self, segment_ids: Collection[int], today: date, days: int, /) -> Mapping[int, Sequence[int | None]]:
        """Return the sizes of segments at the end of each of the last days, and the current size for today; None for
        days before a segment existed."""

    def known_since(self, segment_id: int, /) -> datetime | None:
        """Return the instant from which on the members of a segment are known, None before its first snapshot."""

    def snapshots_of(self, segment_id: int, /) -> list[MembershipSnapshot]:
        """List the snapshots of a segment, oldest first."""

    def first_number_after(self, segment_id: int, at: datetime, /) -> int | None:
        """Return the number of the first change of a segment with a later instant, None if there is none."""

    def count_before(self, segment_id: int, number: int | None, /) -> int:
        """Count the recipients that a segment had before a change number; None means now."""

    def recipients_before(
        self, type_id: int, segment_id: int, number: int | None, after: int, limit: int, /
    ) -> list[tuple[int, int | None, str | None]]:
        """Return a page of the recipients that a segment had before a change number, ordered by recipient id: recipient
        id, contact id, and email if it is still known."""

    def changes_of(
        self, contact_id: int, recipient_ids: Sequence[int], person_ids: Sequence[int], /
    ) -> list[MembershipChange]:
        """List the entries and exits of a contact, oldest first. `recipient_ids` are those that its email had before it
        was a contact, `person_ids` those of the external recipients with its email."""

    def sum_changes(self, after: int, last: int, person_ids: Sequence[int], /) -> list[tuple[int, int]]:
        """Sum the entries (1) and exits (-1) of contacts and external recipients, given by the lower 32 bits of their
        recipient ids, with numbers above `after` up to `last`: a row for each segment that has any."""

    def present_among(self, recipient_ids: Sequence[int], /) -> set[int]:
        """Return those of some recipients that are in their segments now."""

    def activity(
        self, type_id: int, segment_id: int, delta: int | None, before: int | None, limit: int, /
    ) -> list[ActivityEntry]:
        """List the newest entries and exits of a segment with numbers below `before`, or only those with one
        `delta`."""

    def count_changes_since(self, cause: Cause, since: datetime, /) -> list[tuple[int, int, int]]:
        """Count the entries and exits with a cause from an instant on: a row for each segment that has any."""
