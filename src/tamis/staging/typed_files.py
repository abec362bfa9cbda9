"""The column types that a staged file declares."""

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

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
from tamis.domain.values.choices import SEPARATOR
from tamis.domain.values.fields import Kind
from tamis.staging.cells import distinct_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

_IS_ISO = "regexp_full_match({}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ][0-9:.Z+-]*)?')"
_LONG_WHOLE = "regexp_full_match({}, '-?[0-9]{{16,}}')"
_LONG = "length(regexp_replace({}, '[^0-9]', '', 'g')) > 15"


class TypedFile(Protocol):
    """The declared column types of a staged file."""

    @property
    def nested(self) -> Collection[int]:
        """The columns of objects, which no field can hold."""

    def declared_types(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:
        """Return the types of some columns, by position, without those that declare none."""

    def reject_nested(self, positions: Collection[int]) -> None:
        """Mark rows with an object in any of some columns as broken."""


class UntypedFile:
    """A file that declares no types."""

    nested: Collection[int] = ()

    def declared_types(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:  # noqa: ARG002
        """Return no types."""
        return {}

    def reject_nested(self, positions: Collection[int]) -> None:
        """Do nothing: there are no objects."""


UNTYPED = UntypedFile()


def list_as_text(values: str) -> str:
    """Return the SQL for a list as text: with semicolons where that is unambiguous, else as JSON."""
    present = f"list_filter({values}, lambda part: part <> '')"
    marks = LIST_MARKS.replace("'", "''")
    return (
        f"CASE WHEN regexp_matches(array_to_string({values}, ' '), '{marks}') THEN to_json({present})::VARCHAR "
        f"ELSE array_to_string({present}, '{SEPARATOR} ') END"
    )


def number_type(staging: StagingDatabase, position: int, *, are_floats: bool) -> DeclaredType:
    """Return number, or text where a number field would lose digits of a cell, as only whole floats can."""
    cell = f"c{position:d}"
    long_cells = distinct_cells(staging, cell, (_LONG_WHOLE if are_floats else _LONG).format(cell))
    return DeclaredType(Kind.NUMBER if all(keeps_digits(cell) for cells in long_cells for cell in cells) else Kind.TEXT)


def list_type(staging: StagingDatabase, position: int) -> DeclaredType:
    """Return choices with the items of a column's lists as options, or text where they cannot be options."""
    options = merge_list_options(parse_list(cell) for cell in _cells(staging, position))
    return DeclaredType(Kind.CHOICES, options) if options else DeclaredType(Kind.TEXT)


def string_type(staging: StagingDatabase, position: int, *, may_be_dates: bool) -> DeclaredType:
    """Return the type of a column of strings, which `may_be_dates` in formats without a type for dates."""
    cell = f"c{position:d}"
    if may_be_dates:
        query = f"SELECT coalesce(bool_and({_IS_ISO.format(cell)}), FALSE) FROM rows"
        are_iso = execute(staging, query).fetchall()[0][0]
        kind = infer_string_kind(_cells(staging, position)) if are_iso else Kind.TEXT
        if kind is not Kind.TEXT:
            return DeclaredType(kind)
    counted = execute(
        staging,
        f"SELECT trim({cell}) AS cell, count(*) FROM rows WHERE cell <> '' GROUP BY cell LIMIT {MOST_OPTIONS + 1}",
    ).fetchall()
    return infer_text_type(dict(counted))


def _cells(staging: StagingDatabase, position: int) -> Iterator[str]:
    return (cell for cells in distinct_cells(staging, f"c{position:d}", "TRUE") for cell in cells)
