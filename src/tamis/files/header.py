"""The names of the columns of a file: cleaned so that each can name a field, and told apart where one repeats."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tamis.domain.text import CONTROL, INVISIBLE, MAX_LINE, SURROGATE, shorten

MOST_NAMED = 5
_SHOWN = 40


class Header(NamedTuple):
    """Names of columns, of which those that are not blank are unique, and sentences on what was done to them."""

    names: tuple[str, ...]
    notices: tuple[str, ...]


def read_header(cells: Sequence[str]) -> Header:
    """Clean the cells of a header and tell repeated names apart."""
    cleaned = [clean_name(cell) for cell in cells]
    names = tell_apart(cleaned)
    return Header(names, tuple(_notices(cells, cleaned, names)))


def clean_name(cell: str) -> str:
    """Return a cell as one line of at most 255 characters: white space becomes one blank, what cannot be seen goes."""
    return _shortened(" ".join(SURROGATE.sub("", INVISIBLE.sub("", CONTROL.sub(" ", cell))).split()), MAX_LINE)


def tell_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Give each name that repeats an earlier one a number, "Reason (2)", which no other column has; blanks stay."""
    taken, numbers = set(names), dict[str, int]()
    told = []
    for name in names:
        own, number = name, numbers.get(name, 1)
        if name and number > 1:
            while own in taken:
                own, number = with_number(name, number), number + 1
        taken.add(own)
        numbers[name] = max(number, 2)
        told.append(own)
    return tuple(told)


def with_number(name: str, number: int) -> str:
    """Write a name with a number behind it, within the length of a name."""
    suffix = f" ({number})"
    return _shortened(name, MAX_LINE - len(suffix)) + suffix


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _notices(cells: Sequence[str], cleaned: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    shortened = [name for cell, name in zip(cells, cleaned, strict=True) if name.endswith("…") and cell.strip() != name]
    if shortened:
        yield f"Column names of more than {MAX_LINE} characters were shortened: {_listed(shortened)}."
    changed = [
        name
        for cell, name in zip(cells, cleaned, strict=True)
        if name not in shortened and " ".join(cell.split()) != name
    ]
    if changed:
        yield f"Characters that cannot be seen were removed from column names: {_listed(changed)}."
    repeated = [name for before, name in zip(cleaned, names, strict=True) if before != name]
    if repeated:
        yield f"Columns of the same name are told apart by a number: {_listed(repeated)}."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{shorten(name, _SHOWN)}"' for name in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
