"""The choice of how the memberships of a batch are computed: one decision, made from a profile of the batch.

All strategies give the same memberships, which tests of the laws check; they differ in cost (decision 0028 has the
measurements).
"""

from dataclasses import dataclass
from enum import StrEnum

from tamis.columns.layout.membership import MERGE_WHEN_IDLE


class Strategy(StrEnum):
    """How entries and exits are found."""

    IN_MEMORY = "in memory"
    """Some contacts have changed and nothing else: Python holds them, evaluates the rules before and after, and writes
    the results."""
    SMALL_BATCH = "small batch"
    """Python evaluates the rules for some contacts, before and after: faster than planning a statement."""
    INCREMENTAL = "incremental"
    """One statement evaluates the rules for all changed contacts, before and after."""
    INSERT_ONLY = "insert-only"
    """New contacts are evaluated once, as they have no state before; other changed contacts incrementally."""
    FULL_REFRESH = "full refresh"
    """All segments are computed again from all contacts."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one strategy becomes cheaper than another."""

    small_batch: int = 20_000
    """The most evaluations of a rule in a small batch, if all rules are evaluated at all instants of all contacts."""
    insert_only: int = 1_000
    """With fewer changed contacts than this, one strategy for all is faster than two."""
    midnights: int = 100
    """After more days than this, the log does not tell apart what happened on each of them."""
    entries_at_once: int = MERGE_WHEN_IDLE
    """More entries of new contacts than this go directly to the large table."""


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class BatchProfile:
    """A profile of a batch for one contact type.

    `midnights` have passed since its memberships were right; `changed` is the number of changed contacts. With
    `contacts_only`, nothing else has changed, and time changes no answer about a contact that has not. `evaluations`,
    the number of pairs of a contact and an instant, is known only for a window whose dirty contacts are marked.
    """

    restoring: bool
    midnights: int
    changed: int
    evaluations: int | None = None
    rules: int = 1
    contacts_only: bool = False


def choose(batch: BatchProfile, thresholds: Thresholds) -> Strategy:
    """Choose how the memberships of a batch are computed."""
    if batch.restoring or batch.midnights > thresholds.midnights:
        return Strategy.FULL_REFRESH
    if batch.evaluations is not None:
        is_small = batch.evaluations * batch.rules <= thresholds.small_batch
        return Strategy.SMALL_BATCH if is_small else Strategy.INCREMENTAL
    if batch.changed > thresholds.insert_only:
        return Strategy.INSERT_ONLY
    is_small = 2 * batch.changed * max(batch.rules, 1) <= thresholds.small_batch
    return Strategy.IN_MEMORY if batch.contacts_only and is_small else Strategy.INCREMENTAL
