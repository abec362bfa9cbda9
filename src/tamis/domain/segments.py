"""Segments, and the numbers by which their recipients are known."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

SEGMENT_SHIFT = 32
STRANGER = 1 << 31
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


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of a segment as the Segment API shows it; the order of the fields is that of the API."""

    id: int
    user_id: int
    segment_id: int
    contact_id: int | None
    first_name: str | None
    last_name: str | None
    email: str
    country: str | None
    state: str | None
    city: str | None
    address_line1: str | None
    created_at: str
    updated_at: str
    fullname: str


class AddedByHand(NamedTuple):
    """An address added to a segment by hand; `contact_id` is the contact that has it now, if any, and `created_at`
    is in microseconds since 1970."""

    id: int
    segment_id: int
    contact_id: int | None
    recipient_id: int
    email: str
    first_name: str
    last_name: str
    created_at: int


def recipient_id_of_contact(segment_id: int, contact_id: int) -> int:
    """Number a contact in a segment: stable for ever, unique over all segments, below 2^53.

    The segment stands in the bits from 32 on, the contact below 2^31, so that the number is known without being
    stored, and deleting the column store loses none of them.
    """
    return segment_id << SEGMENT_SHIFT | contact_id


def recipient_id_of_stranger(segment_id: int, added_id: int) -> int:
    """Number an address that was added by hand and was no contact then; these have bit 31 set."""
    return segment_id << SEGMENT_SHIFT | STRANGER | added_id


def segment_of_recipient(recipient_id: int) -> int:
    """Give the segment in which a recipient's number lies."""
    return recipient_id >> SEGMENT_SHIFT


def contact_of_recipient(recipient_id: int) -> int | None:
    """Give the contact whose number this is, or None for a stranger's."""
    number = recipient_id & ((1 << SEGMENT_SHIFT) - 1)
    return None if number & STRANGER else number
