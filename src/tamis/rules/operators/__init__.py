"""The operators of conditions: what one is, the one table of them, and how they are found."""

from tamis.rules.operators.finding import BY_NAME, SPELLINGS, find_operator, names_for, normal_spelling, positive
from tamis.rules.operators.operand import Operand
from tamis.rules.operators.shape import Operator, Relative, Takes
from tamis.rules.operators.table import OPERATORS

__all__ = [
    "BY_NAME",
    "OPERATORS",
    "SPELLINGS",
    "Operand",
    "Operator",
    "Relative",
    "Takes",
    "find_operator",
    "names_for",
    "normal_spelling",
    "positive",
]
