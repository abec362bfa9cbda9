"""The properties of events: their cells as the JSON values that are kept, and what kinds of values there are."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tamis.domain.events.event_cells import NUMBER_FORMULA, PLAIN_NUMBER, TEXT_FORMULA
from tamis.domain.files.formulas import TO_UNESCAPE
from tamis.domain.values.fields import Kind
from tamis.staging.cells import CELLS_PER_FETCH
from tamis.staging.events.cells import reject_rows
from tamis.staging.fast_path import fast_text_condition
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

_TO_UNESCAPE = TO_UNESCAPE.replace("'", "''")
_SHORTEST = r"0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]{0,10})\.[0-9]{0,3}[1-9]"
_DAY = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}"'
_INSTANT = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"'


class PropertySource(NamedTuple):
    """Where the values of a property come from: the position of the column, the SQL of its cell, the name of the column
    of values in `staged_events`, whether all of its values are texts, whatever they look like, and whether cells may be
    escaped or formulas, as `domain.event_cells` writes them."""

    position: int
    name: str
    cell: str
    column: str
    is_text: bool = False
    may_be_escaped: bool = False
    nested_value: str = ""
    """The SQL of the JSON value in `nested_cells`, if the values are in objects of the column."""

    @property
    def is_nested(self) -> bool:
        """Whether the values are in objects of the column, and so in `nested_cells`."""
        return bool(self.nested_value)


class PropertyValues(NamedTuple):
    """The values of a property in the events of one name: how many there are, and how many look like each kind; the
    bytes of the longest."""

    name_number: int
    filled: int
    numbers: int
    days: int
    instants: int
    trues: int
    falses: int
    longest: int

    @property
    def counts(self) -> dict[Kind, int]:
        """How many values look like each kind; numbers and dates are texts, too."""
        booleans = self.trues + self.falses if self.trues and self.falses else 0
        return {
            Kind.NUMBER: self.numbers, Kind.DATE: self.days, Kind.DATETIME: self.instants, Kind.BOOLEAN: booleans
        }  # fmt: skip


def value_sql(source: PropertySource) -> str:
    """Return the SQL of the JSON value that is kept of a cell: a number in its shortest form, or a text."""
    cell, text = source.cell, f"to_json({source.cell})::VARCHAR"
    if source.is_nested:
        return source.nested_value
    if source.is_text:
        return text
    special = ""
    if source.may_be_escaped:
        formula = f"regexp_full_match({cell}, '{NUMBER_FORMULA}') AND isfinite(try_cast(substr({cell}, 2) AS DOUBLE))"
        special = (
            f"WHEN {formula} THEN substr({cell}, 2) WHEN {cell} IN ('=TRUE', '=FALSE') THEN lower(substr({cell}, 2)) "
        )
        text = f"to_json({plain_text_sql(cell)})::VARCHAR"
    shortest = f"CASE WHEN contains({cell}, '.') THEN rtrim(rtrim({cell}, '0'), '.') ELSE {cell} END"
    number = f"CASE WHEN {shortest} = '-0' THEN '0' ELSE {shortest} END"
    return f"CASE WHEN regexp_full_match({cell}, '{PLAIN_NUMBER}') THEN {number} {special}ELSE {text} END"


def plain_text_sql(cell: str) -> str:
    """Return the SQL of the text of a cell, without what `domain.event_cells` adds to it."""
    return (
        f"CASE WHEN regexp_full_match({cell}, '{TEXT_FORMULA}') THEN substr({cell}, 3, length({cell}) - 3) "
        f"WHEN regexp_matches({cell}, '{_TO_UNESCAPE}') THEN substr({cell}, 2) ELSE {cell} END"
    )


def strip_escapes(staging: StagingDatabase, position: int) -> None:
    """Replace the cells of a column by their plain texts."""
    cell = f"c{position:d}"
    stripped = f"nullif({plain_text_sql(cell)}, '')"
    execute(staging, f"UPDATE rows SET {cell} = {stripped} WHERE prefix({cell}, '''') OR prefix({cell}, '=')")


def reject_texts(
    staging: StagingDatabase, sources: Sequence[PropertySource], problem_of: Callable[[str], str | None]
) -> None:
    """Reject the rows with a cell that no text may be."""
    together = [f"coalesce({source.cell}, '')" for source in sources if not source.is_nested]
    are_fast = (
        not together
        or not execute(staging, f"SELECT EXISTS (FROM rows WHERE NOT {fast_text_condition(together)})").fetchall()[0][0]
    )
    for source in sources:
        if are_fast and not source.is_nested:
            continue
        table, number = ("nested_cells", "row_number") if source.is_nested else ("rows", "rowid")
        unusual = f"{source.cell} IS NOT NULL AND NOT {fast_text_condition([source.cell])}"
        with cursor(staging) as reading:
            reading.execute(f"SELECT {number}, {source.cell} FROM {table} WHERE {unusual}")
            while rows := reading.fetchmany(CELLS_PER_FETCH):
                for row, text in rows:
                    if problem := problem_of(text):
                        reject_rows(staging, source.position, [row], f"{source.name} {problem}")


def survey_values(staging: StagingDatabase, source: PropertySource) -> list[PropertyValues]:
    """Count the values of a property in `staged_events`, by name."""
    value = source.column
    is_text, is_boolean = f"prefix({value}, '\"')", f"{value} IN ('true', 'false')"
    rows = execute(
        staging,
        f"SELECT name_number, count({value}), count({value}) FILTER (NOT {is_text} AND NOT {is_boolean}), "
        f"count(*) FILTER ({is_text} AND regexp_full_match({value}, '{_DAY}')), "
        f"count(*) FILTER ({is_text} AND regexp_full_match({value}, '{_INSTANT}')), "
        f"count(*) FILTER (lower({value}) IN ('true', '\"true\"')), "
        f"count(*) FILTER (lower({value}) IN ('false', '\"false\"')), "
        f"coalesce(max(strlen({value})), 0) FROM staged_events GROUP BY name_number HAVING count({value}) > 0",
    ).fetchall()
    return [PropertyValues(*map(int, row)) for row in rows]


def nested_keys(staging: StagingDatabase, position: int, most: int) -> list[str]:
    """Return the keys of the objects of a column, at most one more than `most`."""
    cell = f"c{position:d}"
    rows = execute(
        staging,
        f"SELECT key FROM (SELECT unnest(json_keys({cell})) AS key, rowid AS n FROM rows WHERE json_valid({cell}) "
        f"AND json_type({cell}) = 'OBJECT') GROUP BY key ORDER BY min(n), key LIMIT {most + 1:d}",
    ).fetchall()
    return [str(key) for (key,) in rows]


def add_nested_cells(
    staging: StagingDatabase, position: int, keys: Sequence[str], canonical: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Create the table `nested_cells` of the values that the objects of a column have for some keys, in the order of
    `rows`; return the SQL of the text of each, and of the JSON value that is kept. `canonical` writes a number as it is
    kept."""
    cell = f"c{position:d}"
    pointers = ["/" + key.replace("~", "~0").replace("/", "~1") for key in keys]
    values = ", ".join(
        f"nullif(json_extract_string({cell}, ${number}), '') AS p{number}, CASE "
        f"WHEN json_type({cell}, ${number}) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN') "
        f"THEN json_extract({cell}, ${number})::VARCHAR "
        f"ELSE to_json(json_extract_string({cell}, ${number}))::VARCHAR END AS j{number}"
        for number in range(1, len(keys) + 1)
    )
    execute(
        staging,
        f"CREATE TABLE nested_cells AS SELECT rowid AS row_number, {values} FROM rows ORDER BY rowid",
        pointers,
    )
    for number in range(1, len(keys) + 1):
        _write_canonically(staging, f"j{number}", canonical)
    return [(f"nested_cells.p{number}", f"nested_cells.j{number}") for number in range(1, len(keys) + 1)]


def _write_canonically(staging: StagingDatabase, column: str, canonical: Callable[[str], str]) -> None:
    """Write the numbers of a column of `nested_cells` as they are kept; most are so already."""
    usual = f"prefix({column}, '\"') OR {column} IN ('true', 'false') OR regexp_full_match({column}, '{_SHORTEST}')"
    with cursor(staging) as reading:
        reading.execute(f"SELECT DISTINCT {column} FROM nested_cells WHERE NOT ({usual})")
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            found = [text for (text,) in rows]
            execute(
                staging,
                f"UPDATE nested_cells SET {column} = m.canonical FROM "
                "(SELECT unnest($1::VARCHAR[]) AS text, unnest($2::VARCHAR[]) AS canonical) m "
                f"WHERE {column} = m.text",
                [found, list(map(canonical, found))],
            )
