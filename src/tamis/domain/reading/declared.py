"""What a file with types of its own says of its columns, so that nothing of them needs to be guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from tamis.domain.fields import SEPARATOR, Field, Kind, ValueProblem, parser
from tamis.domain.reading.word_evidence import FEWEST_CELLS_AN_OPTION, LONGEST_OPTION, MOST_OPTIONS
from tamis.domain.text import fold, problem_with_name

MOST_OPTIONS_OF_LISTS = 500
LIST_MARKS = r"[;；,，、|/\n\r\x{2028}\[\]{}\x22'“”„‘’«»]"
"""What a list in text is split at, or could be taken for a list by: a regular expression that RE2 reads."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says of a column: the kind of its values and the options of a choice; the name of the field that it
    was exported from, if it is known."""

    kind: Kind
    options: tuple[str, ...] = ()
    name: str = ""


def keeps_digits(text: str) -> bool:
    """Return whether a number that is written in text is the same as a value of a number field."""
    try:
        value = _NUMBER(text)
        return isinstance(value, float) and Decimal(repr(value)) == Decimal(text)
    except (ValueProblem, InvalidOperation):
        return False


def kind_of_strings(texts: Iterable[str]) -> Kind:
    """Tell the kind of strings: dates or date-times where all of them are, as ISO 8601 writes them, else text."""
    left = {Kind.DATE, Kind.DATETIME}
    for text in texts:
        left = {kind for kind in left if _is_iso(kind, text)}
        if not left:
            return Kind.TEXT
    return left.pop() if len(left) == 1 else Kind.TEXT


def kind_of_texts(counts: Mapping[str, int]) -> Declared:
    """Tell from how often each text of a column stands in it whether they are a choice: few, often repeated, and no two
    of which differ in case only, since one of them would be lost."""
    options = sorted(counts, key=lambda text: (fold(text), text))
    if not 1 < len(options) <= MOST_OPTIONS or sum(counts.values()) < FEWEST_CELLS_AN_OPTION * len(options):
        return Declared(Kind.TEXT)
    if len({fold(option) for option in options}) < len(options):
        return Declared(Kind.TEXT)
    if any(len(option) > LONGEST_OPTION or SEPARATOR in option or problem_with_name(option) for option in options):
        return Declared(Kind.TEXT)
    return Declared(Kind.CHOICE, tuple(options))


def list_of(cell: str) -> list[str]:
    """Read a cell in which a list of a typed file stands: as an array of JSON, or its parts with semicolons."""
    try:
        return msgspec.json.decode(cell, type=list[str]) if cell.startswith("[") else cell.split(f"{SEPARATOR} ")
    except msgspec.DecodeError:
        return [cell]


def options_of_lists(lists: Iterable[Sequence[str]]) -> tuple[str, ...] | None:
    """Put what stands in lists in one order, that of the lists where it is one, else the alphabet's. Return None where
    these cannot be options: too many, two that differ in case only, or one that an option must not be."""
    followers: dict[str, set[str]] = {}
    for one in lists:
        for option in one:
            followers.setdefault(option.strip(), set())
        for before, after in pairwise(one):
            followers[before.strip()].add(after.strip())
        if len(followers) > MOST_OPTIONS_OF_LISTS:
            return None
    if len({fold(option) for option in followers}) < len(followers) or not followers:
        return None
    if any(SEPARATOR in option or problem_with_name(option) for option in followers):
        return None
    return tuple(_in_order(followers) or sorted(followers))


def _in_order(followers: Mapping[str, set[str]]) -> list[str] | None:
    """Put all before their followers, or return None where that cannot be; of several the first in the alphabet."""
    waits = dict.fromkeys(followers, 0)
    for after in (option for options in followers.values() for option in options):
        waits[after] += 1
    found: list[str] = []
    ready = sorted((option for option, count in waits.items() if not count), reverse=True)
    while ready:
        found.append(ready.pop())
        for after in followers[found[-1]]:
            waits[after] -= 1
            if not waits[after]:
                ready.append(after)
        ready.sort(reverse=True)
    return found if len(found) == len(followers) else None


_ISO = {
    Kind.DATE: re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    Kind.DATETIME: re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII),
}
_UTC = ZoneInfo("UTC")
_NUMBER = parser(Field(0, "", "", Kind.NUMBER), _UTC)
_DATED = {kind: parser(Field(0, "", "", kind), _UTC) for kind in _ISO}


def _is_iso(kind: Kind, text: str) -> bool:
    try:
        return _ISO[kind].fullmatch(text) is not None and _DATED[kind](text) is not None
    except ValueProblem:
        return False
