"""SQL dialects: the spellings of operators and expressions that every engine must provide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tamis.rules.operators import OPERATORS, Operand

Bind = Callable[[object], str]
"""Binds a value and returns its placeholder."""
Spelling = Callable[[str, tuple[Operand, ...], Bind], str]
"""Writes the test of a positive operator, given the expression of a field's value, the operands, and a `Bind`.

For a null value the test may be null or false, but neither true nor an error.
"""

REQUIRED_SPELLINGS = frozenset(o.name for o in OPERATORS if not o.negates and not o.takes_no_field)
"""The operators that need a spelling. Negative ones are complements of positive ones, and membership of a segment is
tested by the statement that knows where its engine keeps memberships."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine spells rules.

    `operators` has a spelling for each operator of `REQUIRED_SPELLINGS`; anything else is a ValueError. `placeholder`
    writes the parameter with a number, from 1 on. `bound` converts a value of a rule, including aware instants, for the
    engine. `folded` writes the expression for a text column in the form of `domain.text.fold`. `later` writes the
    instant some microseconds, possibly negative, after another, limited to the calendar. `complement` writes the test
    that is true where another one is false or null, and false where it is true. `truncated` writes the whole number
    that is left of another one without its fraction, and `widened` a whole number in a type with room for the sum of
    any such numbers below 2^60.
    """

    name: str
    operators: Mapping[str, Spelling]
    placeholder: Callable[[int], str]
    bound: Callable[[object], object]
    folded: Callable[[str], str]
    later: Callable[[str, str], str]
    truncated: Callable[[str], str]
    widened: Callable[[str], str]
    complement: Callable[[str], str] = "({} IS NOT TRUE)".format

    def __post_init__(self) -> None:
        missing, unknown = REQUIRED_SPELLINGS - self.operators.keys(), self.operators.keys() - REQUIRED_SPELLINGS
        if missing or unknown:
            raise ValueError(
                f"{self.name} must spell the positive operators and no others: "
                f"missing {sorted(missing)}, unknown {sorted(unknown)}"
            )


class Parameters:
    """Collects the parameters of one statement, converted for its engine."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.values: list[object] = []

    def bind(self, value: object) -> str:
        """Add a value and return its placeholder."""
        self.values.append(self.dialect.bound(value))
        return self.dialect.placeholder(len(self.values))
