"""Segments, and the numbers by which their recipients are known."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tamis.domain.text import fold

SEGMENT_SHIFT = 32
EXTERNAL_BIT = 1 << 31
LAST_SEGMENT = (1 << 21) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A named rule over one contact type; `rule` is its stored JSON form."""

    id: int
    account_id: int
    contact_type_id: int
    name: str
    rule: str
    created_at: datetime
    updated_at: datetime


class SegmentRef(NamedTuple):
    """A segment as another rule names it."""

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
        """Find a segment by its id, or by its name as texts are compared, one that is written just so first; digits are
        an id first, then a name."""
        if isinstance(reference, int):
            return self.by_id.get(reference)
        reference = reference.strip()
        by_id = self.by_id.get(int(reference)) if is_segment_id(reference) else None
        return by_id or self.by_name.get(reference) or self.by_name.get(fold(reference))


def is_segment_id(reference: str) -> bool:
    """Return whether text that names a segment is taken for an id first."""
    return re.fullmatch(r"[0-9]{1,18}", reference) is not None


class Inclusion(NamedTuple):
    """An address added to a segment by hand; `contact_id` is the contact that has it now, if any, `created_at` is in
    microseconds since 1970, and `person_id` is the same for all additions of the address in a contact type."""

    id: int
    segment_id: int
    contact_id: int | None
    recipient_id: int
    email: str
    first_name: str
    last_name: str
    created_at: int
    person_id: int


def recipient_id_of_contact(segment_id: int, contact_id: int) -> int:
    """Number a contact in a segment: stable for ever, unique over all segments, below 2^53.

    The segment stands in the bits from 32 on, the contact below 2^31, so that the number is known without being
    stored, and deleting the column store loses none of them.
    """
    return segment_id << SEGMENT_SHIFT | contact_id


def recipient_id_of_external(segment_id: int, added_id: int) -> int:
    """Number an address that was added by hand and was no contact then; these have bit 31 set.

    `added_id` is the number of the addition, and that of the person (an earlier addition of the same address to another
    segment) where the address is in the segment by its rule: so no two addresses get the same number.
    """
    return segment_id << SEGMENT_SHIFT | EXTERNAL_BIT | added_id


def segment_of_recipient(recipient_id: int) -> int:
    """Return the segment in which a recipient's number lies."""
    return recipient_id >> SEGMENT_SHIFT


def contact_of_recipient(recipient_id: int) -> int | None:
    """Return the contact whose number this is, or None for that of an external recipient."""
    number = recipient_id & ((1 << SEGMENT_SHIFT) - 1)
    return None if number & EXTERNAL_BIT else number


def person_of_recipient(recipient_id: int) -> int:
    """Return the number in the number of a recipient who was no contact: of the addition, or of the person."""
    return recipient_id & EXTERNAL_BIT - 1
