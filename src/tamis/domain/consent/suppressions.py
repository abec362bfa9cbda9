"""Suppressions: emails of an account that may not be mailed, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from tamis.domain.contacts.emails import Email


class SuppressionReason(StrEnum):
    """Why an email may not be mailed, from the gravest reason to the lightest."""

    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"
    BOUNCED = "bounced"

    def is_graver_than(self, other: "SuppressionReason") -> bool:
        """Return whether this reason replaces another one."""
        return _RANKS[self] < _RANKS[other]


_RANKS = {reason: rank for rank, reason in enumerate(SuppressionReason)}
MAX_SOURCE_LENGTH = 100

SuppressionStatus = Literal["suppressed", "updated", "unchanged"]
"""What became of a suppressed email: it is suppressed now, has a graver reason than before, or was suppressed."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An email that may not be mailed: since when, why, and where this was said. `email` is None when the person was
    forgotten, of whom only a keyed hash is kept."""

    id: int
    email: str | None
    reason: SuppressionReason
    source: str
    since: datetime


class NewSuppression(NamedTuple):
    """An email to suppress, and since when; None is now."""

    email: Email
    reason: SuppressionReason
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuppressionFilter:
    """Which suppressions are wanted: for a reason, from a source, with a part of an email; None and blank are any."""

    reason: SuppressionReason | None = None
    source: str | None = None
    search: str = ""
