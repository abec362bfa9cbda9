"""Markers that force numbers to be text in spreadsheets: Excel's ="04001" and the apostrophe in '01501."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tamis.domain.files.formulas import SHIELDED
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.values.fields import Kind
from tamis.staging.cells import CREATE_STRIPPED, find_columns_with_prefix
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute
from tamis.staging.typed_files import TypedFile

_FORMULA, _INSIDE_FORMULA = '="[^"]*"', "substr({0}, 3, length({0}) - 3)"


@dataclass(frozen=True, slots=True)
class MarkedAsText:
    """A file with text markers in some columns, by position, which makes these text."""

    typed: TypedFile
    positions: frozenset[int]

    @property
    def nested(self) -> Collection[int]:
        """The columns of objects."""
        return self.typed.nested

    def declared_types(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:
        """Return the types of some columns, by position."""
        stripped = {position: DeclaredType(Kind.TEXT) for position in positions if position in self.positions}
        return {**self.typed.declared_types(positions), **stripped}

    def reject_nested(self, positions: Collection[int]) -> None:
        """Mark rows with an object in any of some columns as broken."""
        self.typed.reject_nested(positions)


def strip_text_markers(staging: StagingDatabase, width: int) -> frozenset[int]:
    """Strip the text markers from the cells of `rows`; return the columns that had any.

    ="…" is stripped everywhere. An apostrophe is stripped only in columns that mark numbers by it: most filled cells
    starts with one, each followed by digits. So a text such as '90s stays, and so does the output of an export, which
    doubles an apostrophe before digits."""
    formulas, apostrophes = find_columns_with_prefix(staging, width, "="), find_columns_with_prefix(staging, width, "'")
    execute(staging, CREATE_STRIPPED)
    for position in formulas:
        execute(
            staging,
            f"INSERT INTO stripped SELECT rowid, $1 FROM rows WHERE regexp_full_match(c{position:d}, $2)",
            [position, _FORMULA],
        )
    stripped = {p for p in formulas if _strip(staging, p, _FORMULA, _INSIDE_FORMULA)}
    stripped.update(
        p for p in apostrophes if _are_number_markers(staging, p) and _strip(staging, p, SHIELDED, "substr({0}, 2)")
    )
    return frozenset(stripped)


def _are_number_markers(staging: StagingDatabase, position: int) -> bool:
    cell = f"c{position:d}"
    filled, marked, markers = execute(
        staging,
        f"SELECT count({cell}), count(*) FILTER (prefix({cell}, '''')), "
        f"count(*) FILTER (regexp_full_match({cell}, $1)) FROM rows",
        [SHIELDED],
    ).fetchall()[0]
    return bool(marked == markers and 2 * markers > filled)


def _strip(staging: StagingDatabase, position: int, pattern: str, inside: str) -> bool:
    cell = f"c{position:d}"
    changed = execute(
        staging,
        f"UPDATE rows SET {cell} = nullif({inside.format(cell)}, '') WHERE regexp_full_match({cell}, $1)",
        [pattern],
    ).fetchall()[0][0]
    return bool(changed)
