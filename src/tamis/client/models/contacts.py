"""Contacts, and what writing them has done."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from tamis.client.errors import ErrorItem
from tamis.client.request import Model, Tagged

Value = str | int | float | Decimal | bool | date | datetime | Sequence[str] | None
"""A value of a field as it is sent; None clears it."""
Values = Mapping[str, Value]
"""Values by the keys of their fields."""
StoredValue = str | int | float | bool | tuple[str, ...] | None
"""A value of a field as it is answered: dates as `YYYY-MM-DD`, instants after RFC 3339."""


class SegmentChanges(Model, frozen=True, kw_only=True):
    """The ids of the segments that a contact entered and left by a write."""

    entered: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


class SuppressionMark(Model, frozen=True, kw_only=True):
    """Why an email may not be mailed, since when, and from where Tamis knows it."""

    reason: str
    since: datetime
    source: str


class Contact(Tagged, frozen=True, kw_only=True):
    """A contact; `segments` is there after a write of this contact, `unsubscribe_headers` unless it is one of a
    list, `unsubscribe_url` unless it is an example, and `suppression` if it may not be mailed."""

    id: int
    email: str
    fields: Mapping[str, StoredValue]
    created_at: datetime
    updated_at: datetime
    segments: SegmentChanges | None = None
    unsubscribe_url: str = ""
    unsubscribe_headers: Mapping[str, str] | None = None
    suppression: SuppressionMark | None = None


class BatchItem(Model, frozen=True, kw_only=True):
    """What became of the contact or the event at an index of a batch."""

    index: int
    status: str
    email: str | None = None
    errors: tuple[ErrorItem, ...] = ()


class ItemResults(Model, frozen=True, kw_only=True):
    """What became of the items of a batch, each at its index."""

    results: tuple[BatchItem, ...] = ()


class PurgeResult(Model, frozen=True, kw_only=True):
    """How many contacts were deleted, how many still match, and, in a dry run, some of them."""

    deleted: int
    remaining: int
    sample: tuple[Contact, ...] = ()


class BatchResult(ItemResults, frozen=True, kw_only=True):
    """What became of the contacts of a batch: good ones are stored, whatever is wrong with others."""

    created: int
    updated: int
    unchanged: int
    rejected: int
