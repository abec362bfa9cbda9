"""What `tamis doctor` reads of the records; nothing of it writes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import apsw

from tamis.domain.errors import Damaged
from tamis.domain.segments import Segment
from tamis.records import segments
from tamis.records.database import migrations, one
from tamis.records.names import register_fold
from tamis.records.queries import load

SQL = load("examine")
MOST_PROBLEMS = 20


class Sequence(NamedTuple):
    """The last number that a table has given, and the highest one that it has."""

    table: str
    given: int
    highest: int


def problems_of_file(db: apsw.Connection) -> list[str]:
    """Let SQLite read every page and every index entry, and say what is wrong with them."""
    try:
        rows = db.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})").fetchall()
        broken = db.execute("PRAGMA foreign_key_check").fetchall()
    except (apsw.Error, Damaged) as error:
        return [str(error.__cause__ or error)]
    told = [str(row[0]) for row in rows if row[0] != "ok"]
    return told + [f"a row of {row[0]} names a row of {row[2]} that is not there" for row in broken[:MOST_PROBLEMS]]


def problems_of_schema(db: apsw.Connection) -> list[str]:
    """Compare tables and indexes with those that this version makes; gives the names of those that differ."""
    fresh = apsw.Connection(":memory:")
    register_fold(fresh)
    try:
        for _, sql in migrations():
            fresh.execute(sql).fetchall()
        wanted: Any = dict(fresh.execute(SQL["schema"]).fetchall())  # type: ignore[arg-type]
    finally:
        fresh.close()
    present: Any = dict(db.execute(SQL["schema"]).fetchall())  # type: ignore[arg-type]
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def counts(db: apsw.Connection) -> tuple[int, int]:
    """Count the contacts and the addresses added by hand."""
    row: Any = one(db, SQL["counts"])
    return row[0], row[1]


def unusual_keys(db: apsw.Connection, table: str) -> Iterator[tuple[int, str, str]]:
    """Give id, address and key of those in `contacts` or `recipients_added` whose key is not plainly the right one."""
    rows: Any = db.execute(SQL["contact_keys" if table == "contacts" else "added_keys"])
    yield from rows


def addresses_twice(db: apsw.Connection) -> tuple[int, int]:
    """Count the addresses that stand more than once in a contact type, and among the added ones of a segment, without
    trust in any index."""
    in_type: Any = one(db, SQL["twice_in_type"])
    in_segment: Any = one(db, SQL["twice_in_segment"])
    return in_type[0], in_segment[0]


def wrong_numbers(db: apsw.Connection) -> list[int]:
    """List the additions by hand whose number is not made of their segment and their contact or row."""
    rows: Any = db.execute(SQL["wrong_numbers"]).fetchall()
    return [row[0] for row in rows]


def stray_removals(db: apsw.Connection) -> int:
    """Count the removals by hand of contacts that are not there."""
    return len(db.execute(SQL["stray_removals"]).fetchall())


def stray_of_imports(db: apsw.Connection) -> tuple[int, int, int]:
    """Count, of what is kept for undoing imports, that which is of no contact or import that there is: what contacts
    were, spans of contacts that were made, and contacts that were written last."""
    row: Any = one(db, SQL["stray_of_imports"])
    return row[0], row[1], row[2]


def import_counts(db: apsw.Connection) -> tuple[int, int]:
    """Count the imports, and the contacts of which it is kept what they were before one."""
    row: Any = one(db, SQL["import_counts"])
    return row[0], row[1]


def sequences(db: apsw.Connection) -> list[Sequence]:
    """Tell of each table that numbers its rows which number it gave last."""
    rows: Any = db.execute(SQL["sequences"]).fetchall()
    return [Sequence(*row) for row in rows]


def live_segments(db: apsw.Connection) -> list[Segment]:
    """List the live segments of all accounts."""
    return [segments.from_row(row) for row in db.execute(SQL["segments"])]


def types_with_forgotten(db: apsw.Connection) -> list[int]:
    """List the contact types in which any address was forgotten."""
    rows: Any = db.execute(SQL["types_with_forgotten"]).fetchall()
    return [row[0] for row in rows]


def types_with_exclusions(db: apsw.Connection) -> list[int]:
    """List the contact types from whose segments any address that is no contact is excluded."""
    rows: Any = db.execute(SQL["types_with_exclusions"]).fetchall()
    return [row[0] for row in rows]


def keys_of_contacts(db: apsw.Connection, type_id: int) -> Iterator[str]:
    """Give the keys of the addresses of all contacts of a type."""
    rows: Any = db.execute(SQL["keys_of_contacts"], (type_id,))
    for row in rows:
        yield row[0]


def keys_of_type(db: apsw.Connection, type_id: int) -> Iterator[str]:
    """Give the keys of all addresses of a contact type, also of those added by hand."""
    rows: Any = db.execute(SQL["keys_of_type"], (type_id,))
    for row in rows:
        yield row[0]


def page_of_documents(db: apsw.Connection, type_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Give a page of a type's contacts above an id, each with its document for the column store."""
    rows: Any = db.execute(SQL["page_of_documents"], (type_id, after, limit)).fetchall()
    return rows  # type: ignore[no-any-return]


def some_ids(db: apsw.Connection, type_id: int, limit: int) -> list[int]:
    """Draw contacts of a type at random."""
    rows: Any = db.execute(SQL["some_ids"], (type_id, limit)).fetchall()
    return [row[0] for row in rows]
