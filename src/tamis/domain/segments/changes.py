"""The change feed of an account: who has entered and left which of its segments, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tamis.domain.segments.membership_changes import Cause


class ChangeType(StrEnum):
    """What an entry of the feed tells."""

    ENTERED = "entered"
    LEFT = "left"
    BUILT = "built"
    """All members of a segment were computed, for the first time or again: those before it no longer count."""
    DELETED = "deleted"
    """A segment was deleted: it has no members any more."""


class LoggedEntry(NamedTuple):
    """An entry as it is in the history: for an entry or exit with a recipient and its delta, otherwise with the size of
    the segment. The instant is in UTC."""

    number: int
    segment_id: int
    recipient_id: int | None
    delta: int | None
    at: datetime
    cause: Cause
    size: int | None


class FeedEntry(NamedTuple):
    """An entry of the feed; `number` is its number in the history.

    For an entry or exit, `recipient_id` is the recipient's id in the segment, which stays the same; `contact_id` is
    None for an external recipient, and `email` if it is not known any more. Otherwise, `size` is the number of members.
    """

    number: int
    type: ChangeType
    segment_id: int
    recipient_id: int | None
    contact_id: int | None
    email: str | None
    at: datetime
    cause: Cause
    size: int | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Consecutive entries of a feed. All of them up to the number `last` have been read; `has_more` says whether there
    were more at that time."""

    entries: Sequence[FeedEntry]
    last: int
    has_more: bool


class KnownRecipient(NamedTuple):
    """What is known of a recipient now: its contact, if it is one, and its email."""

    contact_id: int | None
    email: str | None
