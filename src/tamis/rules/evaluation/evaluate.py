"""The reference meaning of a rule: plain Python over one contact."""

from collections.abc import Callable

from tamis.domain.contacts import Contact
from tamis.domain.externals import External
from tamis.rules.evaluation.operands import comparable, operands
from tamis.rules.operators import positive
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, Condition, InSegment, Not, Rule

Membership = Callable[[int], bool]
"""Tells of one contact whether it is in the segment with this id."""


def _unknown(segment_id: int) -> bool:
    raise LookupError(f"nobody said who is in segment {segment_id}, which this rule names")


def selects(rule: Rule, contact: Contact | External, as_of: EvaluationTime, in_segment: Membership = _unknown) -> bool:
    """Return whether a rule selects a contact at a moment; `in_segment` is needed where it names other segments. Of an
    external recipient it is only asked where it includes one (see `externals`)."""
    match rule:
        case None:
            return False
        case Condition():
            return holds(rule, contact, as_of)
        case InSegment(segment_id, _, operator):
            return in_segment(segment_id) is not positive(operator)[1]
        case All(parts):
            return all(selects(part, contact, as_of, in_segment) for part in parts)
        case Any(parts):
            return any(selects(part, contact, as_of, in_segment) for part in parts)
        case Not(part):
            return not selects(part, contact, as_of, in_segment)


def holds(condition: Condition, contact: Contact | External, as_of: EvaluationTime) -> bool:
    """Return whether one condition holds for a contact at a moment."""
    operator, complement = positive(condition.operator)
    value = contact.value_of(condition.field)
    if value is None:
        return complement
    assert operator.holds
    return operator.holds(comparable(value), operands(condition, as_of)) is not complement
