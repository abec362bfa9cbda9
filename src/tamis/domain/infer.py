"""Which kind the values of a column have, when nobody has said it."""

import re
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from tamis.domain.fields import Field, Kind, ValueProblem, parser


def infer_kind(texts: Iterable[str], candidates: Iterable[Kind]) -> tuple[Kind, ...]:
    """Keep those of `candidates` that every one of `texts` fits; blank texts fit all of them.

    The order in which a column's kind is chosen is that of INFERABLE. Digits that a number would lose (a leading
    zero or plus sign, more digits than a number keeps) make a column text, and so do 0 and 1 no booleans.
    """
    left: list[Kind] = [kind for kind in candidates if kind is not Kind.TEXT]
    for text in texts:
        stripped = text.strip()
        if stripped:
            left = _fitting(stripped, left)
            if not left:
                break
    return (*left, Kind.TEXT)


def _fitting(text: str, kinds: list[Kind]) -> list[Kind]:
    found: list[Kind] = []
    for kind in kinds:
        # A date is the midnight of a date-time as well, and need not be read once more.
        if (kind is Kind.DATETIME and Kind.DATE in found) or _FITS[kind](text):
            found.append(kind)
    return found


def _fits_number(text: str) -> bool:
    return not re.match(r"\+|-?0\d", text) and _parses(text, Kind.NUMBER)


def _fits_boolean(text: str) -> bool:
    return text not in ("0", "1") and _parses(text, Kind.BOOLEAN)


def _parses(text: str, kind: Kind) -> bool:
    try:
        _BARE[kind](text)
    except ValueProblem:
        return False
    return True


_UTC = ZoneInfo("UTC")
_BARE = {kind: parser(Field(0, "", "", kind), _UTC) for kind in Kind}
_FITS: dict[Kind, Callable[[str], bool]] = {
    Kind.BOOLEAN: _fits_boolean,
    Kind.NUMBER: _fits_number,
    Kind.DATE: lambda text: _parses(text, Kind.DATE),
    Kind.DATETIME: lambda text: _parses(text, Kind.DATETIME),
}
INFERABLE = (Kind.BOOLEAN, Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TEXT)
