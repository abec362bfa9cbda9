"""The columns that every event has: instants, names, and ids; what is wrong with a cell is a problem of its row."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tamis.domain.errors import ValueProblem
from tamis.domain.values.text import MAX_LINE
from tamis.staging.cells import cell_sql, distinct_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

CONTROL_CHARACTERS = r"[\x00-\x1f\x7f-\x9f]"
_DAY = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"


class SqlColumn(NamedTuple):
    """An SQL expression over `rows` for what a column says, null where it is wrong, and the join that it needs."""

    expression: str
    join: str = ""


def parse_instants(
    staging: StagingDatabase, position: int, padded: frozenset[int], parse: Callable[[str], int], *, utc: bool
) -> SqlColumn:
    """Parse the instants of all rows, in microseconds since 1970. `parse` takes the cells that SQL does not read
    alike, and raises ValueProblem; `utc`: cells without an offset are in UTC."""
    cell = cell_sql(position, padded)
    form = f"{_DAY}([T ]{_TIME}Z?)?" if utc else f"{_DAY}[T ]{_TIME}Z"
    micros = f"epoch_us(try_cast(rtrim({cell}, 'Z') AS TIMESTAMP))"
    fast = f"(regexp_full_match({cell}, '{form}') AND {micros} IS NOT NULL)"
    execute(staging, "CREATE TABLE parsed_instants (cell VARCHAR, micros BIGINT, problem VARCHAR)")
    found = False
    for texts in distinct_cells(staging, cell, f"NOT {fast}"):
        found = True
        parsed = [_parsed(parse, text) for text in texts]
        execute(
            staging,
            "INSERT INTO parsed_instants SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[]), unnest($3::VARCHAR[])",
            [texts, [micros for micros, _ in parsed], [problem for _, problem in parsed]],
        )
    _reject_blank(staging, position, cell)
    if not found:
        return SqlColumn(micros)
    _reject_problems(staging, position, cell, "parsed_instants")
    return SqlColumn(
        f"CASE WHEN {fast} THEN {micros} ELSE parsed_instants.micros END",
        f" LEFT JOIN parsed_instants ON parsed_instants.cell = {cell}",
    )


def parse_names(
    staging: StagingDatabase,
    position: int,
    padded: frozenset[int],
    fold: Callable[[str], str],
    problem_of: Callable[[str], str | None],
) -> SqlColumn:
    """Check the names of all rows; the column is the number of the name in `names_in_file`, which is the same for
    names that are the same when they are folded."""
    cell = cell_sql(position, padded)
    execute(staging, "CREATE TABLE parsed_names (cell VARCHAR, folded VARCHAR, problem VARCHAR)")
    for texts in distinct_cells(staging, cell, "TRUE"):
        execute(
            staging,
            "INSERT INTO parsed_names SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])",
            [texts, [fold(text) for text in texts], [problem_of(text) for text in texts]],
        )
    _reject_blank(staging, position, cell)
    _reject_problems(staging, position, cell, "parsed_names")
    execute(
        staging,
        "CREATE TABLE names_in_file AS SELECT cell AS name, (dense_rank() OVER (ORDER BY folded))::INTEGER AS number "
        "FROM parsed_names WHERE problem IS NULL",
    )
    return SqlColumn("names_in_file.number", f" LEFT JOIN names_in_file ON names_in_file.name = {cell}")


def name_all(staging: StagingDatabase, name: str) -> SqlColumn:
    """Give all rows one name, which the file does not state."""
    execute(staging, "CREATE TABLE names_in_file AS SELECT $1 AS name, 1::INTEGER AS number", [name])
    return SqlColumn("1")


def check_ids(staging: StagingDatabase, position: int, padded: frozenset[int], reason: str) -> SqlColumn:
    """Check the ids of all rows; those that cannot be one are rejected with a reason. Blank cells are no ids."""
    cell = cell_sql(position, padded)
    execute(
        staging,
        f"INSERT INTO problems SELECT rowid, $1, NULL, $2 FROM rows "
        f"WHERE length({cell}) > {MAX_LINE:d} OR regexp_matches({cell}, '{CONTROL_CHARACTERS}')",
        [position, reason],
    )
    return SqlColumn(f"coalesce({cell}, '')")


def reject_rows(staging: StagingDatabase, position: int, rows: Iterable[int], reason: str) -> None:
    """Reject rows by their numbers, for a reason."""
    execute(staging, "INSERT INTO problems SELECT unnest($1::BIGINT[]), $2, NULL, $3", [list(rows), position, reason])


def _parsed(parse: Callable[[str], int], text: str) -> tuple[int | None, str | None]:
    try:
        return parse(text), None
    except ValueProblem as problem:
        return None, str(problem)


def _reject_blank(staging: StagingDatabase, position: int, cell: str) -> None:
    execute(
        staging,
        "INSERT INTO problems SELECT rowid, $1, (SELECT name FROM column_names WHERE place = $1), 'must not be blank' "
        f"FROM rows WHERE {cell} IS NULL AND rowid NOT IN (SELECT n FROM problems WHERE place < 0)",
        [position],
    )


def _reject_problems(staging: StagingDatabase, position: int, cell: str, table: str) -> None:
    execute(
        staging,
        "INSERT INTO problems SELECT rows.rowid, $1, (SELECT name FROM column_names WHERE place = $1), p.problem "
        f"FROM rows JOIN {table} p ON p.cell = {cell} WHERE p.problem IS NOT NULL",
        [position],
    )


def create_column_names(staging: StagingDatabase, header: Iterable[str]) -> None:
    """Create the table of the names with which reasons begin."""
    names = list(header)
    execute(
        staging,
        "CREATE TABLE column_names AS SELECT unnest($1::INTEGER[]) AS place, unnest($2::VARCHAR[]) AS name",
        [list(range(len(names))), names],
    )
