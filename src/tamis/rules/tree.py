"""The tree that every rule is: conditions joined by all, any and not."""

from collections.abc import Iterator
from dataclasses import dataclass

from tamis.domain.fields import Field
from tamis.rules.operators import Operator
from tamis.rules.values import Given


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, an operator and as many values as the operator takes."""

    field: Field
    operator: Operator
    values: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Holds when each of its two or more parts does."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when at least one of its two or more parts does."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class InSegment:
    """Holds when the contact is in another segment of its type, by its rule or by hand; `name` is the one that the
    segment has now, and plays no part in what the node means."""

    segment_id: int
    name: str
    operator: Operator


Node = Condition | InSegment | All | Any | Not
Rule = Node | None
"""None is the rule without conditions, which selects nobody."""


def join(kind: type[All] | type[Any], parts: list[Node]) -> Node:
    """Join one or more parts in the one shape that every door gives them: a part of the same kind is taken apart,
    a single part stands for itself."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def conditions(rule: Rule) -> Iterator[Condition]:
    """Walk over all conditions of a rule, from left to right."""
    match rule:
        case Condition():
            yield rule
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)


def segments_named(rule: Rule) -> frozenset[int]:
    """Return the ids of the segments that a rule names."""
    match rule:
        case InSegment(segment_id):
            return frozenset({segment_id})
        case All(parts) | Any(parts):
            return frozenset().union(*map(segments_named, parts))
        case Not(part):
            return segments_named(part)
    return frozenset()
