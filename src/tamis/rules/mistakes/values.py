"""How a value that was refused is written right."""

import re

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


def advice(text: str, field: Field, operator: Operator) -> str:
    """Say how a value is written that could not be read: the end of a sentence, or nothing."""
    text = text.strip()
    if positive(operator)[0].relative:
        return _of_durations(text)
    if field.kind is Kind.NUMBER:
        return _of_numbers(text)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _of_dates(text)
    return ""


def without_quotes(text: str) -> str:
    """Say that text stands in quotes."""
    return f'stands in quotes where it is text: "{short(text)}"'


def another_field(field: Field, other: Field) -> str:
    """Say that a field is compared with values only."""
    return (
        f"cannot be another field: comparing {field.key} with {other.key} is not possible yet; "
        f'text stands in quotes, as in "{other.key}"'
    )


def _of_numbers(text: str) -> str:
    plain = _DECORATION.sub("", text)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _POINTS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if plain == text or not _PLAIN.fullmatch(plain):
        return ""
    return f"; write {plain}: digits, and a point before decimals"


def _of_dates(text: str) -> str:
    if _FROM_NOW.fullmatch(text):
        return '; to count from today, use "is within", "is more than … ago" or "is in the next"'
    is_day = any(c.isdigit() for c in text) and not _DAY.fullmatch(text)
    return "; the year comes first, then the month and the day" if is_day else ""


def _of_durations(text: str) -> str:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if plain != text and re.match(r"\d{4,6}\D", f"{plain} "):
        return f"; write {short(plain)}"
    if re.search(r"\bago\Z", text, re.IGNORECASE):
        return '; leave out "ago", or use "is more than … ago"'
    if _DAY.fullmatch(text):
        return '; for a day of the calendar, use "is after" or "is before"'
    return ""
