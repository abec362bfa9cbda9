"""What is wrong with a text that cannot be read as a rule, or could be read as another one than was meant."""

import re
from collections.abc import Sequence
from itertools import pairwise

import lark

from tamis.domain.errors import Problem
from tamis.domain.text import short
from tamis.rules.syntaxes.grammar import OF_NO_FIELD

_OF_A_DURATION = re.compile(r"(within|next|last|past|than|over)\s+[+-]?[\d.]+\s+\Z", re.IGNORECASE)
_AFTER_A_NUMBER = re.compile(r"(?<!\w)\d{1,3}(?: \d{3})*\s\Z")
_THREE_DIGITS = re.compile(r"\d{3}(?!\w)")
_NOTE = re.compile(r"\(\s*or\s+(?:is\s+blank|has\s+no)", re.IGNORECASE)
_QUOTES = "\"'“”„‟«»‘’‚‛`"
_MOST_SHOWN = 5


def bare_list(field: str, operator: str, values: Sequence[str]) -> str:
    """Say how a list is written."""
    return f"a list stands in parentheses: {short(field)} {operator} {_listed(values)}"


def alternatives(field: str, operator: str, values: Sequence[str]) -> str:
    """Say how one of several values is asked for."""
    repeated = " or ".join(f"{short(field)} {operator} {_shown(value)}" for value in values[:_MOST_SHOWN])
    return (
        f"each condition names its field and operator: {repeated}; or write a list: {short(field)} in {_listed(values)}"
    )


def without_and(operator: str, values: Sequence[str]) -> str:
    """Say how two ends are written."""
    return f'the two values stand with "and" between them: {operator} {_shown(values[0])} and {_shown(values[1])}'


def split_number(values: Sequence[lark.Token]) -> tuple[lark.Token, str] | None:
    """Find a number in a list that its comma would make two of, 1,000 being 1 and 0, and say how it is written."""
    for one, next_one in pairwise(values):
        apart = next_one.start_pos != (one.end_pos or 0) + 1
        if not apart and one.isdigit() and len(one) <= 3 and len(next_one) == 3 and next_one.startswith("0"):
            return one, f"a number is written without commas: {one}{next_one}, not {one},{next_one}"
    return None


def _listed(values: Sequence[str]) -> str:
    return f"({', '.join(map(_shown, values[:_MOST_SHOWN]))}{', …' if len(values) > _MOST_SHOWN else ''})"


def _shown(value: str) -> str:
    bare = isinstance(value, lark.Token) and value.type == "BARE"
    return f'"{short(value)}"' if bare else short(value)


def problem_of(text: str, error: lark.exceptions.UnexpectedInput) -> Problem:
    """Say where a text stops being a rule, and what should stand there."""
    expected = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    expected |= set(getattr(error, "expected", None) or ())
    position = error.pos_in_stream or 0
    if isinstance(error, lark.exceptions.UnexpectedToken) and error.token.type == "$END":
        end = text.rstrip()
        return Problem(_place(text, len(end)), f"the rule ends too early: {_missing(end, expected)}")
    word = (text[position:].split() or [text[-40:]])[0][:40]
    shown = word if word[0] in _QUOTES else f'"{word}"'
    return Problem(
        _place(text, position), f"cannot read {shown}: {_advice(text[:position], text[position:], expected)}"
    )


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _missing(end: str, expected: set[str]) -> str:
    if "STRING" in expected:
        return "a value is missing"
    if _wants_operator(expected):
        return f'an operator is missing after {short(end.rsplit(maxsplit=1)[-1])}, such as =, "contains" or "is blank"'
    if "NAME" in expected:
        return "a condition is missing"
    if "RPAR" in expected or "RSQB" in expected:
        return "a closing parenthesis is missing"
    return 'the second value is missing: "is between" is written with "and", as in is between 25 and 60'


def _wants_operator(expected: set[str]) -> bool:
    return any(name.startswith("OP") and not name.startswith(OF_NO_FIELD) for name in expected)


def _advice(before: str, rest: str, expected: set[str]) -> str:
    if rest[0] in _QUOTES and "STRING" in expected:
        return "the closing quote is missing"
    if _OF_A_DURATION.search(before):
        return "expected a unit of time: hours, days, weeks, months or years"
    if "STRING" in expected:
        return "expected a value: text in quotes, a number, a date such as 2024-12-31, or a duration such as 30 days"
    if _wants_operator(expected):
        return 'expected an operator such as =, >, "contains" or "is between"'
    if "NAME" in expected:
        return _about_a_field(rest)
    return _about_what_follows(before, rest, expected)


def _about_a_field(rest: str) -> str:
    if rest[0] == "`":
        return "the closing backtick is missing"
    if rest[0] in _QUOTES:
        return (
            'expected a field, which stands without quotes, as in country = "India"; each condition names its field: '
            'country = "India" or country = "Japan"'
        )
    return 'expected a field, or "is in segment"; each condition names its field, as in age > 5 and age < 10'


def _about_what_follows(before: str, rest: str, expected: set[str]) -> str:
    if _NOTE.match(rest):
        return "leave it out: a negative operator holds for blanks by itself; for others, add a condition: is blank"
    if rest[0] in "&|":
        return f'write "{"and" if rest[0] == "&" else "or"}"'
    if _THREE_DIGITS.match(rest) and _AFTER_A_NUMBER.search(before):
        return "a number is written without blanks, such as 1000"
    if "_TO" in expected and "_OR" not in expected:
        return 'expected "and" and the second value, as in is between 25 and 60'
    if "COMMA" in expected and "_OR" not in expected:
        return "expected a comma or a closing parenthesis"
    if before.count("(") > before.count(")"):
        return 'expected "and", "or" or a closing parenthesis'
    unopened = "; there is no opening parenthesis for it" if rest[0] in ")]" else ""
    return f'expected "and", "or" or the end{unopened}'
