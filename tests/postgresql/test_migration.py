"""§ A database that was migrated has the tables of a new one."""

import uuid
from collections.abc import Iterator

import pytest

from tamis.domain.errors import Unavailable
from tamis.records.engine.postgresql.connection import open_session
from tamis.records.engine.postgresql.inspection import compare_schema, find_problems, shape
from tamis.records.engine.postgresql.migration import migrate
from tamis.records.engine.sqlite.database import migrations
from tests.support.postgresql import PROGRAMS, create_database, drop_database

FIRST = 32
"""The schema of the first version that kept records in PostgreSQL."""


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database."""
    if not PROGRAMS.is_dir():
        pytest.skip("PostgreSQL is not installed")
    name = f"test-{uuid.uuid4().hex}"
    yield create_database(name)
    drop_database(name)


def test_a_database_of_any_earlier_schema_is_migrated(database: str) -> None:
    newest = migrations()[-1][0]
    with open_session(database, read_only=False) as session:
        migrate(session, FIRST)
        for version in range(FIRST + 1, newest + 1):
            migrate(session, version)
        assert compare_schema(session) == []
        assert find_problems(session) == []
        migrate(session)
        assert session.execute("SELECT version FROM schema_version").fetchall() == [(newest,)]


def test_functions_of_another_version_are_replaced(database: str) -> None:
    with open_session(database, read_only=False) as session:
        migrate(session)
        session.execute("CREATE OR REPLACE FUNCTION member(path text) RETURNS text LANGUAGE sql IMMUTABLE RETURN path")
        session.execute("UPDATE schema_version SET functions = 'another'")
        assert compare_schema(session) == ["memberpath text"]
        migrate(session)
        assert compare_schema(session) == []


def test_two_schemas_of_a_database_do_not_meet(database: str) -> None:
    with open_session(database, read_only=False) as session:
        session.execute("CREATE SCHEMA other")
        migrate(session)
        session.execute("SET search_path = other, public")
        assert session.execute("SELECT to_regclass('other.store')").fetchall() == [(None,)]


def test_a_changed_table_and_a_missing_index_are_found(database: str) -> None:
    with open_session(database, read_only=False) as session:
        migrate(session)
        session.execute("DROP INDEX key_pairs_of_account")
        session.execute("ALTER TABLE topics ADD COLUMN colour text")
        assert compare_schema(session) == ["key_pairs_of_account", "topics.colour"]
        assert "contacts.email" in shape(session)


def test_data_of_a_newer_version_are_refused(database: str) -> None:
    with open_session(database, read_only=False) as session:
        migrate(session)
        session.execute("UPDATE schema_version SET version = 9999")
        with pytest.raises(Unavailable, match="newer version"):
            migrate(session)
