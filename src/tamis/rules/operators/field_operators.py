"""The operators that compare a field with another one of its kind: those for values, followed by the word "field"."""

from dataclasses import replace

from tamis.rules.operators.operator import Operator, ValueType
from tamis.rules.operators.value_operators import VALUE_OPERATORS

_COMPARISONS = frozenset({
    "is", "is not", "is greater than", "is less than", "is equal or greater than", "is equal or less than", "is after",
    "is before", "is at or after", "is at or before",
})  # fmt: skip
_SENTENCES = {"is at or after": "is at or after {0}", "is at or before": "is at or before {0}"}
"""Two instants are compared as they are, not by their days."""


def _with_field(operator: Operator) -> Operator:
    return replace(
        operator,
        name=f"{operator.name} field",
        phrase=_SENTENCES.get(operator.name, operator.phrase).format("field {0}"),
        aliases=tuple(f"{alias} field" for alias in operator.aliases if "…" not in alias),
        values=ValueType.FIELD,
        negates=operator.negates and f"{operator.negates} field",
        for_several=None,
        also="either is blank",
        sentence=_SENTENCES.get(operator.name, operator.phrase).format("their {0}"),
    )


FIELD_OPERATORS = tuple(_with_field(operator) for operator in VALUE_OPERATORS if operator.name in _COMPARISONS)
