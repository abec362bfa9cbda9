"""Diagnose text that is not a rule, or that may mean another rule than was intended."""

import re
from collections.abc import Sequence
from itertools import pairwise

import lark

from tamis.domain.errors import Message, Problem
from tamis.domain.values.text import shorten
from tamis.rules.syntaxes.grammar import SEGMENT_OPERATOR

_DURATION_WITHOUT_UNIT = re.compile(r"(within|next|last|past|than|over)\s+[+-]?[\d.]+\s+\Z", re.IGNORECASE)
_AFTER_A_NUMBER = re.compile(r"(?<!\w)\d{1,3}(?: \d{3})*\s\Z")
_THREE_DIGITS = re.compile(r"\d{3}(?!\w)")
_NAME = r"(?:`[^`\n]+`|\"[^\"\n]*\"|[^\W\d]\w*)"
_EVENT_JUST_NAMED = re.compile(rf"(?<!\w)did(?:\s+not|n['’]t)?\s+({_NAME})\s*\Z", re.IGNORECASE)
_TIMES = re.compile(r"(\w+)\s+times?(?!\w)", re.IGNORECASE)
_FUNCTION_JUST_NAMED = re.compile(r"(?<!\w)([^\W\d]\w*)\s*\Z")
_PROPERTY_OF_EVENT = re.compile(rf"\(\s*{_NAME}\s*(?:\)\s*of(?!\w)|of(?!\w))", re.IGNORECASE)
_EVENTS_IN_PARENTHESES = re.compile(r"(?<!\w)(?:count|number)\s*\Z", re.IGNORECASE)
_COUNT_JUST_NAMED = re.compile(rf"(?<!\w)count\s+of\s+{_NAME}\s*\Z", re.IGNORECASE)
_INSIDE_MEASURE = re.compile(r"(?<!\w)(sum|total|min|minimum|max|maximum|average|avg|mean)\s*\([^()]*\Z", re.IGNORECASE)
_NOTE = re.compile(r"\(\s*or\s+(?:is\s+blank|has\s+no)", re.IGNORECASE)
_QUOTES = "\"'“”„‟«»‘’‚‛`"
_MAX_SHOWN = 5


def list_without_parentheses(field: str, operator: str, values: Sequence[str]) -> Message:
    """Explain how to write a list."""
    return Message("list_without_parentheses", field=shorten(field), operator=operator, values=_listed(values))


def alternatives_without_operator(field: str, operator: str, values: Sequence[str]) -> Message:
    """Explain how to write alternatives for a value."""
    repeated = [f"{shorten(field)} {operator} {_shown(value)}" for value in values[:_MAX_SHOWN]]
    return Message(
        "alternatives_without_operator", conditions=" or ".join(repeated), field=shorten(field), values=_listed(values)
    )


def range_without_and(operator: str, values: Sequence[str]) -> Message:
    """Explain how to write the two ends of a range."""
    return Message("values_without_and", operator=operator, low=_shown(values[0]), high=_shown(values[1]))


def find_split_number(values: Sequence[lark.Token]) -> tuple[lark.Token, Message] | None:
    """Find a number with a thousands separator, which would be split in two, and explain how to write it."""
    for one, next_one in pairwise(values):
        apart = next_one.start_pos != (one.end_pos or 0) + 1
        if not apart and one.isdigit() and len(one) <= 3 and len(next_one) == 3 and next_one.startswith("0"):
            return one, Message("number_with_commas", number=f"{one}{next_one}", text=f"{one},{next_one}")
    return None


def _listed(values: Sequence[str]) -> str:
    return f"({', '.join(map(_shown, values[:_MAX_SHOWN]))}{', …' if len(values) > _MAX_SHOWN else ''})"


def _shown(value: str) -> str:
    bare = isinstance(value, lark.Token) and value.type == "BARE"
    return f'"{shorten(value)}"' if bare else shorten(value)


def describe_syntax_error(text: str, error: lark.exceptions.UnexpectedInput) -> Problem:
    """Return where a text stops being a rule, and what is expected there."""
    parser = error.interactive_parser
    expected = set(parser.accepts()) if parser else set()  # type: ignore[no-untyped-call]
    position = error.pos_in_stream or 0
    if isinstance(error, lark.exceptions.UnexpectedToken) and error.token.type == "$END":
        end = text.rstrip()
        return Problem(_place(text, len(end)), "rule_ends_too_early", missing=_missing(end, expected))
    word = (text[position:].split() or [text[-40:]])[0][:40]
    shown = word if word[0] in _QUOTES else f'"{word}"'
    return Problem(
        _place(text, position), "rule_not_read", shown=shown, advice=_advice(text[:position], text[position:], expected)
    )


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _missing(end: str, expected: set[str]) -> Message:
    if "PERCENTAGE" in expected:
        return Message("expected_percentage")
    if "STRING" in expected:
        return Message("value_missing")
    if _wants_operator(expected):
        return Message("operator_missing", after=shorten(end.rsplit(maxsplit=1)[-1]))
    if "NAME" in expected:
        return Message("condition_missing")
    if "RPAR" in expected or "RSQB" in expected:
        return Message("parenthesis_missing")
    return Message("second_value_missing")


def _wants_operator(expected: set[str]) -> bool:
    return any(name.startswith("OP") and not name.startswith(SEGMENT_OPERATOR) for name in expected)


def _advice(before: str, rest: str, expected: set[str]) -> Message:
    if rest[0] in _QUOTES and "STRING" in expected:
        return Message("quote_missing")
    if "PERCENTAGE" in expected:
        return Message("expected_percentage")
    if _DURATION_WITHOUT_UNIT.search(before):
        return Message("expected_unit_of_time")
    if "STRING" in expected:
        return Message("expected_value")
    if about_events := _event_advice(before, rest):
        return about_events
    if _wants_operator(expected):
        return Message("expected_operator")
    if "NAME" in expected:
        return _field_advice(rest)
    return _continuation_advice(before, rest, expected)


def _event_advice(before: str, rest: str) -> Message | None:
    """Explain how to write a condition about events, if that was meant."""
    times = _TIMES.match(rest)
    if times and (event := _EVENT_JUST_NAMED.search(before)):
        number = times[1] if times[1].isdigit() else "3"
        return Message("times_need_operator", event=shorten(event[1].strip('`"')), number=number)
    if times and _COUNT_JUST_NAMED.search(before):
        return Message("write_count_so")
    if inside := _INSIDE_MEASURE.search(before):
        return Message("write_function_so", function=inside[1].lower())
    function = _FUNCTION_JUST_NAMED.search(before)
    if rest[0] == "(" and _EVENTS_IN_PARENTHESES.search(before):
        return Message("write_count_so")
    if function and _PROPERTY_OF_EVENT.match(rest):
        return Message("no_event_function", function=shorten(function[1]))
    return None


def _field_advice(rest: str) -> Message:
    if rest[0] == "`":
        return Message("backtick_missing")
    if rest[0] in _QUOTES:
        return Message("expected_field_without_quotes")
    return Message("expected_field")


def _continuation_advice(before: str, rest: str, expected: set[str]) -> Message:
    if _NOTE.match(rest):
        return Message("note_is_superfluous")
    if rest[0] in "&|":
        return Message("write_and" if rest[0] == "&" else "write_or")
    if _THREE_DIGITS.match(rest) and _AFTER_A_NUMBER.search(before):
        return Message("number_with_blanks")
    if "_TO" in expected and "_OR" not in expected:
        return Message("expected_second_value")
    if "COMMA" in expected and "_OR" not in expected:
        return Message("expected_comma")
    if before.count("(") > before.count(")"):
        return Message("expected_parenthesis")
    return Message("parenthesis_not_opened" if rest[0] in ")]" else "expected_end")
