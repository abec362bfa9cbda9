"""The operators of conditions: one table that every door and every meaning of a rule reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tamis.domain.fields import Kind

Comparable = str | float | bool | date | datetime


class Operand(NamedTuple):
    """What a value is compared with, as a closed span: a day holds all of its instants, anything else is one point."""

    low: Any
    high: Any


class Takes(StrEnum):
    """How many values an operator takes from a condition."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"

    def allows(self, count: int) -> bool:
        """Tell whether a condition may have this many values."""
        return count >= 1 if self is Takes.MANY else count == ("none", "one", "two").index(self)


class Relative(StrEnum):
    """What the duration of a relative operator counts from now: these operators change their answers with time."""

    LAST = "last"
    BEFORE = "before"
    NEXT = "next"
    ANNIVERSARY = "anniversary"


Bind = Callable[[Any], str]
Holds = Callable[[Any, tuple[Operand, ...]], bool]
ToSql = Callable[[str, tuple[Operand, ...], Bind], str]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table.

    A positive operator holds only for a contact that has a value: `holds` (in Python) and `sql` (in the column
    store) are asked about values that are not missing. A negative operator names its positive one in `negates` and
    is its exact complement, so it holds for every contact without a value.
    """

    name: str
    kinds: frozenset[Kind]
    takes: Takes
    phrase: str
    aliases: tuple[str, ...] = ()
    holds: Holds | None = None
    sql: ToSql | None = None
    negates: str | None = None
    takes_parts: bool = False
    """Whether a value may be a part of a text, rather than the whole value of a field."""
    takes_blanks: bool = False
    """Whether such a part may be nothing but blanks: a text can have one inside, but none at its ends."""
    relative: Relative | None = None
    """What is counted from now, for a positive operator that takes a duration rather than a value of the field."""
    joins: str = "or"
    """The word before the last of many values in the sentence."""
    text: str = ""
    """How the text language writes it where the value stands inside: "…" is the value."""
    also: str = "is blank"
    """For whom else a negative operator holds than for values that its phrase makes one think of."""

    @property
    def holds_when_missing(self) -> bool:
        """What the operator says of a contact without a value."""
        return self.negates is not None and not self.names_segment

    @property
    def names_segment(self) -> bool:
        """Whether the operator stands without a field and its value is a segment."""
        return not self.kinds


def _within(column: str, operand: Operand, bind: Bind) -> str:
    low, high = operand
    return f"{column} = {bind(low)}" if low == high else f"{column} BETWEEN {bind(low)} AND {bind(high)}"


def _one_of(column: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    points = [bind(o.low) for o in operands if o.low == o.high]
    parts = [f"{column} IN ({', '.join(points)})"] if points else []
    parts += [_within(column, o, bind) for o in operands if o.low != o.high]
    return f"({' OR '.join(parts)})"


_FEW_OPTIONS = 6


def _including(column: str, operands: tuple[Operand, ...], bind: Bind, word: str, many: str) -> str:
    # Measured over a million rows: looking for one option takes 5 ms, either of the functions for lists 40 and more.
    options = list(dict.fromkeys(operand.low for operand in operands))
    if len(options) > _FEW_OPTIONS:
        return f"{many}({column}, {bind(options)}::VARCHAR[])"
    return f"({word.join(f'list_contains({column}, {bind(option)})' for option in options)})"


_TEXT = frozenset({Kind.TEXT, Kind.CHOICE})
_NUMBER = frozenset({Kind.NUMBER})
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_BOOLEAN = frozenset({Kind.BOOLEAN})
_ORDERED = _NUMBER | _DATES
_SETS = _TEXT | _ORDERED
_ALL = _SETS | _BOOLEAN
_CHOICES = frozenset({Kind.CHOICES})

OPERATORS: tuple[Operator, ...] = (
    Operator(
        "is", _ALL, Takes.ONE, "is {0}", ("=",),
        holds=lambda v, o: bool(o[0].low <= v <= o[0].high),
        sql=lambda c, o, bind: _within(c, o[0], bind),
    ),
    Operator("is not", _ALL, Takes.ONE, "is not {0}", ("!=",), negates="is"),
    Operator(
        "is one of", _SETS, Takes.MANY, "is one of {0}", ("in",),
        holds=lambda v, o: any(low <= v <= high for low, high in o),
        sql=_one_of,
    ),
    Operator("is none of", _SETS, Takes.MANY, "is none of {0}", ("not in",), negates="is one of"),
    Operator(
        "is not blank", _ALL | _CHOICES, Takes.NONE, "is known",
        holds=lambda v, o: True,
        sql=lambda c, o, bind: f"{c} IS NOT NULL",
    ),
    Operator("is blank", _ALL | _CHOICES, Takes.NONE, "is blank", negates="is not blank"),
    Operator(
        "contains", _TEXT, Takes.ONE, "contains {0}", takes_parts=True, takes_blanks=True,
        holds=lambda v, o: o[0].low in v,
        sql=lambda c, o, bind: f"contains({c}, {bind(o[0].low)})",
    ),
    Operator(
        "does not contain", _TEXT, Takes.ONE, "does not contain {0}", negates="contains", takes_parts=True,
        takes_blanks=True,
    ),
    Operator(
        "starts with", _TEXT, Takes.ONE, "starts with {0}", takes_parts=True,
        holds=lambda v, o: v.startswith(o[0].low),
        sql=lambda c, o, bind: f"starts_with({c}, {bind(o[0].low)})",
    ),
    Operator(
        "does not start with", _TEXT, Takes.ONE, "does not start with {0}", negates="starts with", takes_parts=True,
    ),
    Operator(
        "ends with", _TEXT, Takes.ONE, "ends with {0}", takes_parts=True,
        holds=lambda v, o: v.endswith(o[0].low),
        sql=lambda c, o, bind: f"ends_with({c}, {bind(o[0].low)})",
    ),
    Operator("does not end with", _TEXT, Takes.ONE, "does not end with {0}", negates="ends with", takes_parts=True),
    Operator(
        "is greater than", _NUMBER, Takes.ONE, "is greater than {0}", (">",),
        holds=lambda v, o: bool(v > o[0].high),
        sql=lambda c, o, bind: f"{c} > {bind(o[0].high)}",
    ),
    Operator(
        "is less than", _NUMBER, Takes.ONE, "is less than {0}", ("<",),
        holds=lambda v, o: bool(v < o[0].low),
        sql=lambda c, o, bind: f"{c} < {bind(o[0].low)}",
    ),
    Operator(
        "is equal or greater than", _NUMBER, Takes.ONE, "is {0} or more", (">=",),
        holds=lambda v, o: bool(v >= o[0].low),
        sql=lambda c, o, bind: f"{c} >= {bind(o[0].low)}",
    ),
    Operator(
        "is equal or less than", _NUMBER, Takes.ONE, "is {0} or less", ("<=",),
        holds=lambda v, o: bool(v <= o[0].high),
        sql=lambda c, o, bind: f"{c} <= {bind(o[0].high)}",
    ),
    Operator(
        "is between", _ORDERED, Takes.TWO, "is between {0} and {1}", ("between",),
        holds=lambda v, o: bool(o[0].low <= v <= o[1].high),
        sql=lambda c, o, bind: f"{c} BETWEEN {bind(o[0].low)} AND {bind(o[1].high)}",
    ),
    Operator(
        "is not between", _ORDERED, Takes.TWO, "is not between {0} and {1}", ("not between",),
        negates="is between",
    ),
    Operator(
        "is after", _DATES, Takes.ONE, "is after {0}", (">",),
        holds=lambda v, o: bool(v > o[0].high),
        sql=lambda c, o, bind: f"{c} > {bind(o[0].high)}",
    ),
    Operator(
        "is before", _DATES, Takes.ONE, "is before {0}", ("<",),
        holds=lambda v, o: bool(v < o[0].low),
        sql=lambda c, o, bind: f"{c} < {bind(o[0].low)}",
    ),
    Operator(
        "is at or after", _DATES, Takes.ONE, "is {0} or later", (">=",),
        holds=lambda v, o: bool(v >= o[0].low),
        sql=lambda c, o, bind: f"{c} >= {bind(o[0].low)}",
    ),
    Operator(
        "is at or before", _DATES, Takes.ONE, "is {0} or earlier", ("<=",),
        holds=lambda v, o: bool(v <= o[0].high),
        sql=lambda c, o, bind: f"{c} <= {bind(o[0].high)}",
    ),
    Operator(
        "includes any of", _CHOICES, Takes.MANY, "includes any of {0}",
        holds=lambda v, o: any(option in v for option, _ in o),
        sql=lambda c, o, bind: _including(c, o, bind, " OR ", "list_has_any"),
    ),
    Operator("includes none of", _CHOICES, Takes.MANY, "includes none of {0}", negates="includes any of"),
    Operator(
        "includes all of", _CHOICES, Takes.MANY, "includes all of {0}", joins="and",
        holds=lambda v, o: all(option in v for option, _ in o),
        sql=lambda c, o, bind: _including(c, o, bind, " AND ", "list_has_all"),
    ),
    Operator(
        "is within", _DATES, Takes.ONE, "is within the last {0}", ("within",), relative=Relative.LAST,
        holds=lambda v, o: bool(o[0].low <= v <= o[0].high),
        sql=lambda c, o, bind: _within(c, o[0], bind),
    ),
    Operator(
        "is not within", _DATES, Takes.ONE, "is not within the last {0}", ("not within",), negates="is within",
        also="is blank or in the future",
    ),
    Operator(
        "is more than ago", _DATES, Takes.ONE, "is more than {0} ago", ("is more than … ago",),
        relative=Relative.BEFORE, text="is more than … ago",
        holds=lambda v, o: bool(o[0].low <= v <= o[0].high),
        sql=lambda c, o, bind: _within(c, o[0], bind),
    ),
    Operator(
        "is not more than ago", _DATES, Takes.ONE, "is not more than {0} ago", ("is not more than … ago",),
        negates="is more than ago", text="is not more than … ago", also="is blank or in the future",
    ),
    Operator(
        "is in the next", _DATES, Takes.ONE, "is in the next {0}", relative=Relative.NEXT,
        holds=lambda v, o: bool(o[0].low <= v <= o[0].high),
        sql=lambda c, o, bind: _within(c, o[0], bind),
    ),
    Operator(
        "is not in the next", _DATES, Takes.ONE, "is not in the next {0}", negates="is in the next",
        also="is blank or in the past",
    ),
    Operator(
        "is anniversary within", _DATES, Takes.ONE, "has its anniversary within the next {0}",
        relative=Relative.ANNIVERSARY,
        holds=lambda v, o: bool(o[0].low.holds(v)),
        sql=lambda c, o, bind: str(o[0].low.sql(c, bind)),
    ),
    Operator(
        "is not anniversary within", _DATES, Takes.ONE, "does not have its anniversary within the next {0}",
        negates="is anniversary within", also="is blank or has no anniversary yet",
    ),
    Operator(
        "is true", _BOOLEAN, Takes.NONE, "is true",
        holds=lambda v, o: bool(v),
        sql=lambda c, o, bind: c,
    ),
    Operator(
        "is false", _BOOLEAN, Takes.NONE, "is false",
        holds=lambda v, o: not v,
        sql=lambda c, o, bind: f"NOT {c}",
    ),
    Operator("is in segment", frozenset(), Takes.ONE, "are in the segment {0}"),
    Operator("is not in segment", frozenset(), Takes.ONE, "are not in the segment {0}", negates="is in segment"),
)  # fmt: skip

BY_NAME = {operator.name: operator for operator in OPERATORS}
SPELLINGS = {spelling: [o for o in OPERATORS if spelling in (o.name, *o.aliases)] for spelling in
             {s for o in OPERATORS for s in (o.name, *o.aliases)}}  # fmt: skip
"""Every name and alias, in lower case, with the operators that it can mean; the kind of the field decides."""


def normal_spelling(spelling: str) -> str:
    """Bring what a person wrote to the form of the table: lower case, single spaces, "…" for the value inside."""
    return " ".join(spelling.lower().replace("...", "…").split())


def find_operator(spelling: str, kind: Kind) -> Operator | None:
    """Find the operator that a spelling means for a field of this kind, or None."""
    return next((o for o in SPELLINGS.get(normal_spelling(spelling), ()) if kind in o.kinds), None)


def names_for(kind: Kind) -> Iterable[str]:
    """List the names of the operators that a field of this kind has."""
    return (operator.name for operator in OPERATORS if kind in operator.kinds)


def positive(operator: Operator) -> tuple[Operator, bool]:
    """Give the positive operator and whether this one is its complement."""
    return (BY_NAME[operator.negates], True) if operator.negates else (operator, False)
