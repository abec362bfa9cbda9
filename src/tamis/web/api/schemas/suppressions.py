"""Suppressions, and what became of those that were sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, field

from tamis.actions.consent.stated_suppressions import ItemStatus, SuppressionResult
from tamis.domain.consent.suppressions import Suppression, SuppressionReason, SuppressionStatus
from tamis.web.api.problems import error_items
from tamis.web.api.schemas.batches import StoredResult
from tamis.web.api.schemas.common import Body, ErrorItem

MAX_SUPPRESSIONS = 10_000
SUPPRESSION_STATUSES: tuple[ItemStatus, ...] = (*get_args(SuppressionStatus), "rejected")


class SuppressionBody(Body):
    """Why an email may not be mailed."""

    reason: SuppressionReason = SuppressionReason.MANUAL


class SuppressionsBody(Body):
    """Emails to suppress; what is wrong with one of them is in its result."""

    suppressions: list[Any]


class SuppressionOut(msgspec.Struct):
    """An email that may not be mailed."""

    id: int
    email: Annotated[str | None, Meta(description="Null if the person was forgotten: then only a keyed hash is kept.")]
    reason: SuppressionReason
    source: Annotated[str, Meta(description="From where Tamis knows it: `api`, `console`, the name of a provider, …")]
    since: datetime


class SuppressionItemOut(msgspec.Struct):
    """What became of an item of a batch."""

    index: Annotated[int, Meta(description="The place of the item in the batch, from 0 on.")]
    status: Annotated[
        ItemStatus,
        Meta(description="`updated`: it was suppressed for a lighter reason; `unchanged`: for one as grave or graver."),
    ]
    errors: list[ErrorItem] = field(default_factory=list)


class SuppressionsOut(msgspec.Struct):
    """What became of a batch: how many of its items did what, and each of them."""

    suppressed: int
    updated: int
    unchanged: int
    rejected: int
    results: list[SuppressionItemOut]


def suppression_out(shown: Suppression) -> SuppressionOut:
    """Return a suppression as the API shows it."""
    return SuppressionOut(shown.id, shown.email, shown.reason, shown.source, shown.since)


def stored_suppression_results(results: Sequence[SuppressionResult]) -> list[StoredResult]:
    """Return what became of the items of a batch as it is kept."""
    return [error_items(result.problems) if result.problems else result.status for result in results]


def suppression_items_out(results: Sequence[StoredResult], first: int = 0) -> list[SuppressionItemOut]:
    """Return kept results as the API shows them; `first` is the index of the first."""
    return [
        SuppressionItemOut(index, result) if isinstance(result, str) else SuppressionItemOut(index, "rejected", result)  # type: ignore[arg-type]
        for index, result in enumerate(results, first)
    ]


def suppressions_out(results: Sequence[StoredResult]) -> SuppressionsOut:
    """Return what became of a batch."""
    items = suppression_items_out(results)
    counts = Counter[str](item.status for item in items)
    return SuppressionsOut(counts["suppressed"], counts["updated"], counts["unchanged"], counts["rejected"], items)
