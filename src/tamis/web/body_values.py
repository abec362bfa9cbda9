"""Parsing of request bodies in three encodings to one form: values by name."""

import codecs
import re
from urllib.parse import parse_qsl

import msgspec
import multipart

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
"""A value in JSON; forms have texts only."""
Values = dict[str, list[Value]]
"""By name, in the order in which they were sent."""
MAX_VALUES = 20_000
CHARSETS = {"utf-8": "utf-8", "ascii": "utf-8", "iso8859-1": "cp1252", "cp1252": "cp1252"}


class InvalidBody(Exception):
    """A body that cannot be parsed; the message says why."""


class BodyValues:
    """The values of a body by name; of a repeated name the last value counts, unless a list is asked for."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def scalar(self, name: str) -> Value:
        """Return a single value: text trimmed, blank or missing None."""
        value = self._values.get(name, [None])[-1]
        if isinstance(value, str):
            value = value.strip()
        return None if value == "" else value

    def array(self, name: str) -> list[Value]:
        """Return a list, sent as JSON, as `name[]`, as `name[0]`, or as `name` repeated."""
        repeated = self._values.get(name, [])
        if repeated and isinstance(repeated[-1], list):
            return list(repeated[-1])
        indexed = [
            (int(match[1] or 0), value)
            for key, values in self._values.items()
            if (match := re.fullmatch(re.escape(name) + r"\[([0-9]{0,6})\]", key))
            for value in values
        ]
        return [value for value in repeated if value not in ("", None)] + [v for _, v in sorted(indexed, key=_index)]


def _index(pair: tuple[int, Value]) -> int:
    return pair[0]


def parse_body(content_type: str, content_encoding: str, body: bytes) -> BodyValues:
    """Parse a body by its content type; an empty body has no values. Raises InvalidBody."""
    if content_encoding not in ("", "identity"):
        raise InvalidBody(f'the content encoding "{content_encoding[:40]}" is not supported')
    if not body:
        return BodyValues({})
    kind, options = multipart.parse_options_header(content_type)
    charset = _charset(options.get("charset", "utf-8"))
    try:
        if kind == "application/json":
            return BodyValues(_from_json(body.decode(charset)))
        if kind == "application/x-www-form-urlencoded":
            return BodyValues(_group_by_name(_pairs(body.decode("ascii"), charset)))
        if kind == "multipart/form-data":
            return BodyValues(_from_multipart(body, options.get("boundary", ""), charset))
    except UnicodeError:
        raise InvalidBody("it is not valid in its character encoding") from None
    raise InvalidBody("send it as multipart/form-data, application/x-www-form-urlencoded or application/json")


def _charset(name: str) -> str:
    try:
        return CHARSETS[codecs.lookup(name).name]
    except (LookupError, ValueError):
        raise InvalidBody(f'the character encoding "{name[:40]}" is not supported') from None


def _pairs(text: str, charset: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=MAX_VALUES)
    except UnicodeError:
        raise
    except ValueError as error:
        raise InvalidBody(str(error)) from None


def _from_json(text: str) -> Values:
    try:
        content = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidBody(str(error)) from None
    if not isinstance(content, dict):
        raise InvalidBody("it must be a JSON object")
    return {name: [value] for name, value in content.items()}


def _from_multipart(body: bytes, boundary: str, charset: str) -> Values:
    if not boundary:
        raise InvalidBody("its content type names no boundary")
    values: Values = {}
    try:
        with multipart.PushMultipartParser(
            boundary, len(body), max_segment_count=MAX_VALUES, header_charset=charset, strict=True
        ) as parser:
            for event in parser.parse(body):
                if isinstance(event, multipart.MultipartSegment):
                    part, chunks = event, []
                elif event:
                    chunks.append(event)
                elif part.name:
                    values.setdefault(part.name, []).append(b"".join(chunks).decode(_charset(part.charset or charset)))
    except multipart.MultipartError as error:
        raise InvalidBody(str(error)) from None
    return values


def _group_by_name(pairs: list[tuple[str, str]]) -> Values:
    values: Values = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
