"""What every engine must be able to spell: its own table of the operators, and what stands around them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tamis.rules.operators import OPERATORS, Operand

Bind = Callable[[object], str]
"""Binds a value and returns the placeholder to write in its stead."""
Spelling = Callable[[str, tuple[Operand, ...], Bind], str]
"""Writes the test of a positive operator over an expression for the value of a field, given what it is compared with.

The test may be null where the value is, and must be neither true nor an error there.
"""

TO_BE_SPELLED = frozenset(o.name for o in OPERATORS if not o.negates and not o.names_segment)
"""The operators that need a spelling. A negative one is the complement of its positive one, and whether somebody is in
a segment is asked by the statement that knows where its engine keeps memberships."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine spells rules.

    `operators` has a spelling for each operator of `TO_BE_SPELLED`; anything else is a ValueError. `placeholder` names
    the parameter with a number, from 1 on, and `bound` turns a value of a rule, aware instants among them, into what
    the engine is given for it. `folded` writes the expression for a text of a column in the form of `domain.text.fold`.
    `later` writes an instant some microseconds, which may be negative, after another, without running over beyond the
    calendar. `complement` writes the test that is true where another one is false or null, and false where it is true.
    """

    name: str
    operators: Mapping[str, Spelling]
    placeholder: Callable[[int], str]
    bound: Callable[[object], object]
    folded: Callable[[str], str]
    later: Callable[[str, str], str]
    complement: Callable[[str], str] = "({} IS NOT TRUE)".format

    def __post_init__(self) -> None:
        missing, unknown = TO_BE_SPELLED - self.operators.keys(), self.operators.keys() - TO_BE_SPELLED
        if missing or unknown:
            raise ValueError(
                f"{self.name} must spell the positive operators and no others: "
                f"missing {sorted(missing)}, unknown {sorted(unknown)}"
            )


class Parameters:
    """Collects the values of one statement, in the form in which its engine is given them."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.values: list[object] = []

    def bind(self, value: object) -> str:
        """Add a value and return the placeholder to write in its stead."""
        self.values.append(self.dialect.bound(value))
        return self.dialect.placeholder(len(self.values))
