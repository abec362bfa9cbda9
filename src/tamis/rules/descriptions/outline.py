"""Outlines: rules as nested lists, for reading."""

from dataclasses import dataclass
from typing import Literal

from tamis.rules.descriptions.describe import phrase
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Not,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a rule: a condition in words, or a group of which all, any, none or not all parts must hold.

    `segment_id` is the segment that a condition names, if any. The rule without conditions has the kind "nothing".
    """

    kind: Literal["condition", "all", "any", "none", "not_all", "nothing"]
    text: str = ""
    segment_id: int | None = None
    parts: tuple["Outline", ...] = ()

    @property
    def heading(self) -> str:
        """The words above the parts of a group, or those of a rule without conditions."""
        if self.kind == "none" and len(self.parts) == 1:
            return "Not this"
        return _HEADINGS.get(self.kind, "")


_HEADINGS = {
    "all": "All of these",
    "any": "Any of these",
    "none": "None of these",
    "not_all": "Not all of these",
    "nothing": "No conditions",
}


def outline(rule: Rule) -> Outline:
    """Return the outline of a rule."""
    match rule:
        case None:
            return Outline("nothing")
        case Condition() | EventCondition() | InRandomShare() | IsSuppressed() | IsSubscribed() | Not(EventCondition()):
            return Outline("condition", phrase(rule))
        case InSegment():
            return Outline("condition", phrase(rule), rule.segment_id)
        case All(parts):
            return Outline("all", parts=tuple(map(outline, parts)))
        case Any(parts):
            return Outline("any", parts=tuple(map(outline, parts)))
        case Not(Any(parts)):
            return Outline("none", parts=tuple(map(outline, parts)))
        case Not(All(parts)):
            return Outline("not_all", parts=tuple(map(outline, parts)))
        case Not(part):
            return Outline("none", parts=(outline(part),))
