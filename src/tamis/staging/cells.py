"""The cells of the columns that feed fields: which are plain, what the others are, and which are no values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tamis.domain.contacts import encode_part
from tamis.domain.fields import Field, Kind, Value, ValueProblem
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.staging.handle import StagingDatabase
from tamis.staging.plain import are_plain_texts, is_plain, part
from tamis.staging.sql import cursor, execute

CELLS_A_FETCH = 10_000
TOTALS_A_LOOK = COLUMNS_A_LOOK = 50
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A column that feeds a field, how it is written, and what reads a cell of it; `read` raises ValueProblem. Cells
    that are no values are problems, or else, where it `blanks` them, left blank."""

    position: int
    field: Field
    reading: ColumnFormat
    read: Callable[[str], Value | None]
    blanks: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """A column with cells that are no values of its field: how many, and some of their texts."""

    position: int
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a column adds to documents: an expression over the cells, and the join it needs, if any; `bad` is whether
    any cell is no value."""

    position: int
    field_id: int
    expression: str
    join: str
    bad: bool


def cell(position: int, padded: frozenset[int]) -> str:
    """Return the expression for a cell of `rows`, where an empty cell is null: null when it is blank, without spaces
    around it."""
    name = f"c{position:d}"
    return f"nullif(trim({name}), '')" if position in padded else name


def padded_columns(staging: StagingDatabase, width: int) -> frozenset[int]:
    """Find the columns in which any cell begins or ends with a space; taking spaces away costs more than to look."""
    looks = [f"bool_or(suffix(c{p}, ' '))" for p in range(width)]
    behind = (position for position, found in enumerate(_totals(staging, looks)) if found)
    return columns_beginning(staging, width, " ").union(behind)


def columns_beginning(staging: StagingDatabase, width: int, character: str) -> frozenset[int]:
    """Find the columns in which any cell begins with an ASCII character.

    Asked as a range of texts, this is decided for most blocks of rows by the smallest and the largest of their texts,
    which DuckDB knows, without a look at their cells."""
    found: set[int] = set()
    for start in range(0, width, COLUMNS_A_LOOK):
        looks = (
            f"(SELECT {position:d} FROM rows WHERE c{position:d} >= $1 AND c{position:d} < $2 LIMIT 1)"
            for position in range(start, min(start + COLUMNS_A_LOOK, width))
        )
        rows = execute(staging, " UNION ALL ".join(looks), [character, chr(ord(character) + 1)]).fetchall()
        found.update(position for (position,) in rows)
    return frozenset(found)


def wholly_plain(
    staging: StagingDatabase, readings: Mapping[int, ColumnFormat], padded: frozenset[int], *, utc: bool
) -> frozenset[int]:
    """Find the columns of which all cells that are not blank are plain as they are read."""
    cells = {position: cell(position, padded) for position in readings}
    texts = [position for position, reading in readings.items() if reading.kind is Kind.TEXT]
    together = [are_plain_texts([cells[position] for position in texts])] if texts else []
    known = frozenset(texts) if all(_all(staging, together)) else frozenset()
    asked = [position for position in readings if position not in known]
    tests = [
        f"{cells[position]} IS NULL OR {is_plain(readings[position], cells[position], utc=utc)}" for position in asked
    ]
    return known.union(position for position, plain in zip(asked, _all(staging, tests), strict=True) if plain)


def read_cells(
    staging: StagingDatabase,
    columns: Sequence[Column],
    plain: frozenset[int],
    padded: frozenset[int],
    *,
    utc: bool,
) -> list[Part]:
    """Read all cells of some columns, of which those in `plain` are wholly so: gives what each adds to documents, in
    order of field id, and adds what is no value to `problems`, or to `blanked`."""
    parts = []
    for column in sorted(columns, key=lambda c: c.field.id):
        position, here = column.position, cell(column.position, padded)
        expression, join, bad = part(column.reading, column.field.id, here), "", False
        if position not in plain:
            table, usual = looked_up(position), is_plain(column.reading, here, utc=utc)
            bad = _look_up(staging, column, table, here, usual)
            expression = f"CASE WHEN {usual} THEN {expression} ELSE {table}.part END"
            join = f" LEFT JOIN {table} ON {table}.cell = {here}"
        parts.append(Part(position, column.field.id, expression, join, bad))
    return parts


def misfits(staging: StagingDatabase, parts: Sequence[Part], padded: frozenset[int]) -> list[Misfit]:
    """List the columns that have cells which are no values, in rows that have an email: how many such cells there are,
    and the most frequent ones."""
    found = []
    for column in parts:
        if not column.bad:
            continue
        table, here = looked_up(column.position), cell(column.position, padded)
        rows = execute(
            staging,
            f"SELECT l.cell, sum(count(*)) OVER () FROM rows r JOIN {table} l ON l.cell = {here} "
            "WHERE l.problem IS NOT NULL AND r.rowid NOT IN (SELECT n FROM problems WHERE place < 0) "
            f"GROUP BY l.cell ORDER BY count(*) DESC, l.cell LIMIT {EXAMPLES:d}",
        ).fetchall()
        if rows:
            found.append(Misfit(column.position, int(rows[0][1]), tuple(text for text, _ in rows)))
    return found


def _all(staging: StagingDatabase, tests: Sequence[str]) -> list[bool]:
    return _totals(staging, [f"coalesce(bool_and({test}), TRUE)" for test in tests])


def _totals(staging: StagingDatabase, wanted: Sequence[str]) -> list[bool]:
    """Look at all rows, for a number of columns at a time: DuckDB compares each total with each other one."""
    found: list[bool] = []
    for start in range(0, len(wanted), TOTALS_A_LOOK):
        found += execute(staging, f"SELECT {', '.join(wanted[start : start + TOTALS_A_LOOK])} FROM rows").fetchall()[0]
    return found


def distinct_cells(staging: StagingDatabase, here: str, where: str) -> Iterator[list[str]]:
    """Return the different cells that fulfil a condition, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute(f"SELECT DISTINCT {here} FROM rows WHERE {here} IS NOT NULL AND {where}")
        while rows := reading.fetchmany(CELLS_A_FETCH):
            yield [row[0] for row in rows]


def looked_up(position: int) -> str:
    """Name the table of the cells of a column that were not plain: `cell`, `part` of a document, `problem`."""
    return f"looked_up_{position:d}"


MAKE_SHELLED = "CREATE TABLE IF NOT EXISTS shelled (n BIGINT, place INTEGER)"
"""The cells from which a formula was taken off, by the number of the row (`n`) and the position of the column."""


def make_problems(staging: StagingDatabase) -> None:
    """Make the tables of what is wrong: `problems` of rows, and cells that are `blanked` instead, each by the number of
    its row (`n`) and the position of its column (`place`)."""
    execute(staging, "CREATE TABLE problems (n BIGINT, place INTEGER, reason VARCHAR)")
    execute(staging, MAKE_SHELLED)
    execute(staging, "CREATE TABLE blanked (n BIGINT, place INTEGER, reason VARCHAR)")


def _look_up(staging: StagingDatabase, column: Column, table: str, here: str, plain: str) -> bool:
    execute(staging, f"CREATE TABLE {table} (cell VARCHAR, part VARCHAR, problem VARCHAR)")
    bad = False
    for texts in distinct_cells(staging, here, f"NOT {plain}"):
        found = [_looked_up(column, text) for text in texts]
        bad = bad or any(problem for _, problem in found)
        execute(
            staging,
            f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])",
            [texts, [part for part, _ in found], [problem for _, problem in found]],
        )
    if bad:
        execute(
            staging,
            f"INSERT INTO {'blanked' if column.blanks else 'problems'} "
            f"SELECT r.rowid, $1, l.problem FROM rows r JOIN {table} l ON l.cell = {here} WHERE l.problem IS NOT NULL",
            [column.position],
        )
    return bad


def _looked_up(column: Column, text: str) -> tuple[str | None, str | None]:
    try:
        value = column.read(text)
    except ValueProblem as problem:
        return None, f"{column.field.key} {problem}"
    return None if value is None else encode_part(column.field.id, value), None
