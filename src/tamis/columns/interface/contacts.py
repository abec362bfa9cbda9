"""Which contacts a type has, and what is known of them."""

from collections.abc import Sequence
from typing import Protocol

from tamis.domain.browsing import Near, Order
from tamis.domain.fields import Field
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node


class ContactReads(Protocol):
    """Reads which contacts a type has."""

    def page(
        self, type_id: int, rule: Node | None, as_of: EvaluationTime, order: Order, near: Near | None, limit: int, /
    ) -> tuple[list[int], Near | None]:
        """Return the ids of at most `limit` contacts that a rule selects, None selecting all, in order, and the contact
        beside which they lie: None is the first page, also where the one that was named is gone."""

    def count(self, type_id: int, rule: Node | None, as_of: EvaluationTime, /) -> int:
        """Count the contacts that a rule selects, None selecting all."""

    def ids(self, type_id: int, after: int, limit: int, /) -> list[int]:
        """Return a page of the ids of a type's contacts above `after`, in order."""


class ValueReads(Protocol):
    """Reads which values the contacts of a type have."""

    def count_filled(self, type_id: int, fields: Sequence[Field], /) -> tuple[int, list[int]]:
        """Count the contacts of a type, and for each of some fields those that have a value of it."""

    def frequent_values(self, type_id: int, field: Field, typed: str, limit: int, /) -> list[tuple[str, int]]:
        """Return the most frequent values of a text field in which `typed` stands, each with how many have it."""

    def option_counts(self, type_id: int, field: Field, /) -> dict[str, int]:
        """Return how many contacts have each option of a field, of those that anybody has."""
