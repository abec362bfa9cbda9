"""Files with types of their own: what they say of their columns."""

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from tamis.domain.fields import SEPARATOR, Kind
from tamis.domain.inference.declared_types import (
    LIST_MARKS,
    DeclaredType,
    infer_string_kind,
    infer_text_type,
    keeps_digits,
    merge_list_options,
    parse_list,
)
from tamis.domain.inference.word_evidence import MOST_OPTIONS
from tamis.staging.cells import distinct_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

_LOOKS_ISO = "regexp_full_match({}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ][0-9:.Z+-]*)?')"
_LONG_WHOLE = "regexp_full_match({}, '-?[0-9]{{16,}}')"
_LONG = "length(regexp_replace({}, '[^0-9]', '', 'g')) > 15"


class Typed(Protocol):
    """What a staged file says of its columns, by position."""

    @property
    def nested(self) -> Collection[int]:
        """The columns that hold objects, which are no values of fields."""

    def declare(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:
        """Tell what some columns hold; one that is not in the answer says nothing of it."""

    def refuse_nested(self, positions: Collection[int]) -> None:
        """Let the rows with an object in any of some columns be broken."""


class Untyped:
    """A file that has nothing but texts."""

    nested: Collection[int] = ()

    def declare(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:  # noqa: ARG002
        """Tell nothing."""
        return {}

    def refuse_nested(self, positions: Collection[int]) -> None:
        """Refuse no row: there are no objects."""


UNTYPED = Untyped()


def list_in_text(values: str) -> str:
    """Return the expression for a list of texts as one: with semicolons where that is not misread, else as JSON."""
    present = f"list_filter({values}, lambda part: part <> '')"
    marks = LIST_MARKS.replace("'", "''")
    return (
        f"CASE WHEN regexp_matches(array_to_string({values}, ' '), '{marks}') THEN to_json({present})::VARCHAR "
        f"ELSE array_to_string({present}, '{SEPARATOR} ') END"
    )


def declared_numbers(staging: StagingDatabase, position: int, *, are_floats: bool) -> DeclaredType:
    """Return whether the numbers of a column are a number field: not where one of them would lose a digit, which of
    floats only whole ones can."""
    here = f"c{position:d}"
    asked = distinct_cells(staging, here, (_LONG_WHOLE if are_floats else _LONG).format(here))
    return DeclaredType(Kind.NUMBER if all(keeps_digits(cell) for cells in asked for cell in cells) else Kind.TEXT)


def declared_lists(staging: StagingDatabase, position: int) -> DeclaredType:
    """Tell the options that stand in the lists of a column, or that it is text where these cannot be options."""
    options = merge_list_options(parse_list(cell) for cell in _cells(staging, position))
    return DeclaredType(Kind.CHOICES, options) if options else DeclaredType(Kind.TEXT)


def declared_strings(staging: StagingDatabase, position: int, *, may_be_dates: bool) -> DeclaredType:
    """Tell the kind of the strings of a column; they `may_be_dates` in a format that has no type for those."""
    here = f"c{position:d}"
    if may_be_dates:
        query = f"SELECT coalesce(bool_and({_LOOKS_ISO.format(here)}), FALSE) FROM rows"
        looks = execute(staging, query).fetchall()[0][0]
        kind = infer_string_kind(_cells(staging, position)) if looks else Kind.TEXT
        if kind is not Kind.TEXT:
            return DeclaredType(kind)
    counted = execute(
        staging,
        f"SELECT trim({here}) AS cell, count(*) FROM rows WHERE cell <> '' GROUP BY cell LIMIT {MOST_OPTIONS + 1}",
    ).fetchall()
    return infer_text_type(dict(counted))


def _cells(staging: StagingDatabase, position: int) -> Iterator[str]:
    return (cell for cells in distinct_cells(staging, f"c{position:d}", "TRUE") for cell in cells)
