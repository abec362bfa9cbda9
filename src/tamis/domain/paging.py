"""Paging through contacts: their order, and the position of a page."""

from dataclasses import dataclass

from tamis.domain.fields import Field


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The field by which contacts are ordered; None is the order of their creation.

    Contacts without a value come last either way, and those with the same value in the order of their creation.
    """

    field: Field | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageAnchor:
    """The contact after which a page begins or, with `before`, before which it ends."""

    contact_id: int
    before: bool = False
