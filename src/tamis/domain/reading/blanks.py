"""Words that stand for nothing: those that databases write for a missing value, and those that people do."""

import re

_DATABASE = frozenset({"NULL", "null", "\\N", "(null)", "<null>", "<NULL>", "(NULL)"})
_ZERO_DAY = re.compile(r"0000-00-00(?:[ T]00:00:00(?:\.0+)?)?")
_PLACEHOLDERS = (
    "n/a n.a. na #n/a #na #value! #ref! #name? #div/0! #null! #num! nan none nil - -- --- – — ? . / unknown unbekannt "
    "k.a. inconnu nd n/d s/d missing undefined"
)
_PEOPLE = frozenset(_PLACEHOLDERS.split())


def is_null(text: str) -> bool:
    """Return whether a trimmed text is how a database writes a missing value: NULL, \\N, 0000-00-00."""
    return text in _DATABASE or _ZERO_DAY.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Return whether a trimmed text is what people and spreadsheets write where they have no value: n/a, -, #N/A."""
    return text.lower() in _PEOPLE
