"""Parsing the cells of mapped columns: in SQL where the fast path can, else each distinct cell in Python."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tamis.domain.contacts.contacts import encode_entry
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.fields import Field, Kind, Value, ValueProblem
from tamis.staging.fast_path import fast_path_condition, fast_path_part, fast_text_condition
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

CELLS_PER_FETCH = 10_000
TOTALS_PER_QUERY = COLUMNS_PER_QUERY = 50
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column that is mapped to a field, its format, and the parser of its cells, which raises ValueProblem.

    Invalid cells are problems of their rows, or left blank where the column `omits_invalid` ones."""

    position: int
    field: Field
    format_: ColumnFormat
    read: Callable[[str], Value | None]
    omits_invalid: bool = False


@dataclass(frozen=True, slots=True)
class InvalidCells:
    """The invalid cells of a column: how many, and some of their texts."""

    position: int
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """The part of contact documents that a column adds: an SQL expression over its cells, and the join that it needs.

    `has_invalid` tells whether any cell is invalid."""

    position: int
    field_id: int
    expression: str
    join: str
    has_invalid: bool


def cell_sql(position: int, padded: frozenset[int]) -> str:
    """Return the SQL of a cell of `rows` without spaces around it, null when blank; empty cells are stored as null."""
    name = f"c{position:d}"
    return f"nullif(trim({name}), '')" if position in padded else name


def find_padded_columns(staging: StagingDatabase, width: int) -> frozenset[int]:
    """Find the columns with a cell that begins or ends with a space; trimming costs more than this check."""
    tests = [f"bool_or(suffix(c{p}, ' '))" for p in range(width)]
    with_suffix = (position for position, found in enumerate(_totals(staging, tests)) if found)
    return find_columns_with_prefix(staging, width, " ").union(with_suffix)


def find_columns_with_prefix(staging: StagingDatabase, width: int, character: str) -> frozenset[int]:
    """Find the columns in which any cell begins with an ASCII character.

    As a range of texts, DuckDB decides this for most blocks of rows by their minimum and maximum, which it stores,
    without reading cells."""
    found: set[int] = set()
    for start in range(0, width, COLUMNS_PER_QUERY):
        tests = (
            f"(SELECT {position:d} FROM rows WHERE c{position:d} >= $1 AND c{position:d} < $2 LIMIT 1)"
            for position in range(start, min(start + COLUMNS_PER_QUERY, width))
        )
        rows = execute(staging, " UNION ALL ".join(tests), [character, chr(ord(character) + 1)]).fetchall()
        found.update(position for (position,) in rows)
    return frozenset(found)


def find_fast_columns(
    staging: StagingDatabase, formats: Mapping[int, ColumnFormat], padded: frozenset[int], *, utc: bool
) -> frozenset[int]:
    """Find the columns whose cells are all blank or on the fast path of their format."""
    cells = {position: cell_sql(position, padded) for position in formats}
    texts = [position for position, format_ in formats.items() if format_.kind is Kind.TEXT]
    text_test = [fast_text_condition([cells[position] for position in texts])] if texts else []
    known = frozenset(texts) if all(_all(staging, text_test)) else frozenset()
    remaining = [position for position in formats if position not in known]
    tests = [
        f"{cells[position]} IS NULL OR {fast_path_condition(formats[position], cells[position], utc=utc)}"
        for position in remaining
    ]
    return known.union(position for position, fast in zip(remaining, _all(staging, tests), strict=True) if fast)


def parse_cells(
    staging: StagingDatabase,
    columns: Sequence[MappedColumn],
    fast: frozenset[int],
    padded: frozenset[int],
    *,
    utc: bool,
) -> list[DocumentPart]:
    """Parse all cells of some columns; return the parts of documents by field ID.

    All cells of the columns in `fast` are on the fast path. Invalid cells are added to `problems` or `omitted`."""
    parts = []
    for column in sorted(columns, key=lambda c: c.field.id):
        position, cell = column.position, cell_sql(column.position, padded)
        expression, join, has_invalid = fast_path_part(column.format_, column.field.id, cell), "", False
        if position not in fast:
            table, fast_condition = parsed_cells(position), fast_path_condition(column.format_, cell, utc=utc)
            has_invalid = _parse_slow_cells(staging, column, table, cell, fast_condition)
            expression = f"CASE WHEN {fast_condition} THEN {expression} ELSE {table}.part END"
            join = f" LEFT JOIN {table} ON {table}.cell = {cell}"
        parts.append(DocumentPart(position, column.field.id, expression, join, has_invalid))
    return parts


def find_invalid_cells(
    staging: StagingDatabase, parts: Sequence[DocumentPart], padded: frozenset[int]
) -> list[InvalidCells]:
    """List the columns with invalid cells in rows that have an email, with the most frequent of these cells."""
    found = []
    for column in parts:
        if not column.has_invalid:
            continue
        table, cell = parsed_cells(column.position), cell_sql(column.position, padded)
        rows = execute(
            staging,
            f"SELECT l.cell, sum(count(*)) OVER () FROM rows r JOIN {table} l ON l.cell = {cell} "
            "WHERE l.problem IS NOT NULL AND r.rowid NOT IN (SELECT n FROM problems WHERE place < 0) "
            f"GROUP BY l.cell ORDER BY count(*) DESC, l.cell LIMIT {EXAMPLES:d}",
        ).fetchall()
        if rows:
            found.append(InvalidCells(column.position, int(rows[0][1]), tuple(text for text, _ in rows)))
    return found


def _all(staging: StagingDatabase, tests: Sequence[str]) -> list[bool]:
    return _totals(staging, [f"coalesce(bool_and({test}), TRUE)" for test in tests])


def _totals(staging: StagingDatabase, wanted: Sequence[str]) -> list[bool]:
    """Compute totals over all rows, some columns per query: DuckDB compares each total with each other one."""
    found: list[bool] = []
    for start in range(0, len(wanted), TOTALS_PER_QUERY):
        totals = ", ".join(wanted[start : start + TOTALS_PER_QUERY])
        found += execute(staging, f"SELECT {totals} FROM rows").fetchall()[0]
    return found


def distinct_cells(staging: StagingDatabase, cell: str, where: str) -> Iterator[list[str]]:
    """Return the distinct cells that meet a condition, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute(f"SELECT DISTINCT {cell} FROM rows WHERE {cell} IS NOT NULL AND {where}")
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            yield [row[0] for row in rows]


def parsed_cells(position: int) -> str:
    """Return the name of the table of parsed cells of a column: `cell`, `part` of a document, `problem`."""
    return f"parsed_cells_{position:d}"


CREATE_STRIPPED = "CREATE TABLE IF NOT EXISTS stripped (n BIGINT, place INTEGER)"
"""The cells from which a text marker was stripped, by row number (`n`) and position of the column (`place`)."""


def create_problem_tables(staging: StagingDatabase) -> None:
    """Create the tables `problems`, of rejected rows, and `omitted`, of cells left blank.

    Both have the row number (`n`), the position of the column (`place`), and the name of the field with which the
    reason begins, if any."""
    execute(staging, "CREATE TABLE problems (n BIGINT, place INTEGER, field VARCHAR, reason VARCHAR)")
    execute(staging, CREATE_STRIPPED)
    execute(staging, "CREATE TABLE omitted (n BIGINT, place INTEGER, field VARCHAR, reason VARCHAR)")


def _parse_slow_cells(staging: StagingDatabase, column: MappedColumn, table: str, cell: str, fast: str) -> bool:
    execute(staging, f"CREATE TABLE {table} (cell VARCHAR, part VARCHAR, problem VARCHAR)")
    has_invalid = False
    for texts in distinct_cells(staging, cell, f"NOT {fast}"):
        found = [_parse_slow_cell(column, text) for text in texts]
        has_invalid = has_invalid or any(problem for _, problem in found)
        execute(
            staging,
            f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])",
            [texts, [part for part, _ in found], [problem for _, problem in found]],
        )
    if has_invalid:
        execute(
            staging,
            f"INSERT INTO {'omitted' if column.omits_invalid else 'problems'} "
            "SELECT r.rowid, $1, $2, l.problem "
            f"FROM rows r JOIN {table} l ON l.cell = {cell} WHERE l.problem IS NOT NULL",
            [column.position, column.field.name],
        )
    return has_invalid


def _parse_slow_cell(column: MappedColumn, text: str) -> tuple[str | None, str | None]:
    try:
        value = column.read(text)
    except ValueProblem as problem:
        return None, str(problem)
    return None if value is None else encode_entry(column.field.id, value), None
