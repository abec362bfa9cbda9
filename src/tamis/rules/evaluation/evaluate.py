"""The reference evaluator: what a rule means, in plain Python over one contact."""

from collections.abc import Callable

from tamis.domain.contacts import Contact
from tamis.domain.externals import External
from tamis.rules.evaluation.operands import comparable, operands
from tamis.rules.operators import positive_form
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, Condition, InSegment, Not, Rule

Membership = Callable[[int], bool]
"""Returns whether one contact is a member of the segment with this id."""


def _unknown(segment_id: int) -> bool:
    raise LookupError(f"the rule names segment {segment_id}, but no memberships were given")


def selects(rule: Rule, contact: Contact | External, as_of: EvaluationTime, in_segment: Membership = _unknown) -> bool:
    """Return whether a rule selects a contact as of a time; `in_segment` is needed when the rule names segments.

    For external recipients use `selects_external`.
    """
    match rule:
        case None:
            return False
        case Condition():
            return holds(rule, contact, as_of)
        case InSegment(segment_id, _, operator):
            return in_segment(segment_id) is not positive_form(operator)[1]
        case All(parts):
            return all(selects(part, contact, as_of, in_segment) for part in parts)
        case Any(parts):
            return any(selects(part, contact, as_of, in_segment) for part in parts)
        case Not(part):
            return not selects(part, contact, as_of, in_segment)


def holds(condition: Condition, contact: Contact | External, as_of: EvaluationTime) -> bool:
    """Return whether a condition holds for a contact as of a time."""
    operator, complement = positive_form(condition.operator)
    value = contact.value_of(condition.field)
    if value is None:
        return complement
    assert operator.holds
    return operator.holds(comparable(value), operands(condition, as_of)) is not complement
