"""Queries that compare the projection with the records."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from tamis.domain.segments.segments import Inclusion
from tamis.domain.values.fields import FieldSet
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


class Discrepancies(NamedTuple):
    """The number of discrepancies, and a few examples."""

    number: int
    some: list[int]


class SegmentState(NamedTuple):
    """The stored state of a segment: its members by count, by `segment_sizes` and by its log; the recipients that are
    `missing` and `surplus` by its rule and overrides; rows with a repeated person; recipients whose last log entry
    contradicts their membership; and overrides without effect."""

    counted: int
    size: int | None
    by_log: int | None
    missing: Discrepancies
    surplus: Discrepancies
    repeated: int
    against_log: Discrepancies
    inclusions_missing: int
    exclusions_present: int


class VerificationReads(Protocol):
    """Reads what is stored, for `tamis doctor`."""

    def layout_differs(self, type_id: int, fields: FieldSet, /) -> bool:
        """Return whether the columns of a contact type's table do not match its fields."""

    def differing_contacts(
        self, type_id: int, fields: FieldSet, documents: Sequence[str], after: int, last: int | None, /
    ) -> Discrepancies:
        """Compare the contacts with ids above `after` up to `last` with their documents in the records."""

    def differing_overrides(
        self,
        segment_ids: Collection[int],
        included: Collection[Inclusion],
        excluded: Collection[tuple[int, int]],
        /,
    ) -> tuple[int, int]:
        """Count the inclusions and the exclusions that differ between the records and the projection."""

    def segment_state(self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, /) -> SegmentState:
        """Return the stored state of a segment, compared with its members computed from its rule."""

    def memberships_of(self, contact_ids: Sequence[int], /) -> set[tuple[int, int]]:
        """Return the stored memberships of some contacts, as segment and contact."""

    def memberships_of_externals(self, person_ids: Sequence[int], /) -> set[tuple[int, int]]:
        """Return the stored memberships of some external recipients, as segment and person."""

    def segments_stored(self) -> set[int]:
        """Return the segments of which anything but history is stored."""

    def types_stored(self) -> set[int]:
        """Return the contact types that have a table."""

    def count_log_entries(self) -> tuple[int, int, int]:
        """Count the log entries, those with a repeated number, and those that are neither entry nor exit."""
