"""The tables of the records in PostgreSQL: created, and migrated to the newest schema."""

import hashlib
import uuid

import psycopg

from tamis.domain.errors import Unavailable
from tamis.records.engine.interface import Row
from tamis.records.engine.postgresql.schema import (
    functions,
    migration_statements,
    numbering,
    schema_of,
    undo_numbering,
)
from tamis.records.engine.sqlite.database import migrations

LOCKS = 1_953_719_669
"""The class of Tamis's advisory locks."""
CLAIMS = LOCKS + 1
MIGRATION_LOCK = 0
OWN_TABLES = [
    "CREATE TABLE schema_version (version BIGINT NOT NULL, functions TEXT NOT NULL)",
    'CREATE TABLE given_numbers (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, seq BIGINT NOT NULL)',
    "CREATE SEQUENCE begun_writes",
]


def migrate(session: "psycopg.Connection[Row]", newest: int | None = None) -> None:
    """Create the tables or migrate them to the newest schema, in one transaction; raises Unavailable for those of a
    newer version."""
    newest = newest or migrations()[-1][0]
    with session.transaction():
        session.execute("SELECT pg_advisory_xact_lock($1::int, $2::int)", (LOCKS, MIGRATION_LOCK))
        version, digest = _present(session)
        if (version, digest) == (newest, _digest()):
            return
        if version > newest:
            raise Unavailable("data_of_newer_schema", version=version, newest=newest)
        if not version:
            create(session, newest)
            return
        _run(session, undo_numbering(schema_of(version).numbered))
        for number in range(version + 1, newest + 1):
            _run(session, migration_statements(number))
        _run(session, functions())
        _run(session, numbering(schema_of(newest).numbered))
        session.execute("UPDATE schema_version SET version = $1, functions = $2", (newest, _digest()))
        session.execute("SELECT renumber()")


def create(session: "psycopg.Connection[Row]", version: int | None = None) -> None:
    """Create the tables of a version, the newest by default, in the current schema."""
    version = version or migrations()[-1][0]
    schema = schema_of(version)
    session.execute("CREATE EXTENSION IF NOT EXISTS pgcrypto")
    _run(session, OWN_TABLES)
    _run(session, schema.definitions)
    for table, row in schema.rows:
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        session.execute(f"INSERT INTO {table} VALUES ({places})".encode(), row)
    session.execute("INSERT INTO store (id) VALUES ($1)", (uuid.uuid4().hex,))
    _run(session, functions())
    for numbered in schema.numbered:
        if numbered.given:
            session.execute("INSERT INTO given_numbers (name, seq) VALUES ($1, $2)", (numbered.name, numbered.given))
    session.execute("INSERT INTO schema_version (version, functions) VALUES ($1, $2)", (version, _digest()))
    _run(session, numbering(schema.numbered))
    session.execute("SELECT renumber()")


def _run(session: "psycopg.Connection[Row]", statements: list[str]) -> None:
    for sql in statements:
        session.execute(sql.encode())


def _present(session: "psycopg.Connection[Row]") -> tuple[int, str]:
    """Return the version of the schema, 0 if there is none, and the digest of its functions."""
    row = session.execute("SELECT to_regclass('schema_version') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return 0, ""
    version, digest = session.execute("SELECT version, functions FROM schema_version").fetchone() or (0, "")
    return int(version), str(digest)


def _digest() -> str:
    return hashlib.sha256("".join(functions()).encode()).hexdigest()
