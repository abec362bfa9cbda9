"""Batches of contacts, and what became of their items."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, field

from tamis.actions.contacts.contact_batches import ItemResult, ItemStatus
from tamis.web.api.problems import error_items
from tamis.web.api.schemas.common import Body, ErrorItem

MAX_CONTACTS = 10_000
ITEM_STATUSES: tuple[ItemStatus, ...] = get_args(ItemStatus)

StoredResult = str | list[ErrorItem]
"""What is kept of an item: its status, or why it was rejected."""


class BatchBody(Body):
    """A batch of contacts; what is wrong with one of them is in its result."""

    contacts: list[Any]


class BatchItemOut(msgspec.Struct):
    """What became of an item of a batch."""

    index: Annotated[int, Meta(description="The place of the item in the batch, from 0 on.")]
    status: ItemStatus
    errors: list[ErrorItem] = field(default_factory=list)


class BatchOut(msgspec.Struct):
    """What became of a batch: how many of its items did what, and each of them."""

    created: int
    updated: int
    unchanged: int
    rejected: int
    results: list[BatchItemOut]


def stored_results(results: Sequence[ItemResult]) -> list[StoredResult]:
    """Return the results of a batch as they are kept."""
    return [error_items(result.problems) if result.status == "rejected" else result.status for result in results]


def batch_items_out(results: Sequence[StoredResult], first: int = 0) -> list[BatchItemOut]:
    """Return kept results as the API shows them; `first` is the index of the first."""
    return [
        BatchItemOut(index, result) if isinstance(result, str) else BatchItemOut(index, "rejected", result)  # type: ignore[arg-type]
        for index, result in enumerate(results, first)
    ]


def batch_out(results: Sequence[StoredResult]) -> BatchOut:
    """Return what became of a batch."""
    items = batch_items_out(results)
    counts = Counter[str](item.status for item in items)
    return BatchOut(counts["created"], counts["updated"], counts["unchanged"], counts["rejected"], items)
