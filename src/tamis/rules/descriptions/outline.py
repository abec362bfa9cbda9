"""A rule as a list with lists in it, for those who read rather than write it."""

from dataclasses import dataclass
from typing import Literal

from tamis.rules.descriptions.describe import phrase
from tamis.rules.tree import All, Any, Condition, InSegment, Not, Rule


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a rule: a condition in words, or a group, of whose parts all, any, none or not all must hold.
    `segment_id` is the segment that a condition names, if it names one. The rule without conditions is of the kind
    "nothing"."""

    kind: Literal["condition", "all", "any", "none", "not_all", "nothing"]
    text: str = ""
    segment_id: int | None = None
    parts: tuple["Outline", ...] = ()


def outline(rule: Rule) -> Outline:
    """Return the outline of a rule."""
    match rule:
        case None:
            return Outline("nothing")
        case Condition():
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
