"""The operators of conditions: their table, their meaning in Python, and how to look them up."""

from tamis.rules.operators.lookup import BY_NAME, SPELLINGS, find_operator, names_for, normal_spelling, positive_form
from tamis.rules.operators.operand import Operand
from tamis.rules.operators.operator import Operator, Relative, Takes, ValueType
from tamis.rules.operators.table import OPERATORS

__all__ = [
    "BY_NAME",
    "OPERATORS",
    "SPELLINGS",
    "Operand",
    "Operator",
    "Relative",
    "Takes",
    "ValueType",
    "find_operator",
    "names_for",
    "normal_spelling",
    "positive_form",
]
