"""The types that a file declares for its columns, as Parquet and JSON do, so that nothing is guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from tamis.domain.inference.word_evidence import FEWEST_CELLS_AN_OPTION, LONGEST_OPTION, MOST_OPTIONS
from tamis.domain.values.choices import SEPARATOR
from tamis.domain.values.fields import Field, Kind, ValueProblem, parser
from tamis.domain.values.text import fold, name_problem

MOST_OPTIONS_OF_LISTS = 500
LIST_MARKS = r"[;；,，、|/\n\r\x{2028}\[\]{}\x22'“”„‘’«»]"
"""Characters that split, or seem to split, a list in text: a regular expression for RE2."""


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """The declared type of a column: its kind, the options of a choice, and the name of the field it was exported from,
    if known."""

    kind: Kind
    options: tuple[str, ...] = ()
    name: str = ""


def keeps_digits(text: str) -> bool:
    """Return whether a number in text keeps all its digits in a number field."""
    try:
        value = _NUMBER(text)
        return isinstance(value, float) and Decimal(repr(value)) == Decimal(text)
    except (ValueProblem, InvalidOperation):
        return False


def infer_string_kind(texts: Iterable[str]) -> Kind:
    """Return date or datetime where all strings are such in ISO 8601, else text."""
    left = {Kind.DATE, Kind.DATETIME}
    for text in texts:
        left = {kind for kind in left if _is_iso(kind, text)}
        if not left:
            return Kind.TEXT
    return left.pop() if len(left) == 1 else Kind.TEXT


def infer_text_type(counts: Mapping[str, int]) -> DeclaredType:
    """Infer from the number of cells with each text whether a column is a choice, else text.

    The texts of a choice are few and often repeated, and no two of them differ only in case: one would be lost."""
    options = sorted(counts, key=lambda text: (fold(text), text))
    if not 1 < len(options) <= MOST_OPTIONS or sum(counts.values()) < FEWEST_CELLS_AN_OPTION * len(options):
        return DeclaredType(Kind.TEXT)
    if len({fold(option) for option in options}) < len(options):
        return DeclaredType(Kind.TEXT)
    if any(len(option) > LONGEST_OPTION or SEPARATOR in option or name_problem(option) for option in options):
        return DeclaredType(Kind.TEXT)
    return DeclaredType(Kind.CHOICE, tuple(options))


def parse_list(cell: str) -> list[str]:
    """Parse a cell that holds a list of a typed file: a JSON array, or items with semicolons between them."""
    try:
        return msgspec.json.decode(cell, type=list[str]) if cell.startswith("[") else cell.split(f"{SEPARATOR} ")
    except msgspec.DecodeError:
        return [cell]


def merge_list_options(lists: Iterable[Sequence[str]]) -> tuple[str, ...] | None:
    """Return the items of lists as options, in an order that agrees with all lists, else alphabetically.

    Return None where they cannot be options: too many, two that differ only in case, or an invalid name."""
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
    if any(SEPARATOR in option or name_problem(option) for option in followers):
        return None
    return tuple(_in_order(followers) or sorted(followers))


def _in_order(followers: Mapping[str, set[str]]) -> list[str] | None:
    """Sort topologically, alphabetically among the free ones; return None where the lists contradict each other."""
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
