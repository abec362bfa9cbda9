"""Drafts: the unchecked syntax trees that all syntaxes are parsed into; each part knows its place in the source."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Literal

from tamis.domain.errors import Problem
from tamis.rules.operators import BY_NAME, ValueType

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


@dataclass(frozen=True, slots=True)
class DraftEventCondition:
    """A condition about events as it was written.

    `test` is what is asked of their number, or of another value of theirs, and `window` of their instants, both without
    a field; `filter` is about their properties.
    """

    event: str | int
    function: str
    measured: str | int | None
    test: DraftCondition
    where: str
    window: DraftCondition | None = None
    filter: "Draft | None" = None
    where_event: str = ""
    where_measured: str = ""
    problems: tuple[Problem, ...] = ()
    """Problems found by the parser of the syntax."""
    depth: int = attribute(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", 1 + (self.filter.depth if self.filter else 0))


Draft = DraftCondition | DraftEventCondition | DraftGroup | DraftNot


def uses_field(condition: DraftCondition, field_id: int) -> bool:
    """Return whether a condition is about a field with this id, or compares one with it."""
    return condition.field == field_id or field_id in other_fields(condition)


def other_fields(condition: DraftCondition) -> tuple[int, ...]:
    """Return the ids of the fields that a condition in the form in which it is stored compares its field with."""
    operator = BY_NAME.get(condition.operator)
    return tuple(map(int, condition.values)) if operator and operator.values is ValueType.FIELD else ()


def conditions(draft: Draft | None) -> Iterator[DraftCondition]:
    """Yield all conditions about fields of contacts and about segments, from left to right."""
    match draft:
        case DraftCondition():
            yield draft
        case DraftGroup():
            for part in draft.parts:
                yield from conditions(part)
        case DraftNot():
            yield from conditions(draft.part)


def event_conditions(draft: Draft | None) -> Iterator[DraftEventCondition]:
    """Yield all conditions about events, from left to right."""
    match draft:
        case DraftEventCondition():
            yield draft
        case DraftGroup():
            for part in draft.parts:
                yield from event_conditions(part)
        case DraftNot():
            yield from event_conditions(draft.part)


def map_conditions(draft: Draft | None, change: Callable[[DraftCondition], DraftCondition]) -> Draft | None:
    """Return a draft in which each condition about a field or a segment is replaced by the result of `change`."""
    match draft:
        case DraftEventCondition():
            return draft
        case DraftCondition():
            return change(draft)
        case DraftGroup(join, parts, where):
            changed = (map_conditions(part, change) for part in parts)
            return DraftGroup(join, tuple(part for part in changed if part), where)
        case DraftNot(part, where):
            inner = map_conditions(part, change)
            return DraftNot(inner, where) if inner else None
    return None
