"""Options that cells name and their fields do not have yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tamis.domain.fields import ValueProblem
from tamis.domain.text import fold
from tamis.staging.cells import CELLS_A_FETCH, cell, distinct_cells, looked_up
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

MOST_BAD_CELLS = 1_000


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """A column whose field can have more options: `new` lists those that a cell names, and raises ValueProblem where
    one can be none, which leaves the cell blank or else its row out."""

    position: int
    new: Callable[[str], list[str]]
    blanks: bool
    most: int


def find_new_options(
    staging: StagingDatabase, columns: Sequence[OptionColumn], padded: frozenset[int]
) -> dict[int, list[str]]:
    """List the new options that rows without a problem name, by position of the column, in the order of these rows. Of
    a column that names more than its `most`, one more than these is given."""
    execute(staging, "CREATE TABLE without_option (n BIGINT)")
    naming = [column for column in columns if _name(staging, column, padded)]
    return {column.position: found for column in naming if (found := _in_order(staging, column, padded))}


def _name(staging: StagingDatabase, column: OptionColumn, padded: frozenset[int]) -> bool:
    """Make the table of the cells of a column that name new options; return whether there is any."""
    here, table = cell(column.position, padded), _table(column)
    execute(staging, f"CREATE TABLE {table} (cell VARCHAR, place INTEGER, option VARCHAR)")
    for texts in distinct_cells(staging, here, "TRUE"):
        named = [(text, place, option) for text in texts for place, option in enumerate(_new(column, text))]
        if named:
            execute(
                staging,
                f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::INTEGER[]), unnest($3::VARCHAR[])",
                [list(values) for values in zip(*named, strict=True)],
            )
    if not column.blanks:
        execute(
            staging,
            f"INSERT INTO without_option SELECT r.rowid FROM rows r JOIN {table} l ON l.cell = {here} "
            "WHERE l.option IS NULL",
        )
    return bool(execute(staging, f"SELECT count(option) FROM {table}").fetchall()[0][0])


def _new(column: OptionColumn, text: str) -> Sequence[str | None]:
    try:
        return column.new(text)
    except ValueProblem:
        return [None]


def _in_order(staging: StagingDatabase, column: OptionColumn, padded: frozenset[int]) -> list[str]:
    found: dict[str, str] = {}
    with cursor(staging) as reading:
        reading.execute(
            f"SELECT l.option FROM rows r JOIN {_table(column)} l ON l.cell = {cell(column.position, padded)} "
            "WHERE l.option IS NOT NULL AND r.rowid NOT IN (SELECT n FROM problems) "
            "AND r.rowid NOT IN (SELECT n FROM without_option) "
            "GROUP BY l.option ORDER BY min(r.rowid), min(l.place), l.option"
        )
        while len(found) <= column.most and (rows := reading.fetchmany(CELLS_A_FETCH)):
            for (option,) in rows:
                found.setdefault(fold(option), option)
    return list(found.values())[: column.most + 1]


def bad_cells(staging: StagingDatabase, position: int, padded: frozenset[int]) -> list[tuple[str, int]]:
    """List the cells of a column that are no values, with the number of their rows, the most frequent first; of many
    different ones only some."""
    table = looked_up(position)
    rows = execute(
        staging,
        f"SELECT l.cell, count(*) AS rows FROM rows r JOIN {table} l ON l.cell = {cell(position, padded)} "
        "WHERE l.problem IS NOT NULL GROUP BY l.cell ORDER BY rows DESC, min(r.rowid) LIMIT $1",
        [MOST_BAD_CELLS],
    ).fetchall()
    return [(text, int(count)) for text, count in rows]


def _table(column: OptionColumn) -> str:
    return f"new_options_{column.position:d}"
