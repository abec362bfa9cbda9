"""The names of the columns of a file: cleaned, and numbered where one repeats, so that each can name a field."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tamis.domain.values.text import CONTROL, INVISIBLE, MAX_LINE, SURROGATE, shorten

MOST_NAMED = 5
_SHOWN = 40


class Header(NamedTuple):
    """Column names, unique unless blank, and notices on what was changed in them."""

    names: tuple[str, ...]
    notices: tuple[str, ...]


def read_header(cells: Sequence[str]) -> Header:
    """Clean the cells of a header and number repeated names."""
    cleaned = [clean_name(cell) for cell in cells]
    names = number_duplicates(cleaned)
    return Header(names, tuple(_notices(cells, cleaned, names)))


def clean_name(cell: str) -> str:
    """Return a cell as one line of at most 255 characters, with single blanks and without invisible characters."""
    return _shortened(" ".join(SURROGATE.sub("", INVISIBLE.sub("", CONTROL.sub(" ", cell))).split()), MAX_LINE)


def number_duplicates(names: Sequence[str]) -> tuple[str, ...]:
    """Append a number to each name that repeats an earlier one, "Reason (2)", so that it is unique; blanks stay."""
    taken, numbers = set(names), dict[str, int]()
    unique = []
    for name in names:
        own, number = name, numbers.get(name, 1)
        if name and number > 1:
            while own in taken:
                own, number = with_number(name, number), number + 1
        taken.add(own)
        numbers[name] = max(number, 2)
        unique.append(own)
    return tuple(unique)


def with_number(name: str, number: int) -> str:
    """Append a number to a name, within the maximum length of a name."""
    suffix = f" ({number})"
    return _shortened(name, MAX_LINE - len(suffix)) + suffix


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _notices(cells: Sequence[str], cleaned: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    shortened = [name for cell, name in zip(cells, cleaned, strict=True) if name.endswith("…") and cell.strip() != name]
    if shortened:
        yield f"Column names longer than {MAX_LINE} characters were shortened: {_list_names(shortened)}."
    changed = [
        name
        for cell, name in zip(cells, cleaned, strict=True)
        if name not in shortened and " ".join(cell.split()) != name
    ]
    if changed:
        yield f"Invisible characters were removed from column names: {_list_names(changed)}."
    repeated = [name for before, name in zip(cleaned, names, strict=True) if before != name]
    if repeated:
        yield f"Numbers were added to repeated column names: {_list_names(repeated)}."


def _list_names(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{shorten(name, _SHOWN)}"' for name in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
