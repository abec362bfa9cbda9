"""Paging through contacts: their order, and the position of a page."""

from dataclasses import dataclass
from datetime import date, datetime

from tamis.domain.values.fields import Field


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


SortKey = str | float | bool | date | datetime | None
"""What contacts are ordered by: a value as it is compared, of texts and options only the first characters; instants are
naive, in UTC. None for a contact without a value."""


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The place after which a page begins, whether or not the contact that was there has changed since; `key` means
    nothing in the order of creation."""

    contact_id: int
    key: SortKey = None
