"""Rules as trees: conditions joined by all, any and not."""

from collections.abc import Iterator
from dataclasses import dataclass

from tamis.domain.fields import Field
from tamis.rules.operators import Operator
from tamis.rules.values import ConditionValue


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, an operator, and as many values as the operator takes."""

    field: Field
    operator: Operator
    values: tuple[ConditionValue, ...] = ()


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
    """Holds when the contact is a member of another segment of its type; `name` is the segment's present name, which
    does not affect the meaning."""

    segment_id: int
    name: str
    operator: Operator


Node = Condition | InSegment | All | Any | Not
Rule = Node | None
"""None is the rule without conditions, which selects nobody."""


def join(kind: type[All] | type[Any], parts: list[Node]) -> Node:
    """Join one or more parts in canonical form: parts of the same kind are flattened, a single part is returned as it
    is."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def conditions(rule: Rule) -> Iterator[Condition]:
    """Yield all conditions of a rule, from left to right."""
    match rule:
        case Condition():
            yield rule
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)


def referenced_segments(rule: Rule) -> frozenset[int]:
    """Return the ids of the segments that a rule names."""
    match rule:
        case InSegment(segment_id):
            return frozenset({segment_id})
        case All(parts) | Any(parts):
            return frozenset().union(*map(referenced_segments, parts))
        case Not(part):
            return referenced_segments(part)
    return frozenset()
