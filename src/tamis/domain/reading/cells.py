"""Read the cells of a column as it was decided that they are read."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from tamis.domain.errors import Message
from tamis.domain.fields import Field, Kind, Value, ValueProblem, parse_value, parser
from tamis.domain.instants import to_utc
from tamis.domain.reading.blanks import is_null
from tamis.domain.reading.columns import ColumnReading
from tamis.domain.reading.dates import read_written
from tamis.domain.reading.number_evidence import is_in_unit
from tamis.domain.reading.numbers import DecimalMark, written_number
from tamis.domain.reading.units import PERCENT
from tamis.domain.reading.words import yes_or_no
from tamis.domain.text import short

_DIGITS = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
EXAMPLES = {DecimalMark.POINT: "12.5", DecimalMark.COMMA: "12,5"}


def cell_reader(of: Field, zone: ZoneInfo, reading: ColumnReading) -> Callable[[str], Value | None]:
    """Make what reads a cell of a file into a field: trimmed, blank is None; raises ValueProblem.

    It reads all that `domain.fields.parser` does, and what only files have: numbers with a decimal comma, between
    thousands or with a unit, dates in words, yes and no in many languages, NULL as blank in all but text."""
    parse = parser(of, zone, reading.order)

    def number(text: str) -> Value | None:
        found = written_number(text)
        plain = found.plain.get(reading.decimal) if found else None
        if found is None or plain is None:
            if found is None and reading.decimal is DecimalMark.POINT:
                return parse(text)
            raise ValueProblem("number_not_written_so", example=EXAMPLES[reading.decimal], text=short(text))
        if reading.codes and (found.is_ambiguous or not _DIGITS.fullmatch(text)):
            raise ValueProblem("code_not_read", text=short(text))
        if not found.is_zero and not is_in_unit(found.unit, reading.unit):
            raise ValueProblem("unit_differs", problem=_wrong_unit(found.unit, reading.unit), text=short(text))
        return parse(plain)

    def moment(text: str) -> Value | None:
        try:
            return parse(text)
        except ValueProblem:
            found = read_written(text, reading.order, of_birth=reading.of_birth)
            if found is None or (found.has_time and of.kind is Kind.DATE):
                raise
            read = found.moments[reading.order]
            return read.date() if of.kind is Kind.DATE else to_utc(read, zone)

    def boolean(text: str) -> Value | None:
        found = yes_or_no(text)
        return parse(text) if found is None else found

    readers = {Kind.NUMBER: number, Kind.DATE: moment, Kind.DATETIME: moment, Kind.BOOLEAN: boolean}
    read = readers.get(of.kind)
    if read is None:
        return parse

    def read_one(text: str) -> Value | None:
        text = text.strip()
        return read(text) if text and not is_null(text) else None

    return read_one


def typed_value(text: str, of: Field, zone: ZoneInfo) -> Value | None:
    """Read one value that a person types, as `domain.fields.parse_value` does, and numbers as other countries write
    them where they can be only one: 1.234,50. Raises ValueProblem, which says how a number is written."""
    found = written_number(text.strip()) if of.kind is Kind.NUMBER else None
    if found is None or found.unit or text.strip() in found.plain.values():
        return parse_value(text, of, zone)
    if found.is_ambiguous:
        one, other = (found.plain[mark] for mark in DecimalMark)
        raise ValueProblem("number_is_ambiguous", one=one, other=other, text=short(text.strip()))
    return parse_value(next(iter(found.plain.values())), of, zone)


def _wrong_unit(own: str, unit: str) -> Message:
    if not own:
        return Message("unit_missing", unit=PERCENT)
    return Message("unit_unlike_others" if unit else "unit_would_be_lost", unit=own)
