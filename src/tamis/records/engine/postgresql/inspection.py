"""What `tamis doctor` asks of PostgreSQL, and the shape of its tables."""

from collections.abc import Mapping

import psycopg

from tamis.records.engine.interface import Row
from tamis.records.engine.postgresql.migration import create

FRESH = "tamis_fresh"
PROBLEMS = """
SELECT format('%s pages of the database are not what was written to them', checksum_failures)
FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0
UNION ALL
SELECT format('the index %s is not valid', indexrelid::regclass) FROM pg_index
WHERE NOT indisvalid AND indrelid::regclass IN (
    SELECT oid::regclass FROM pg_class WHERE relnamespace = current_schema()::regnamespace
)
UNION ALL
SELECT format('the rule %s of %s is not checked', conname, conrelid::regclass) FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
"""
SHAPE = """
SELECT table_name || '.' || column_name, concat_ws(' ', data_type, collation_name, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid::regclass IN (
    SELECT oid::regclass FROM pg_class WHERE relnamespace = current_schema()::regnamespace
)
UNION ALL
SELECT proname || pg_get_function_identity_arguments(oid),
    coalesce(prosrc, '') || coalesce(pg_get_function_sqlbody(oid), '')
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def find_problems(session: "psycopg.Connection[Row]") -> list[str]:
    """Return what PostgreSQL knows of damaged pages, invalid indexes and rules that are not checked."""
    return [str(problem) for (problem,) in session.execute(PROBLEMS.encode())]


def compare_schema(session: "psycopg.Connection[Row]") -> list[str]:
    """Compare what there is with what this version creates, in a schema that is rolled back; return the names that
    differ."""
    present = shape(session)
    with session.transaction(force_rollback=True):
        session.execute(f"CREATE SCHEMA {FRESH}".encode())
        path = session.execute("SHOW search_path").fetchone() or ("public",)
        session.execute(f"SET LOCAL search_path = {FRESH}, {path[0]}".encode())
        create(session)
        wanted = shape(session)
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def shape(session: "psycopg.Connection[Row]") -> Mapping[str, str]:
    """Return columns, indexes, rules, triggers and functions of the current schema, without its name."""
    (schema,) = session.execute("SELECT current_schema()").fetchone() or ("",)
    return {
        str(name).replace(f"{schema}.", ""): str(definition).replace(f"{schema}.", "")
        for name, definition in session.execute(SHAPE.encode())
    }
