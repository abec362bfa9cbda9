"""The events of a file, ready to be stored: the table `staged_events`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tamis.staging.emails import EmailExpressions
from tamis.staging.events.cells import SqlColumn, reject_rows
from tamis.staging.events.properties import PropertySource, value_sql
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

MOST_NAMES_MIXED = 20
"""The events of more names than these are put in the order of names: each name is read by itself."""


class EventRow(NamedTuple):
    """An event: the number of its row, the id of its contact, the instant in microseconds since 1970, its id or a blank
    text, its properties as a document, and which of several that are the same it is."""

    number: int
    contact_id: int
    at: int
    key: str
    properties: str
    occurrence: int


class NameInFile(NamedTuple):
    """An event name in a file, and how many rows without problems have it."""

    number: int
    name: str
    rows: int


def create_events(
    staging: StagingDatabase,
    emails: EmailExpressions,
    at: SqlColumn,
    name: SqlColumn,
    key: SqlColumn,
    sources: Sequence[PropertySource],
) -> None:
    """Create `staged_events` of the rows without problems; `contact_ids` and `names_in_file` are there."""
    values = "".join(f", {value_sql(source)} AS {source.column}" for source in sources)
    nested = any(source.is_nested for source in sources)
    joins = " JOIN nested_cells ON nested_cells.row_number = rows.rowid" if nested else ""
    order = " ORDER BY name_number, n" if _count_names(staging) > MOST_NAMES_MIXED else " ORDER BY n"
    execute(
        staging,
        "CREATE TABLE staged_events AS SELECT rows.rowid AS n, contact_ids.id AS contact_id, "
        f"{at.expression} AS at_us, {name.expression} AS name_number, {key.expression} AS key{values} "
        f"FROM rows{emails.join}{at.join}{name.join}{key.join}{joins} "
        f"JOIN contact_ids ON contact_ids.key = {emails.key} WHERE rows.rowid NOT IN (SELECT n FROM problems){order}",
    )


def staged_names(staging: StagingDatabase) -> list[NameInFile]:
    """Return the names of the staged events, in the order in which they first appear."""
    rows = execute(
        staging,
        "SELECT e.name_number, any_value(f.name), count(*) FROM staged_events e "
        "JOIN (SELECT number, min(name) AS name FROM names_in_file GROUP BY number) f ON f.number = e.name_number "
        "GROUP BY e.name_number ORDER BY min(e.n)",
    ).fetchall()
    return [NameInFile(int(number), str(name), int(count)) for number, name, count in rows]


def reject_before(staging: StagingDatabase, position: int, name_number: int, at: int, reason: str) -> None:
    """Reject the staged events of a name before an instant."""
    found = execute(
        staging, "SELECT n FROM staged_events WHERE name_number = $1 AND at_us < $2", [name_number, at]
    ).fetchall()
    _remove(staging, position, [n for (n,) in found], reason)


def reject_larger(
    staging: StagingDatabase,
    position: int,
    name_number: int,
    columns: Mapping[int, PropertySource],
    most: int,
    reason: str,
) -> None:
    """Reject the staged events of a name with documents of more than some bytes."""
    found = execute(
        staging,
        f"SELECT n FROM staged_events WHERE name_number = $1 AND strlen({document_sql(columns)}) > $2",
        [name_number, most],
    ).fetchall()
    _remove(staging, position, [n for (n,) in found], reason)


def number_occurrences(staging: StagingDatabase, sources: Sequence[PropertySource]) -> None:
    """Create `occurrences`: the numbers, from 2 on, of events without ids that are the same as earlier ones."""
    values = "".join(f", {source.column}" for source in sources)
    execute(
        staging,
        "CREATE TABLE occurrences AS SELECT n, occurrence FROM (SELECT n, row_number() OVER "
        f"(PARTITION BY name_number, contact_id, at_us{values} ORDER BY n)::INTEGER AS occurrence FROM staged_events "
        "WHERE key = '' AND (name_number, contact_id, at_us) IN (SELECT (name_number, contact_id, at_us) "
        "FROM staged_events WHERE key = '' GROUP BY name_number, contact_id, at_us HAVING count(*) > 1)) "
        "WHERE occurrence > 1",
    )


def find_same_ids(staging: StagingDatabase, sources: Sequence[PropertySource]) -> None:
    """Create `same_ids`: the events with the id of an earlier one of the same contact and name, and whether they are
    the same in all else."""
    content = "".join(f", {source.column}" for source in sources)
    execute(
        staging,
        f"CREATE TABLE same_ids AS SELECT n, content IS NOT DISTINCT FROM first AS is_same FROM (SELECT n, content, "
        "first_value(n) OVER same AS first_n, first_value(content) OVER same AS first "
        f"FROM (SELECT n, name_number, contact_id, key, row(at_us{content}) AS content FROM staged_events "
        "WHERE key <> '' AND (name_number, contact_id, key) IN (SELECT (name_number, contact_id, key) "
        "FROM staged_events WHERE key <> '' GROUP BY name_number, contact_id, key HAVING count(*) > 1)) "
        "WINDOW same AS (PARTITION BY name_number, contact_id, key ORDER BY n)) WHERE n <> first_n",
    )


def _count_names(staging: StagingDatabase) -> int:
    return int(execute(staging, "SELECT count(DISTINCT number) FROM names_in_file").fetchall()[0][0])


def document_sql(columns: Mapping[int, PropertySource]) -> str:
    """Return the SQL of the document of an event: its values by property id, in ascending order."""
    if not columns:
        return "'{}'"
    entries = ", ".join(f"'\"{id_:d}\":' || {columns[id_].column}" for id_ in sorted(columns))
    return f"'{{' || concat_ws(',', {entries}) || '}}'"


def _remove(staging: StagingDatabase, position: int, rows: Sequence[int], reason: str) -> None:
    if rows:
        reject_rows(staging, position, rows, reason)
        execute(staging, "DELETE FROM staged_events WHERE n IN (SELECT unnest($1::BIGINT[]))", [rows])
