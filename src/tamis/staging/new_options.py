"""Finding options in cells that their fields do not have yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tamis.domain.values.fields import ValueProblem
from tamis.domain.values.text import fold
from tamis.staging.cells import CELLS_PER_FETCH, cell_sql, distinct_cells, parsed_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

MOST_INVALID_CELLS = 1_000


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """A column whose field can get `most` more options; `list_new` lists the new ones in a cell.

    It raises ValueProblem for an invalid option: then the cell is left blank where the column `omits_invalid`, else
    the row is rejected."""

    position: int
    list_new: Callable[[str], list[str]]
    omits_invalid: bool
    most: int


def find_new_options(
    staging: StagingDatabase, columns: Sequence[OptionColumn], padded: frozenset[int]
) -> dict[int, list[str]]:
    """List the new options in rows without a problem by position of the column, in the order of these rows.

    A column with more than its `most` options gets one more than that."""
    execute(staging, "CREATE TABLE without_option (n BIGINT)")
    found_in = [column for column in columns if _collect_options(staging, column, padded)]
    return {column.position: found for column in found_in if (found := _in_order(staging, column, padded))}


def _collect_options(staging: StagingDatabase, column: OptionColumn, padded: frozenset[int]) -> bool:
    """Create the table of cells with new options of a column; return whether there are any."""
    cell, table = cell_sql(column.position, padded), _table(column)
    execute(staging, f"CREATE TABLE {table} (cell VARCHAR, place INTEGER, option VARCHAR)")
    for texts in distinct_cells(staging, cell, "TRUE"):
        named = [(text, place, option) for text in texts for place, option in enumerate(_list_options(column, text))]
        if named:
            execute(
                staging,
                f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::INTEGER[]), unnest($3::VARCHAR[])",
                [list(values) for values in zip(*named, strict=True)],
            )
    if not column.omits_invalid:
        execute(
            staging,
            f"INSERT INTO without_option SELECT r.rowid FROM rows r JOIN {table} l ON l.cell = {cell} "
            "WHERE l.option IS NULL",
        )
    return bool(execute(staging, f"SELECT count(option) FROM {table}").fetchall()[0][0])


def _list_options(column: OptionColumn, text: str) -> Sequence[str | None]:
    try:
        return column.list_new(text)
    except ValueProblem:
        return [None]


def _in_order(staging: StagingDatabase, column: OptionColumn, padded: frozenset[int]) -> list[str]:
    found: dict[str, str] = {}
    with cursor(staging) as reading:
        reading.execute(
            f"SELECT l.option FROM rows r JOIN {_table(column)} l ON l.cell = {cell_sql(column.position, padded)} "
            "WHERE l.option IS NOT NULL AND r.rowid NOT IN (SELECT n FROM problems) "
            "AND r.rowid NOT IN (SELECT n FROM without_option) "
            "GROUP BY l.option ORDER BY min(r.rowid), min(l.place), l.option"
        )
        while len(found) <= column.most and (rows := reading.fetchmany(CELLS_PER_FETCH)):
            for (option,) in rows:
                found.setdefault(fold(option), option)
    return list(found.values())[: column.most + 1]


def count_invalid_cells(staging: StagingDatabase, position: int, padded: frozenset[int]) -> list[tuple[str, int]]:
    """Count the rows of each invalid cell of a column, the most frequent 1,000 cells, most frequent first."""
    table = parsed_cells(position)
    rows = execute(
        staging,
        f"SELECT l.cell, count(*) AS rows FROM rows r JOIN {table} l ON l.cell = {cell_sql(position, padded)} "
        "WHERE l.problem IS NOT NULL GROUP BY l.cell ORDER BY rows DESC, min(r.rowid) LIMIT $1",
        [MOST_INVALID_CELLS],
    ).fetchall()
    return [(text, int(count)) for text, count in rows]


def _table(column: OptionColumn) -> str:
    return f"new_options_{column.position:d}"
