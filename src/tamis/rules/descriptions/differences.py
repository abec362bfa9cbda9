"""What differs between two rules, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from tamis.rules.descriptions.outline import Outline


class LineChange(StrEnum):
    """Whether a line is in both rules, only in the later one, or only in the earlier one."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A line of an outline: a condition, or the words of a group whose parts follow, one level deeper."""

    depth: int
    text: str
    change: LineChange = LineChange.KEPT


def compare_outlines(before: Outline, after: Outline) -> list[OutlineLine]:
    """Return the lines of two outlines as one, each marked with its change; kept lines are as deep as in the later
    one."""
    old, new = list(_lines(before)), list(_lines(after))
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in new], autojunk=False)
    found: list[OutlineLine] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            found += new[new_start:new_end]
            continue
        found += [OutlineLine(line.depth, line.text, LineChange.REMOVED) for line in old[old_start:old_end]]
        found += [OutlineLine(line.depth, line.text, LineChange.ADDED) for line in new[new_start:new_end]]
    return found


def _lines(of: Outline, depth: int = 0) -> Iterator[OutlineLine]:
    yield OutlineLine(depth, of.text or of.heading)
    for part in of.parts:
        yield from _lines(part, depth + 1)
