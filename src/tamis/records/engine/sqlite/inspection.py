"""What `tamis doctor` asks of SQLite about its file."""

import apsw

from tamis.domain.errors import Damaged
from tamis.records.engine.sql import fetch, select_tuples
from tamis.records.engine.sqlite.database import migrations
from tamis.records.handles import Reader
from tamis.records.names import register_fold

MAX_PROBLEMS = 20
SCHEMA = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"


def check_file(db: Reader) -> list[str]:
    """Let SQLite check every page and index entry, and return the problems found."""
    try:
        rows = fetch(db, f"PRAGMA integrity_check({MAX_PROBLEMS})")
        broken = fetch(db, "PRAGMA foreign_key_check")
    except (apsw.Error, Damaged) as error:
        return [str(error.__cause__ or error)]
    problems = [str(row[0]) for row in rows if row[0] != "ok"]
    return problems + [f"a row of {row[0]} names a row of {row[2]} that is not there" for row in broken[:MAX_PROBLEMS]]


def compare_schema(db: Reader) -> list[str]:
    """Compare tables and indexes with those of this version, and return the names of those that differ."""
    fresh = apsw.Connection(":memory:")
    register_fold(fresh)
    try:
        for _, sql in migrations():
            fresh.execute(sql).fetchall()
        wanted = dict(select_tuples(Reader(fresh), tuple[str, str], SCHEMA))
    finally:
        fresh.close()
    present = dict(select_tuples(db, tuple[str, str], SCHEMA))
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
