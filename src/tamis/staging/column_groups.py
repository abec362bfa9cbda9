"""Documents of wide files, built a group of columns at a time.

A query over all columns would hold some thousand cells of each column in memory, once for every column that joins its
parsed cells, however few rows there are.
"""

from collections.abc import Sequence

from tamis.staging.cells import DocumentPart
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

COLUMNS_PER_GROUP = 32


class ColumnGroups:
    """Tables with one part of each document, of some columns each: the row number (`n`) and the part (`text`)."""

    def __init__(self, parts: Sequence[DocumentPart]) -> None:
        starts = range(0, len(parts), COLUMNS_PER_GROUP)
        self._groups = {f"group_{n}": parts[at : at + COLUMNS_PER_GROUP] for n, at in enumerate(starts)}
        self.sql = ", ".join(f"{group}.text" for group in self._groups)
        """The SQL expression for all parts of a row."""

    def joins_to(self, number: str) -> str:
        """Return the SQL joins for the parts of the row with a number."""
        return "".join(f" JOIN {group} ON {group}.n = {number}" for group in self._groups)

    def materialize(self, staging: StagingDatabase, first: int, end: int) -> None:
        """Create the tables for the rows from `first` up to `end`."""
        for group, parts in self._groups.items():
            values, joins = ", ".join(part.expression for part in parts), "".join(part.join for part in parts)
            execute(
                staging,
                f"CREATE OR REPLACE TEMP TABLE {group} AS SELECT rows.rowid AS n, concat({values}) AS text "
                f"FROM rows{joins} WHERE rows.rowid >= $1 AND rows.rowid < $2",
                [first, end],
            )

    def materialize_merged(self, staging: StagingDatabase, first: int, last: int) -> None:
        """Create the tables for repeated rows, merged by email, whose last row is from `first` to `last`.

        Later rows win, blank cells do not count."""
        for group, parts in self._groups.items():
            values = ", ".join(f"{part.expression} AS p{place}" for place, part in enumerate(parts))
            latest = ", ".join(f"arg_max(p{place}, n)" for place in range(len(parts)))  # ignores nulls
            execute(
                staging,
                f"CREATE OR REPLACE TEMP TABLE {group} AS SELECT last AS n, concat({latest}) AS text FROM "
                f"(SELECT r.last, r.n, {values} FROM repeats r JOIN rows ON rows.rowid = r.n"
                f"{''.join(part.join for part in parts)} WHERE r.last BETWEEN $1 AND $2) GROUP BY last",
                [first, last],
            )
