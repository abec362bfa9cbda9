"""Cumulative groups: the first two, three, … parts of each group, to show how every part narrows or widens it."""

from collections.abc import Iterator, Mapping

from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.tree import All, Any, Node, Not, join

MOST_PARTS = 30
"""Longer groups are skipped: nobody reads that many steps, and each step counts all parts before it again."""


def cumulative_groups(draft: Draft | None, parts: Mapping[str, Node]) -> dict[str, Node]:
    """Return, by the place of each part of a group from the second on, the group up to and including that part.

    `parts` are the complete parts of the draft by their places. A group ends before its first incomplete part.
    """
    return dict(_of(draft, parts, False))


def _of(draft: Draft | None, parts: Mapping[str, Node], negated: bool) -> Iterator[tuple[str, Node]]:
    match draft:
        case None | DraftCondition():
            return
        case DraftNot():
            yield from _of(draft.part, parts, isinstance(draft.part, DraftGroup) and draft.part.join == "any")
        case DraftGroup():
            whole: list[Node] = []
            for part in draft.parts if len(draft.parts) <= MOST_PARTS else ():
                if part.where not in parts:
                    break
                whole.append(parts[part.where])
                node = join(All if draft.join == "all" else Any, whole)
                if len(whole) > 1:
                    yield part.where, Not(node) if negated else node
            for part in draft.parts:
                yield from _of(part, parts, False)
