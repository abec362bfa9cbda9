"""How a value that was refused is written right."""

import re

from tamis.domain.errors import Message
from tamis.domain.fields import Field, Kind
from tamis.domain.text import short
from tamis.rules.operators import Operator, positive

_DECORATION = re.compile(r"[$€£¥₹%\s'’_]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POINTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_FROM_NOW = re.compile(r"(?:last |next |the |past )*\d* *(?:hour|day|week|month|year)s?(?: ago)?|now(?:\(\))?"
                       r"|today|yesterday|tomorrow", re.IGNORECASE)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}.*")


def advice(text: str, field: Field, operator: Operator) -> Message | None:
    """Say how a value is written that could not be read: the end of a sentence, or nothing."""
    text = text.strip()
    if positive(operator)[0].relative:
        return _of_durations(text)
    if field.kind is Kind.NUMBER:
        return _of_numbers(text)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _of_dates(text)
    return None


def without_quotes(text: str) -> Message:
    """Say that text stands in quotes."""
    return Message("text_without_quotes", text=short(text))


def another_field(field: Field, other: Field) -> Message:
    """Say that a field is compared with values only."""
    return Message("value_is_a_field", field=field.key, other=other.key)


def _of_numbers(text: str) -> Message | None:
    plain = _DECORATION.sub("", text)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _POINTS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if plain == text or not _PLAIN.fullmatch(plain):
        return None
    return Message("write_number_so", plain=plain)


def _of_dates(text: str) -> Message | None:
    if _FROM_NOW.fullmatch(text):
        return Message("count_from_today_so")
    is_day = any(c.isdigit() for c in text) and not _DAY.fullmatch(text)
    return Message("year_comes_first") if is_day else None


def _of_durations(text: str) -> Message | None:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if plain != text and re.match(r"\d{4,6}\D", f"{plain} "):
        return Message("write_duration_so", plain=short(plain))
    if re.search(r"\bago\Z", text, re.IGNORECASE):
        return Message("leave_ago_out")
    if _DAY.fullmatch(text):
        return Message("day_needs_after_or_before")
    return None
