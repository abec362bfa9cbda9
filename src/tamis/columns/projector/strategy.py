"""Which way the memberships of a batch are found: one decision, made from what is known of the batch.

All ways give the same memberships, which the laws' tests hold them to; they differ in what they cost
(decision 0028 has the measurements).
"""

from dataclasses import dataclass
from enum import StrEnum

from tamis.columns.layout.membership import MANY_RECENT


class Strategy(StrEnum):
    """How it is found out who enters and leaves."""

    SMALL_BATCH = "small batch"
    """Python evaluates the rules about a handful of contacts, before and after: quicker than planning a statement."""
    INCREMENTAL = "incremental"
    """One statement evaluates the rules about all contacts that changed, before and after."""
    INSERT_ONLY = "insert-only"
    """New contacts are evaluated once, since nothing was before; all others among the changed ones incrementally."""
    FULL_REFRESH = "full refresh"
    """All segments are filled anew, whoever changed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where one way becomes cheaper than another."""

    small_batch: int = 8
    """So many evaluations, that is pairs of a contact and an instant, are a small batch at most."""
    insert_only: int = 1_000
    """With fewer touched contacts than this, one way for all is faster than two."""
    midnights: int = 100
    """After an absence of more days than this, what happened on each of them is not told apart in the log."""
    entries_at_once: int = MANY_RECENT
    """More entries of new contacts than this go to the large table directly."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a batch for one contact type.

    `midnights` have passed since its memberships were right; `touched` contacts have changed; `evaluations`, the number
    of pairs of a contact and an instant at which rules are asked, is known only of a window of time whose dirty
    contacts are marked.
    """

    restoring: bool
    midnights: int
    touched: int
    evaluations: int | None = None


def choose(batch: Description, limits: Limits) -> Strategy:
    """Choose how the memberships of a batch are found."""
    if batch.restoring or batch.midnights > limits.midnights:
        return Strategy.FULL_REFRESH
    if batch.evaluations is not None:
        return Strategy.SMALL_BATCH if batch.evaluations <= limits.small_batch else Strategy.INCREMENTAL
    return Strategy.INSERT_ONLY if batch.touched > limits.insert_only else Strategy.INCREMENTAL
