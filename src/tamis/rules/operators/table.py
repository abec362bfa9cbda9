"""The operators of conditions: one table that every syntax and every meaning of a rule reads."""

from tamis.domain.fields import Kind
from tamis.rules.operators.shape import Bind, Operand, Operator, Relative, Takes


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
