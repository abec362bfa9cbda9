"""Segments, and the ids of their recipients."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tamis.domain.values.text import fold

SEGMENT_SHIFT = 32
EXTERNAL_BIT = 1 << 31
LAST_SEGMENT = (1 << 21) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A named rule over one contact type; `rule` is its stored JSON form. `description` says what it is for; it may be
    blank."""

    id: int
    account_id: int
    contact_type_id: int
    name: str
    rule: str
    created_at: datetime
    updated_at: datetime
    description: str = ""


class SegmentRef(NamedTuple):
    """A segment as a rule refers to it."""

    id: int
    name: str


@dataclass(frozen=True)
class SegmentRefs:
    """The live segments of one contact type, found by id or by name."""

    refs: tuple[SegmentRef, ...] = ()
    by_id: dict[int, SegmentRef] = field(init=False, repr=False, compare=False)
    by_name: dict[str, SegmentRef] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {ref.id: ref for ref in self.refs})
        names = {fold(ref.name): ref for ref in reversed(self.refs)} | {ref.name: ref for ref in self.refs}
        object.__setattr__(self, "by_name", names)

    def find(self, reference: str | int) -> SegmentRef | None:
        """Find a segment by id or name: exact names come before folded ones, and digits are tried as an id first."""
        if isinstance(reference, int):
            return self.by_id.get(reference)
        reference = reference.strip()
        by_id = self.by_id.get(int(reference)) if is_segment_id(reference) else None
        return by_id or self.by_name.get(reference) or self.by_name.get(fold(reference))


def is_segment_id(reference: str) -> bool:
    """Return whether a reference to a segment is tried as an id first."""
    return re.fullmatch(r"[0-9]{1,18}", reference) is not None


class Inclusion(NamedTuple):
    """An email manually included in a segment.

    `contact_id` is the contact that has it now, if any, `created_at` is in microseconds since 1970, and `person_id` is
    the same for all inclusions of the email in a contact type. A `suppressed` one may not be mailed; it is 0 or 1.
    """

    id: int
    segment_id: int
    contact_id: int | None
    recipient_id: int
    email: str
    first_name: str
    last_name: str
    created_at: int
    person_id: int
    suppressed: int


def recipient_id_of_contact(segment_id: int, contact_id: int) -> int:
    """Return the recipient id of a contact in a segment: stable, unique over all segments, below 2^53.

    The segment is in the bits from 32 on, the contact below bit 31, so the id need not be stored, and deleting the
    projection loses none.
    """
    return segment_id << SEGMENT_SHIFT | contact_id


def recipient_id_of_external(segment_id: int, inclusion_id: int) -> int:
    """Return the recipient id of an included email that was not a contact; it has bit 31 set.

    When the email is in the segment by its rule, `inclusion_id` is the person id, an earlier inclusion of the email in
    another segment; so no two emails share an id.
    """
    return segment_id << SEGMENT_SHIFT | EXTERNAL_BIT | inclusion_id


def segment_of_recipient(recipient_id: int) -> int:
    """Return the segment id of a recipient id."""
    return recipient_id >> SEGMENT_SHIFT


def contact_of_recipient(recipient_id: int) -> int | None:
    """Return the contact id of a recipient id, or None for an external recipient."""
    number = recipient_id & ((1 << SEGMENT_SHIFT) - 1)
    return None if number & EXTERNAL_BIT else number


def person_of_recipient(recipient_id: int) -> int:
    """Return the inclusion or person id of the recipient id of an external recipient."""
    return recipient_id & EXTERNAL_BIT - 1
