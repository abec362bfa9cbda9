"""The conditions of parts of rules, so that each is evaluated once, however many parts share it."""

from collections.abc import Iterator, Sequence

from tamis.rules.tree import All, Any, Condition, EventCondition, InRandomShare, InSegment, IsSuppressed, Node, Not

Leaf = Condition | EventCondition | InSegment | InRandomShare | IsSuppressed


def leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    """Yield the conditions of some parts of rules, from left to right."""
    for node in nodes:
        match node:
            case Condition() | EventCondition() | InSegment() | InRandomShare() | IsSuppressed():
                yield node
            case All(parts) | Any(parts):
                yield from leaves(parts)
            case Not(part):
                yield from leaves([part])


def joined(node: Node, names: dict[Leaf, str]) -> str:
    """Return the SQL that combines columns of conditions, which are never null, as a part combines the conditions."""
    match node:
        case Condition() | EventCondition() | InSegment() | InRandomShare() | IsSuppressed():
            return names[node]
        case Not(part):
            return f"(NOT {joined(part, names)})"
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) else " OR "
            return "(" + word.join(joined(part, names) for part in parts) + ")"
