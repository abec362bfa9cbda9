"""The keys of signed tokens: which one signs, and until when tokens of earlier ones are valid.

A key signs for `SIGNING_PERIOD`, and tokens that it has signed are valid for `VALID_AFTERWARDS` after that. Its
successor is made `LEAD` before it takes over, so that a backup that is not older than that has the keys of all tokens
that were signed after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

SIGNING_PERIOD = timedelta(days=90)
LEAD = timedelta(days=30)
VALID_AFTERWARDS = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key: its secret, and when it was made and begins to sign. The secret appears in no representation."""

    id: int
    secret: bytes = field(repr=False)
    created_at: datetime
    signs_from: datetime


def signing_key(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """Return the key that signs now, of keys in the order in which they begin to sign; None if none has begun."""
    return next((key for key in reversed(keys) if key.signs_from <= now), None)


def next_key_begins(keys: Sequence[SigningKey], now: datetime) -> datetime | None:
    """Return when a key that must be made now begins to sign, or None if none need be made."""
    if signing_key(keys, now) is None:
        return now
    due = keys[-1].signs_from + SIGNING_PERIOD
    return max(due, now) if due - LEAD <= now else None


def valid_until(keys: Sequence[SigningKey], key: SigningKey) -> datetime | None:
    """Return until when tokens of a key are valid; None for the newest, which has no successor."""
    successor = next((after for before, after in pairwise(keys) if before == key), None)
    return None if successor is None else successor.signs_from + VALID_AFTERWARDS
