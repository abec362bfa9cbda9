"""The positive operators as predicates over a value that is not missing.

A condition is checked against its field when it is built, so both sides of a comparison have one type, which Python's
type hints cannot express.
"""

from collections.abc import Callable
from datetime import date

from tamis.domain.values.fields import Value
from tamis.rules.operators.operand import Operand

Holds = Callable[[Value, tuple[Operand, ...]], bool]


def is_within(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies in a span."""
    low, high = o[0]
    return low <= value <= high  # type: ignore[operator]


def is_within_any(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies in one of some spans."""
    return any(low <= value <= high for low, high in o)  # type: ignore[operator]


def is_between(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies from the beginning of a span to the end of another."""
    return o[0].low <= value <= o[1].high  # type: ignore[operator]


def is_after(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies above a span."""
    return value > o[0].high  # type: ignore[operator]


def is_before(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies below a span."""
    return value < o[0].low  # type: ignore[operator]


def is_at_or_after(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies in or above a span."""
    return value >= o[0].low  # type: ignore[operator]


def is_at_or_before(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a value lies in or below a span."""
    return value <= o[0].high  # type: ignore[operator]


def contains(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a text has a part."""
    assert isinstance(value, str)
    return o[0].text in value


def starts_with(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a text begins with a part."""
    assert isinstance(value, str)
    return value.startswith(o[0].text)


def ends_with(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a text ends with a part."""
    assert isinstance(value, str)
    return value.endswith(o[0].text)


def includes_any(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether one of some options is chosen."""
    assert isinstance(value, tuple)
    return any(option.text in value for option in o)


def includes_all(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether all of some options are chosen."""
    assert isinstance(value, tuple)
    return all(option.text in value for option in o)


def is_anniversary(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a day, or the day of an instant, is one of those of every year."""
    assert isinstance(value, date)
    return o[0].days.holds(value)


def is_part_of_calendar(value: Value, o: tuple[Operand, ...]) -> bool:
    """Return whether a day, or the day of an instant, has one of some months, weekdays or days of the month."""
    assert isinstance(value, date)
    return o[0].part.holds(value)
