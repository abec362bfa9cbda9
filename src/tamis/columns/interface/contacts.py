"""Queries about the contacts of a type and the values of their fields."""

from collections.abc import Sequence
from typing import Protocol

from tamis.domain.paging import PageAnchor, PagePosition, SortOrder
from tamis.domain.values.fields import Field
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node


class ContactReads(Protocol):
    """Reads the contacts of a type."""

    def page(
        self,
        type_id: int,
        rule: Node | None,
        as_of: EvaluationTime,
        order: SortOrder,
        near: PageAnchor | None,
        limit: int,
        /,
    ) -> tuple[list[int], PageAnchor | None]:
        """Return the ids of at most `limit` contacts that a rule selects (None selects all), in order, and the contact
        from which the page starts: None for the first page, also if the given contact is gone."""

    def positions(
        self,
        type_id: int,
        rule: Node | None,
        as_of: EvaluationTime,
        order: SortOrder,
        after: PagePosition | None,
        limit: int,
        /,
    ) -> list[PagePosition]:
        """Return the positions of at most `limit` contacts that a rule selects (None selects all), in order, beginning
        after one. Contacts that do not change are in exactly one page, whatever happens to others."""

    def count(self, type_id: int, rule: Node | None, as_of: EvaluationTime, /) -> int:
        """Count the contacts that a rule selects; None selects all."""

    def ids(self, type_id: int, after: int, limit: int, /) -> list[int]:
        """Return a page of the ids of a type's contacts above `after`, ascending."""


class FieldStatsReads(Protocol):
    """Reads statistics of fields."""

    def count_with_value(self, type_id: int, fields: Sequence[Field], /) -> tuple[int, list[int]]:
        """Count the contacts of a type, and those that have a value, for each of some fields."""

    def frequent_values(self, type_id: int, field: Field, typed: str, limit: int, /) -> list[tuple[str, int]]:
        """Return the most frequent values of a text field that contain `typed`, each with its number of contacts."""

    def option_counts(self, type_id: int, field: Field, /) -> dict[str, int]:
        """Return the number of contacts with each option of a field; options without contacts are left out."""
