"""Parse the cells of a column by its format."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from tamis.domain.errors import Message
from tamis.domain.parsing.boolean_words import parse_boolean_word
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.parsing.date_parser import parse_date_in_order
from tamis.domain.parsing.null_values import is_null
from tamis.domain.parsing.number_parser import DecimalMark, parse_number_text
from tamis.domain.parsing.units import PERCENT, is_in_unit
from tamis.domain.values.dates import in_utc
from tamis.domain.values.fields import Field, Kind, Value, ValueProblem, parse_value, parser
from tamis.domain.values.text import shorten

_DIGITS = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
EXAMPLES = {DecimalMark.POINT: "12.5", DecimalMark.COMMA: "12,5"}


def make_cell_parser(of: Field, zone: ZoneInfo, format_: ColumnFormat) -> Callable[[str], Value | None]:
    """Return a function that parses a cell of a file for a field: trimmed, blank is None; it raises ValueProblem.

    It parses all that `domain.fields.parser` does, and what only files have: numbers with a decimal comma, grouped
    thousands or a unit, dates in words, yes and no in many languages, NULL as blank in all kinds but text."""
    parse = parser(of, zone, format_.order)

    def parse_number(text: str) -> Value | None:
        found = parse_number_text(text)
        number = found.by_mark.get(format_.decimal) if found else None
        if found is None or number is None:
            if found is None and format_.decimal is DecimalMark.POINT:
                return parse(text)
            raise ValueProblem("number_not_written_so", example=EXAMPLES[format_.decimal], text=shorten(text))
        if format_.codes and (found.is_ambiguous or not _DIGITS.fullmatch(text)):
            raise ValueProblem("code_not_read", text=shorten(text))
        if not found.is_zero and not is_in_unit(found.unit, format_.unit):
            raise ValueProblem("unit_differs", problem=_wrong_unit(found.unit, format_.unit), text=shorten(text))
        return parse(number)

    def parse_date(text: str) -> Value | None:
        try:
            return parse(text)
        except ValueProblem:
            found = parse_date_in_order(text, format_.order, of_birth=format_.of_birth)
            if found is None or (found.has_time and of.kind is Kind.DATE):
                raise
            value = found.by_order[format_.order]
            return value.date() if of.kind is Kind.DATE else in_utc(value, zone, text)

    def parse_boolean(text: str) -> Value | None:
        found = parse_boolean_word(text)
        return parse(text) if found is None else found

    parsers = {
        Kind.NUMBER: parse_number,
        Kind.DATE: parse_date,
        Kind.DATETIME: parse_date,
        Kind.BOOLEAN: parse_boolean,
    }
    parse_kind = parsers.get(of.kind)
    if parse_kind is None:
        return parse

    def parse_cell(text: str) -> Value | None:
        text = text.strip()
        return parse_kind(text) if text and not is_null(text) else None

    return parse_cell


def parse_user_input(text: str, of: Field, zone: ZoneInfo) -> Value | None:
    """Parse a value that a person typed as `domain.fields.parse_value` does, and unambiguous numbers such as 1.234,50.

    Raises ValueProblem, which says how numbers are written."""
    found = parse_number_text(text.strip()) if of.kind is Kind.NUMBER else None
    if found is None or found.unit or text.strip() in found.by_mark.values():
        return parse_value(text, of, zone)
    if found.is_ambiguous:
        one, other = (found.by_mark[mark] for mark in DecimalMark)
        raise ValueProblem("number_is_ambiguous", one=one, other=other, text=shorten(text.strip()))
    return parse_value(next(iter(found.by_mark.values())), of, zone)


def _wrong_unit(own: str, unit: str) -> Message:
    if not own:
        return Message("unit_missing", unit=PERCENT)
    return Message("unit_unlike_others" if unit else "unit_would_be_lost", unit=own)
