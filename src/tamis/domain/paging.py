"""In which order contacts are looked through, and where a page of them begins."""

from dataclasses import dataclass

from tamis.domain.fields import Field


@dataclass(frozen=True, slots=True)
class SortOrder:
    """By which field contacts are ordered, None being the order in which they came. Contacts without a value come last
    either way, and those with the same value in the order in which they came."""

    field: Field | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageAnchor:
    """The contact beside which a page lies: those after it, or those before it."""

    contact_id: int
    before: bool = False
