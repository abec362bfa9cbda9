"""Look up operators by spelling and by the kind of a field."""

import re
from collections.abc import Iterable

from tamis.domain.values.fields import Kind
from tamis.rules.operators.operator import Operator
from tamis.rules.operators.table import OPERATORS

_SHORT_NOT = re.compile(r"\b(is|are|does)n['’]t\b")
_SIGN = re.compile(r"(?<=\w)(?=[=<>!≥≤])")

BY_NAME = {operator.name: operator for operator in OPERATORS}
SPELLINGS = {spelling: [o for o in OPERATORS if spelling in (o.name, *o.aliases)] for spelling in
             {s for o in OPERATORS for s in (o.name, *o.aliases)}}  # fmt: skip
"""Each name and alias, in lower case, with the operators that it can mean, depending on the kind of the field."""


def normal_spelling(spelling: str) -> str:
    """Normalise a spelling: lower case, single spaces, also before a sign, "…" for a value inside, "is not" for
    "isn't"."""
    spaced = _SIGN.sub(" ", spelling.lower().replace("...", "…"))
    return " ".join(_SHORT_NOT.sub(r"\1 not", spaced).split())


def find_operator(spelling: str, kind: Kind) -> Operator | None:
    """Find the operator that a spelling means for a field of this kind, or None."""
    return next((o for o in SPELLINGS.get(normal_spelling(spelling), ()) if kind in o.kinds), None)


def names_for(kind: Kind) -> Iterable[str]:
    """Return the names of the operators of a kind of field."""
    return (operator.name for operator in OPERATORS if kind in operator.kinds)


def positive_form(operator: Operator) -> tuple[Operator, bool]:
    """Return the positive form of an operator, and whether the operator is its complement."""
    return (BY_NAME[operator.negates], True) if operator.negates else (operator, False)
