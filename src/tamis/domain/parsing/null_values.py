"""Texts for missing values: what databases write, and placeholders that people write."""

import re

_DATABASE = frozenset({"NULL", "null", "\\N", "(null)", "<null>", "<NULL>", "(NULL)"})
_ZERO_DAY = re.compile(r"0000-00-00(?:[ T]00:00:00(?:\.0+)?)?")
_PLACEHOLDER_WORDS = (
    "n/a n.a. na #n/a #na #value! #ref! #name? #div/0! #null! #num! nan none nil - -- --- – — ? . / unknown unbekannt "
    "k.a. inconnu nd n/d s/d missing undefined"
)
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())


def is_null(text: str) -> bool:
    """Return whether a trimmed text is a missing value in a database export: NULL, \\N, 0000-00-00."""
    return text in _DATABASE or _ZERO_DAY.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Return whether a trimmed text is a placeholder that people and spreadsheets write: n/a, -, #N/A."""
    return text.lower() in _PLACEHOLDERS
