"""The conditions of parts of rules, so that each is evaluated once, however many parts share it."""

from collections.abc import Iterator, Sequence

from tamis.rules.tree import All, Any, Leaf, Node, Not


def leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    """Yield the conditions of some parts of rules, from left to right."""
    for node in nodes:
        match node:
            case All(parts) | Any(parts):
                yield from leaves(parts)
            case Not(part):
                yield from leaves([part])
            case _:
                yield node


def joined(node: Node, names: dict[Leaf, str]) -> str:
    """Return the SQL that combines columns of conditions, which are never null, as a part combines the conditions."""
    match node:
        case Not(part):
            return f"(NOT {joined(part, names)})"
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) else " OR "
            return "(" + word.join(joined(part, names) for part in parts) + ")"
        case _:
            return names[node]
