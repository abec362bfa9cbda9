"""Documents of many columns, made a few columns at a time.

A query over all columns of a wide file would hold some thousand cells of each of them in memory, once for each column
that is looked up, whatever the number of its rows.
"""

from collections.abc import Sequence

from tamis.staging.cells import Part
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

COLUMNS_AT_ONCE = 32


class Pieces:
    """The pieces of documents, each of some columns: tables of the number of a row (`n`) and its piece (`text`)."""

    def __init__(self, parts: Sequence[Part]) -> None:
        starts = range(0, len(parts), COLUMNS_AT_ONCE)
        self._groups = {f"piece_{n}": parts[at : at + COLUMNS_AT_ONCE] for n, at in enumerate(starts)}
        self.text = ", ".join(f"{piece}.text" for piece in self._groups)
        """The expression for all pieces of a row."""

    def joined_to(self, number: str) -> str:
        """Write the joins that lead to the pieces of the row with a number."""
        return "".join(f" JOIN {piece} ON {piece}.n = {number}" for piece in self._groups)

    def make(self, staging: StagingDatabase, first: int, end: int) -> None:
        """Make the pieces of the rows from `first` up to `end`."""
        for piece, parts in self._groups.items():
            values, joins = ", ".join(part.expression for part in parts), "".join(part.join for part in parts)
            execute(
                staging,
                f"CREATE OR REPLACE TEMP TABLE {piece} AS SELECT rows.rowid AS n, concat({values}) AS text "
                f"FROM rows{joins} WHERE rows.rowid >= $1 AND rows.rowid < $2",
                [first, end],
            )

    def make_merged(self, staging: StagingDatabase, first: int, last: int) -> None:
        """Make the pieces of the rows in `repeats` of which the last one of their email lies between two: a later row
        wins, and a blank cell says nothing."""
        for piece, parts in self._groups.items():
            said = ", ".join(f"{part.expression} AS p{place}" for place, part in enumerate(parts))
            latest = ", ".join(f"arg_max(p{place}, n)" for place in range(len(parts)))  # passes over what is null
            execute(
                staging,
                f"CREATE OR REPLACE TEMP TABLE {piece} AS SELECT last AS n, concat({latest}) AS text FROM "
                f"(SELECT r.last, r.n, {said} FROM repeats r JOIN rows ON rows.rowid = r.n"
                f"{''.join(part.join for part in parts)} WHERE r.last BETWEEN $1 AND $2) GROUP BY last",
                [first, last],
            )
