"""Drafts: the unchecked syntax trees that all syntaxes are parsed into; each part knows its place in the source."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Literal

from tamis.domain.errors import Problem

MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class DraftCondition:
    """A condition as it was written; `where` is its place, in the terms of the syntax. A condition about another
    segment has no field."""

    field: str | int | None
    operator: str
    values: tuple[str, ...]
    where: str
    where_field: str = ""
    where_operator: str = ""
    where_values: tuple[str, ...] = ()
    unquoted: frozenset[int] = frozenset()
    """The indexes of the values that were written without quotes in a syntax that quotes text."""
    problems: tuple[Problem, ...] = ()
    """Problems found by the parser of the syntax."""
    depth: int = attribute(default=1, init=False)


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """Drafts joined by `all` or `any`."""

    join: Literal["all", "any"]
    parts: tuple["Draft", ...]
    where: str
    depth: int = attribute(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", 1 + max((part.depth for part in self.parts), default=0))


@dataclass(frozen=True, slots=True)
class DraftNot:
    """A negated draft."""

    part: "Draft"
    where: str
    depth: int = attribute(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", 1 + self.part.depth)


Draft = DraftCondition | DraftGroup | DraftNot


def conditions(draft: Draft | None) -> Iterator[DraftCondition]:
    """Yield all conditions of a draft, from left to right."""
    match draft:
        case DraftCondition():
            yield draft
        case DraftGroup():
            for part in draft.parts:
                yield from conditions(part)
        case DraftNot():
            yield from conditions(draft.part)


def map_conditions(draft: Draft | None, change: Callable[[DraftCondition], DraftCondition]) -> Draft | None:
    """Return a draft in which each condition is replaced by the result of `change`."""
    match draft:
        case DraftCondition():
            return change(draft)
        case DraftGroup(join, parts, where):
            changed = (map_conditions(part, change) for part in parts)
            return DraftGroup(join, tuple(part for part in changed if part), where)
        case DraftNot(part, where):
            inner = map_conditions(part, change)
            return DraftNot(inner, where) if inner else None
    return None
