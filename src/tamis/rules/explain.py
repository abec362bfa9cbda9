"""Why a rule selects a contact, or does not: what each of its parts says."""

from dataclasses import dataclass
from typing import Literal

from tamis.domain.contacts import Contact
from tamis.domain.fields import format_value
from tamis.rules.evaluate import Membership, selects
from tamis.rules.moment import Moment
from tamis.rules.text import to_text
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule


@dataclass(frozen=True, slots=True)
class Explained:
    """A part of a rule and what it says of a contact; a plain record that can be written as JSON.

    `text` is the part as `to_text` writes it. `value` is what the contact has in the field of a condition, None where
    that is missing or the part is none. The rule without conditions is of the kind "nothing".
    """

    kind: Literal["condition", "segment", "all", "any", "not", "nothing"]
    text: str
    value: str | None
    holds: bool
    parts: tuple["Explained", ...] = ()


def explain(rule: Rule, contact: Contact, moment: Moment, in_segment: Membership) -> Explained:
    """Tell what a rule and each of its parts say of a contact at a moment."""
    value: str | None = None
    kind: Literal["condition", "segment", "all", "any", "not", "nothing"]
    parts: tuple[Node, ...] = ()
    match rule:
        case None:
            kind = "nothing"
        case Condition():
            kind = "condition"
            known = contact.value_of(rule.field)
            value = None if known is None else format_value(known)
        case InSegment():
            kind = "segment"
        case All():
            kind, parts = "all", rule.parts
        case Any():
            kind, parts = "any", rule.parts
        case Not():
            kind, parts = "not", (rule.part,)
    explained = tuple(explain(part, contact, moment, in_segment) for part in parts)
    return Explained(kind, to_text(rule), value, selects(rule, contact, moment, in_segment), explained)
