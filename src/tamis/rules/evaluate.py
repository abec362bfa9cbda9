"""The reference meaning of a rule: plain Python over one contact."""

from zoneinfo import ZoneInfo

from tamis.domain.contacts import Contact
from tamis.rules.operands import comparable, operands
from tamis.rules.operators import positive
from tamis.rules.tree import All, Any, Condition, Not, Rule


def selects(rule: Rule, contact: Contact, zone: ZoneInfo) -> bool:
    """Tell whether a rule selects a contact, days being those of `zone`."""
    match rule:
        case None:
            return False
        case Condition():
            return _holds(rule, contact, zone)
        case All(parts):
            return all(selects(part, contact, zone) for part in parts)
        case Any(parts):
            return any(selects(part, contact, zone) for part in parts)
        case Not(part):
            return not selects(part, contact, zone)


def _holds(condition: Condition, contact: Contact, zone: ZoneInfo) -> bool:
    operator, complement = positive(condition.operator)
    value = contact.value_of(condition.field)
    if value is None:
        return complement
    assert operator.holds
    return operator.holds(comparable(value), operands(condition, zone)) is not complement
