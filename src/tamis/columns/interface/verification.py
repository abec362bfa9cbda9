"""What is stored, to be held against what the records say should be."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from tamis.domain.fields import FieldSet
from tamis.domain.segments import Inclusion
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


class Discrepancies(NamedTuple):
    """How many differ, and a few of them."""

    number: int
    some: list[int]


class SegmentState(NamedTuple):
    """A segment as it is stored: how many it has when they are counted, by `sizes`, and when its log is added up; who
    is `missing` and `surplus` against its rule and its manual overrides, who stands in it twice, whose last line in the
    log says something else than that they are in it or not; and what was done by hand and does not show."""

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
        """Return whether the table of a contact type has other columns than its fields ask for."""

    def differing_contacts(
        self, type_id: int, fields: FieldSet, documents: Sequence[str], after: int, last: int | None, /
    ) -> Discrepancies:
        """Compare the contacts above one id up to another with the documents that the records have of them."""

    def differing_overrides(
        self,
        segment_ids: Collection[int],
        added: Collection[Inclusion],
        removed: Collection[tuple[int, int]],
        /,
    ) -> tuple[int, int]:
        """Count the additions and the removals by hand that the records and the projection do not both have alike."""

    def segment_state(self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, /) -> SegmentState:
        """Look at a segment as it is stored, and compute its members anew."""

    def memberships_of(self, contact_ids: Sequence[int], /) -> set[tuple[int, int]]:
        """Return segment and contact of every stored membership of some contacts."""

    def memberships_of_externals(self, person_ids: Sequence[int], /) -> set[tuple[int, int]]:
        """Return segment and person of every stored membership of some external recipients."""

    def segments_stored(self) -> set[int]:
        """List the segments of which anything is stored but history."""

    def types_stored(self) -> set[int]:
        """List the contact types of which anything is stored."""

    def count_log_entries(self) -> tuple[int, int, int]:
        """Count the membership changes, those with the number of another one, and those that are neither entry nor
        exit."""
