"""What programs say of events, in JSON: checked by itself, with every problem at once."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import Message, Problem, ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.events.events import RawValue, encode_list_or_object
from tamis.domain.values.fields import key_from_name
from tamis.domain.values.text import MAX_LINE, MAX_TEXT, line_problem, name_problem, shorten, text_problem

KEYS = frozenset({"email", "contact_id", "event", "at", "id", "properties"})
_LARGEST_ID = 2**53
_LARGEST_INTEGER = 2**63


class StatedProperties(NamedTuple):
    """The properties of an event: their keys, the names that the sender gave them, and their values."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    values: Sequence[RawValue]


NO_PROPERTIES = StatedProperties((), (), ())


class StatedEvent(NamedTuple):
    """A valid event of a contact that may not exist: `contact` is an id or an email, `at` is in microseconds since
    1970, and None means now."""

    contact: int | Email
    name: str
    at: int | None
    id: str
    properties: StatedProperties


ParsedEvent = StatedEvent | tuple[Problem, ...]
"""An event, or what is wrong with it."""


def parse_event(item: object, zone: ZoneInfo) -> ParsedEvent:
    """Parse an event as decoded from JSON; returns its problems if it has any."""
    if not isinstance(item, dict):
        return (Problem("", "value_of_wrong_type", wanted="an object", found="another value"),)
    problems: list[Problem] = []
    if not item.keys() <= KEYS:
        problems += [Problem(shorten(str(key)), "event_key_unknown") for key in item if key not in KEYS]
    contact = _contact(item, problems)
    name = _name(item.get("event"), problems)
    at = _at(item.get("at"), zone, problems)
    id_ = _id(item.get("id"), problems)
    properties = _properties(item.get("properties"), problems)
    if problems or contact is None:
        return tuple(problems)
    return StatedEvent(contact, name, at, id_, properties)


def _contact(item: Mapping[str, object], problems: list[Problem]) -> int | Email | None:
    text, contact_id = item.get("email"), item.get("contact_id")
    if (text is None) == (contact_id is None):
        problems.append(Problem("email", "event_needs_contact"))
    elif isinstance(text, str):
        email = parse_email(text) if len(text) <= MAX_LINE else None
        if email is None:
            code = "email_not_read" if text.strip() else "must_not_be_blank"
            problems.append(Problem("email", code, text=shorten(text)))
        return email
    elif text is not None:
        problems.append(Problem("email", "value_of_wrong_type", wanted="a string", found="another value"))
    elif isinstance(contact_id, int) and not isinstance(contact_id, bool) and 0 < contact_id < _LARGEST_ID:
        return contact_id
    else:
        problems.append(
            Problem("contact_id", "value_of_wrong_type", wanted="the ID of a contact", found="another value")
        )
    return None


def _name(value: object, problems: list[Problem]) -> str:
    if isinstance(value, str):
        name, problem = _checked_name(value)
        if problem:
            problems.append(Problem.of("event", problem))
        return name
    if value is None:
        problems.append(Problem("event", "event_needs_name"))
    else:
        problems.append(Problem("event", "value_of_wrong_type", wanted="a string", found="another value"))
    return ""


@lru_cache(maxsize=4_096)
def _checked_name(text: str) -> tuple[str, Message | None]:
    name = text.strip()
    return name, name_problem(name)


def _at(value: object, zone: ZoneInfo, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str):
        wanted = 'a text such as "2026-11-20T10:00:00Z"'
        problems.append(Problem("at", "value_of_wrong_type", wanted=wanted, found="another value"))
        return None
    try:
        return parse_event_instant(value, zone)
    except ValueProblem as problem:
        problems.append(Problem.of("at", problem.message))
        return None


def _id(value: object, problems: list[Problem]) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER:
        return str(value)
    if not isinstance(value, str):
        problems.append(Problem("id", "value_of_wrong_type", wanted="a string", found="another value"))
        return ""
    if problem := line_problem(value):
        problems.append(Problem.of("id", problem))
    return value.strip()


def _properties(value: object, problems: list[Problem]) -> StatedProperties:
    if value is None:
        return NO_PROPERTIES
    if not isinstance(value, dict):
        problems.append(Problem("properties", "value_of_wrong_type", wanted="an object", found="another value"))
        return NO_PROPERTIES
    values = value.values()
    if (keys := _distinct_keys(tuple(value))) and all(map(_is_plain, values)):  # most events
        return StatedProperties(*keys, list(values))
    found: dict[str, tuple[str, RawValue]] = {}
    for name, stated in value.items():
        key = property_key(name)
        if not key or key in found:
            problems.append(_unusable_name(name, found))
        elif stated is not None:
            try:
                found[key] = name.strip(), raw_value(stated)
            except ValueProblem as problem:
                problems.append(Problem.of(_path(name), problem.message))
    return StatedProperties(
        tuple(found), tuple(name for name, _ in found.values()), [stated for _, stated in found.values()]
    )


@lru_cache(maxsize=4_096)
def _distinct_keys(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the keys of properties, and their names as they are kept, or None if anything is wrong with them."""
    keys = tuple(map(property_key, names))
    return (keys, tuple(name.strip() for name in names)) if all(keys) and len(set(keys)) == len(keys) else None


def _is_plain(stated: object) -> bool:
    """Return whether a value is kept as it is; it may be even if this is not seen at once."""
    kind = type(stated)
    if kind is str:
        return stated.isprintable() and len(stated) <= MAX_TEXT  # type: ignore[attr-defined, arg-type]
    if kind is int:
        return -_LARGEST_INTEGER < stated < _LARGEST_INTEGER  # type: ignore[operator]
    return kind is bool or (kind is float and isfinite(stated))  # type: ignore[arg-type]


def raw_value(value: object) -> RawValue:
    """Return a value decoded from JSON as it is kept; raises ValueProblem."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if problem := text_problem(value):
            raise ValueProblem.of(problem)
        return value
    if isinstance(value, int):
        if abs(value) >= _LARGEST_INTEGER:
            raise ValueProblem("number_has_too_many_digits", text=shorten(str(value)))
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueProblem("number_too_large", text=shorten(str(value)))
        return value
    text = encode_list_or_object(value)
    if problem := text_problem(text):
        raise ValueProblem.of(problem)
    return text


@lru_cache(maxsize=4_096)
def property_key(name: str) -> str:
    """Return the key of a property by its name, or an empty text for a name that is not valid."""
    return "" if name_problem(name.strip()) else key_from_name(name)


def _unusable_name(name: str, found: Mapping[str, tuple[str, RawValue]]) -> Problem:
    if problem := name_problem(name.strip()):
        return Problem.of(_path(name), problem)
    if key := property_key(name):
        other = shorten(found[key][0])
        return Problem(_path(name), "event_property_twice", property=shorten(name), other=other)
    return Problem(_path(name), "event_property_without_letters")


def _path(name: str) -> str:
    return f"properties.{shorten(name)}"
