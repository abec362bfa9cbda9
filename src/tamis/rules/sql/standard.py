"""Spellings of operators in standard SQL, for all engines that compare the values of a kind in its order."""

from tamis.rules.operators import Operand
from tamis.rules.sql.dialect import Bind, Spelling


def within(value: str, operand: Operand, bind: Bind) -> str:
    """Write the test that a value lies in a closed span."""
    low, high = operand
    return f"{value} = {bind(low)}" if low == high else f"{value} BETWEEN {bind(low)} AND {bind(high)}"


def _one_of(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    points = [bind(o.low) for o in operands if o.low == o.high]
    parts = [f"{value} IN ({', '.join(points)})"] if points else []
    parts += [within(value, o, bind) for o in operands if o.low != o.high]
    return f"({' OR '.join(parts)})"


def _is(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return within(value, operands[0], bind)


def _after(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"{value} > {bind(operands[0].high)}"


def _before(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"{value} < {bind(operands[0].low)}"


def _at_or_after(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"{value} >= {bind(operands[0].low)}"


def _at_or_before(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"{value} <= {bind(operands[0].high)}"


STANDARD: dict[str, Spelling] = {
    "is": _is,
    "is one of": _one_of,
    "is not blank": lambda value, operands, bind: f"{value} IS NOT NULL",
    "is greater than": _after,
    "is less than": _before,
    "is equal or greater than": _at_or_after,
    "is equal or less than": _at_or_before,
    "is between": lambda value, o, bind: f"{value} BETWEEN {bind(o[0].low)} AND {bind(o[1].high)}",
    "is after": _after,
    "is before": _before,
    "is at or after": _at_or_after,
    "is at or before": _at_or_before,
    "is within": _is,
    "is more than ago": _is,
    "is in the next": _is,
    "is today": _is,
    "is in this": _is,
    "is in last": _is,
    "is in next": _is,
    "age is": _is,
    "age is greater than": _is,
    "age is less than": _is,
    "age is at least": _is,
    "age is at most": _is,
    "age is between": _is,
    "is field": _is,
    "is greater than field": _after,
    "is less than field": _before,
    "is equal or greater than field": _at_or_after,
    "is equal or less than field": _at_or_before,
    "is after field": _after,
    "is before field": _before,
    "is at or after field": _at_or_after,
    "is at or before field": _at_or_before,
    "is true": lambda value, operands, bind: value,
    "is false": lambda value, operands, bind: f"NOT {value}",
}
