"""The events of a file, ready to be stored: the table `staged_events`, ordered by name and then as in the file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tamis.staging.emails import EmailExpressions
from tamis.staging.events.cells import SqlColumn, reject_rows
from tamis.staging.events.properties import PropertySource, value_sql
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute


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
    """A name of events in a file, and how many rows without problems have it."""

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
    order = " ORDER BY name_number, n" if _has_several_names(staging) else " ORDER BY n"
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
        f"SELECT n FROM staged_events WHERE name_number = $1 AND strlen({_document(columns)}) > $2",
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


def iter_events(
    staging: StagingDatabase, name_number: int, columns: Mapping[int, PropertySource], size: int
) -> Iterator[list[EventRow]]:
    """Yield the staged events of a name in order, at most `size` at a time; `columns` are by the id of their
    property."""
    (span,) = execute(
        staging, "SELECT min(rowid), max(rowid) FROM staged_events WHERE name_number = $1", [name_number]
    ).fetchall()
    if span[0] is None:
        return
    query = (
        f"SELECT e.n, e.contact_id, e.at_us, e.key, {_document(columns)}, coalesce(o.occurrence, 1) "
        "FROM staged_events e LEFT JOIN occurrences o ON o.n = e.n "
        "WHERE e.rowid >= $1 AND e.rowid < $2 AND e.name_number = $3 ORDER BY e.rowid"
    )
    for start in range(span[0], span[1] + 1, size):
        end = min(start + size, span[1] + 1)
        yield execute(staging, query, [start, end, name_number]).fetchall()


def _has_several_names(staging: StagingDatabase) -> bool:
    return bool(execute(staging, "SELECT count(DISTINCT number) > 1 FROM names_in_file").fetchall()[0][0])


def _document(columns: Mapping[int, PropertySource]) -> str:
    """Return the SQL of the document of an event: its values by property id, in ascending order."""
    if not columns:
        return "'{}'"
    entries = ", ".join(f"'\"{id_:d}\":' || {columns[id_].column}" for id_ in sorted(columns))
    return f"'{{' || concat_ws(',', {entries}) || '}}'"


def _remove(staging: StagingDatabase, position: int, rows: Sequence[int], reason: str) -> None:
    if rows:
        reject_rows(staging, position, rows, reason)
        execute(staging, "DELETE FROM staged_events WHERE n IN (SELECT unnest($1::BIGINT[]))", [rows])
