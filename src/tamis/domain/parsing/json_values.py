"""Parse the values of contacts that programs send as JSON. Nothing is guessed: each kind of field takes one JSON type,
and dates and instants have one form."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import TypeVar

from tamis.domain.errors import Message, ValueProblem
from tamis.domain.values.choices import OptionIndex
from tamis.domain.values.dates import parse_date
from tamis.domain.values.fields import MAX_NAMED, Field, Kind, Value, in_option_order
from tamis.domain.values.instants import UTC_ZONE, to_utc_strictly
from tamis.domain.values.text import shorten, text_problem

T = TypeVar("T")

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,6})?0*([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)  # RFC 3339; zeros below microseconds lose nothing
_JSON_TYPES: Mapping[type, str] = {
    bool: "true or false",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a text",
}
_ADD_OPTION = Message("how_to_add_an_option_first")


def parse_json_value(value: object, of: Field) -> Value | None:
    """Parse a decoded JSON value as the value of a field; null, a blank text and an empty list are None. Raises
    ValueProblem."""
    return None if value is None else _PARSERS[of.kind](value, of)


def _text(value: object, of: Field) -> str | None:
    text = _require(value, str, of).strip()
    if problem := text_problem(text):
        raise ValueProblem.of(problem)
    return text or None


def _number(value: object, of: Field) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(value, of)
    try:
        number = float(value)
    except OverflowError:
        raise ValueProblem("number_too_large", text=shorten(str(value))) from None
    if not isfinite(number):
        raise ValueProblem("number_too_large", text=shorten(str(value)))
    if isinstance(value, int) and int(number) != value:
        raise ValueProblem("number_has_too_many_digits", text=shorten(str(value)))
    return number + 0.0  # turns -0.0 into 0.0


def _boolean(value: object, of: Field) -> bool:
    return _require(value, bool, of)


def _date(value: object, of: Field) -> Value:
    return parse_date(_require(value, str, of))


def _instant(value: object, of: Field) -> datetime:
    text = _require(value, str, of)
    found = _INSTANT.fullmatch(text)
    if not found:
        raise ValueProblem("instant_not_read", text=shorten(text))
    day, time, fraction, offset = found.groups("")
    try:
        return to_utc_strictly(datetime.fromisoformat(f"{day}T{time}{fraction}{offset.upper()}"), UTC_ZONE)
    except OverflowError:
        raise ValueProblem("moment_beyond_calendar", text=shorten(text)) from None
    except ValueError:
        raise ValueProblem("moment_not_in_calendar", text=shorten(text)) from None


def _choice(value: object, of: Field) -> str | None:
    text = _require(value, str, of)
    if not text.strip():
        return None
    option = OptionIndex.of(of.options).find(text)
    if option is None:
        raise ValueProblem("option_not_known", options=of.options, text=shorten(text), advice=_ADD_OPTION)
    return option


def _choices(value: object, of: Field) -> tuple[str, ...] | None:
    known = OptionIndex.of(of.options)
    chosen: set[str] = set()
    unknown: list[str] = []
    for item in _require(value, list, of):
        if not isinstance(item, str):
            raise ValueProblem("list_item_of_wrong_type", found=_name(item))
        option = known.find(item)
        if option is None:
            unknown.append(shorten(item))
        else:
            chosen.add(option)
    if unknown:
        named = list(dict.fromkeys(unknown))[:MAX_NAMED]
        raise ValueProblem("options_not_known", options=of.options, named=named, advice=_ADD_OPTION)
    return in_option_order(chosen, of)


def _require(value: object, wanted: type[T], of: Field) -> T:
    if not isinstance(value, wanted):
        raise _wrong_type(value, of)
    return value


def _wrong_type(value: object, of: Field) -> ValueProblem:
    return ValueProblem("value_of_wrong_type", wanted=_WANTED[of.kind], found=_name(value))


def _name(value: object) -> str:
    return "null" if value is None else _JSON_TYPES.get(type(value), "another value")


_WANTED: Mapping[Kind, str] = {
    Kind.TEXT: "a text",
    Kind.NUMBER: "a number",
    Kind.DATE: 'a text such as "2024-12-31"',
    Kind.DATETIME: 'a text such as "2024-12-31T23:59:00Z"',
    Kind.BOOLEAN: "true or false",
    Kind.CHOICE: "a text",
    Kind.CHOICES: "a list of texts",
}
_PARSERS: Mapping[Kind, Callable[[object, Field], Value | None]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _instant,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}
