"""Which operator a spelling means, and which operators a kind of field has."""

import re
from collections.abc import Iterable

from tamis.domain.fields import Kind
from tamis.rules.operators.shape import Operator
from tamis.rules.operators.table import OPERATORS

_SHORT_NOT = re.compile(r"\b(is|are|does)n['’]t\b")

BY_NAME = {operator.name: operator for operator in OPERATORS}
SPELLINGS = {spelling: [o for o in OPERATORS if spelling in (o.name, *o.aliases)] for spelling in
             {s for o in OPERATORS for s in (o.name, *o.aliases)}}  # fmt: skip
"""Every name and alias, in lower case, with the operators that it can mean; the kind of the field decides."""


def normal_spelling(spelling: str) -> str:
    """Bring what a person wrote to the form of the table: lower case, single spaces, "…" for the value inside, and
    "is not" for "isn't"."""
    return " ".join(_SHORT_NOT.sub(r"\1 not", spelling.lower().replace("...", "…")).split())


def find_operator(spelling: str, kind: Kind) -> Operator | None:
    """Find the operator that a spelling means for a field of this kind, or None."""
    return next((o for o in SPELLINGS.get(normal_spelling(spelling), ()) if kind in o.kinds), None)


def names_for(kind: Kind) -> Iterable[str]:
    """List the names of the operators that a field of this kind has."""
    return (operator.name for operator in OPERATORS if kind in operator.kinds)


def positive(operator: Operator) -> tuple[Operator, bool]:
    """Return the positive operator and whether this one is its complement."""
    return (BY_NAME[operator.negates], True) if operator.negates else (operator, False)
