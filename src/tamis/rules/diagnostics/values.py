"""Suggest how to write a value that was refused."""

import re

from tamis.domain.errors import Message, ValueProblem
from tamis.domain.values.calendar import Period
from tamis.domain.values.durations import parse_duration
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.text import shorten
from tamis.rules.operators import BY_NAME, Operator, ValueType

_DECORATION = re.compile(r"[$€£¥₹%\s'’_]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POINTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_FROM_NOW = re.compile(r"(?:last |next |the |past )*\d* *(?:hour|day|week|month|year)s?(?: ago)?|now(?:\(\))?"
                       r"|today|yesterday|tomorrow", re.IGNORECASE)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}.*")


def advice(text: str, field: Field, operator: Operator) -> Message | None:
    """Suggest how to write a value that could not be parsed: the end of a sentence, or None."""
    text = text.strip()
    match operator.values:
        case ValueType.DURATION:
            return _duration_advice(text)
        case ValueType.PERIOD:
            return _period_advice(text)
        case ValueType.AGE | ValueType.MONTH | ValueType.WEEKDAY | ValueType.DAY:
            return None
    if field.kind is Kind.NUMBER:
        return _number_advice(text)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _date_advice(text)
    return None


def text_without_quotes(text: str) -> Message:
    """Report text without quotes."""
    return Message("text_without_quotes", text=shorten(text))


def value_is_a_field(field: Field, other: Field, operator: Operator) -> Message:
    """Report that a field stands in place of a value, and how to compare with it if that is possible."""
    with_field = BY_NAME.get(f"{operator.name} field")
    if with_field is None or other.kind is not field.kind or other == field:
        return Message("value_is_a_field", other=other.key)
    return Message("write_other_field_so", field=field.key, operator=with_field.name, other=other.key)


def _number_advice(text: str) -> Message | None:
    cleaned = _DECORATION.sub("", text)
    if _THOUSANDS.fullmatch(cleaned):
        cleaned = cleaned.replace(",", "")
    elif _POINTS.fullmatch(cleaned):
        cleaned = cleaned.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(cleaned):
        cleaned = cleaned.replace(",", ".")
    if cleaned == text or not _NUMBER.fullmatch(cleaned):
        return None
    return Message("write_number_so", plain=cleaned)


def _date_advice(text: str) -> Message | None:
    if _FROM_NOW.fullmatch(text):
        return Message("count_from_today_so")
    is_day = any(c.isdigit() for c in text) and not _DAY.fullmatch(text)
    return Message("year_comes_first") if is_day else None


def _period_advice(text: str) -> Message | None:
    try:
        return Message("count_with_within", duration=str(parse_duration(text)))
    except ValueProblem:
        return None


def _duration_advice(text: str) -> Message | None:
    if text.lower() in tuple(Period):
        return Message("period_so", period=text.lower())
    cleaned = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if cleaned != text and re.match(r"\d{4,6}\D", f"{cleaned} "):
        return Message("write_duration_so", plain=shorten(cleaned))
    if re.search(r"\bago\Z", text, re.IGNORECASE):
        return Message("leave_ago_out")
    if _DAY.fullmatch(text):
        return Message("day_needs_after_or_before")
    return None
