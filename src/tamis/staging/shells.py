"""What spreadsheets and shops put around numbers that are text: Excel's ="04001" and the apostrophe of '01501."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tamis.domain.fields import Kind
from tamis.domain.formulas import SHIELDED
from tamis.domain.inference.declared_types import DeclaredType
from tamis.staging.cells import MAKE_SHELLED, columns_beginning
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute
from tamis.staging.typed import Typed

_FORMULA, _INSIDE_FORMULA = '="[^"]*"', "substr({0}, 3, length({0}) - 3)"


@dataclass(frozen=True, slots=True)
class Unshelled:
    """A file of which the numbers in some columns, by position, stood in shells, so that they are text."""

    typed: Typed
    positions: frozenset[int]

    @property
    def nested(self) -> Collection[int]:
        """The columns that hold objects."""
        return self.typed.nested

    def declare(self, positions: Collection[int]) -> Mapping[int, DeclaredType]:
        """Tell what some columns hold."""
        shelled = {position: DeclaredType(Kind.TEXT) for position in positions if position in self.positions}
        return {**self.typed.declare(positions), **shelled}

    def refuse_nested(self, positions: Collection[int]) -> None:
        """Let the rows with an object in any of some columns be broken."""
        self.typed.refuse_nested(positions)


def take_off_shells(staging: StagingDatabase, width: int) -> frozenset[int]:
    """Take shells off the cells of `rows`; returns the columns in which there were any.

    ="…" is taken off wherever it stands. An apostrophe goes only where it is a column's way of writing numbers: most
    filled cells begin with one, and digits follow each of them. So a text such as '90s stays, and so does what an
    export has written, which doubles an apostrophe before digits."""
    formulas, apostrophes = columns_beginning(staging, width, "="), columns_beginning(staging, width, "'")
    execute(staging, MAKE_SHELLED)
    for position in formulas:
        execute(
            staging,
            f"INSERT INTO shelled SELECT rowid, $1 FROM rows WHERE regexp_full_match(c{position:d}, $2)",
            [position, _FORMULA],
        )
    shelled = {p for p in formulas if _take_off(staging, p, _FORMULA, _INSIDE_FORMULA)}
    shelled.update(
        p for p in apostrophes if _are_shields(staging, p) and _take_off(staging, p, SHIELDED, "substr({0}, 2)")
    )
    return frozenset(shelled)


def _are_shields(staging: StagingDatabase, position: int) -> bool:
    here = f"c{position:d}"
    filled, begin, shields = execute(
        staging,
        f"SELECT count({here}), count(*) FILTER (prefix({here}, '''')), "
        f"count(*) FILTER (regexp_full_match({here}, $1)) FROM rows",
        [SHIELDED],
    ).fetchall()[0]
    return bool(begin == shields and 2 * shields > filled)


def _take_off(staging: StagingDatabase, position: int, shell: str, inside: str) -> bool:
    here = f"c{position:d}"
    changed = execute(
        staging,
        f"UPDATE rows SET {here} = nullif({inside.format(here)}, '') WHERE regexp_full_match({here}, $1)",
        [shell],
    ).fetchall()[0][0]
    return bool(changed)
