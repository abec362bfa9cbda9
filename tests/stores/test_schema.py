"""Migrations end in the declared schema, and a database is refused rather than guessed at."""

import os
import re
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import apsw
import pytest

from tamis.actions.services import Services
from tamis.columns.engine.process_lock import acquire_lock
from tamis.domain.errors import Unavailable
from tamis.domain.values.fields import RESERVED
from tamis.records.change_log import last_change
from tamis.records.engine.sqlite.database import FILE_NAME, connect, migrate, migrations
from tamis.records.handles import Reader
from tamis.records.maintenance.files import identify
from tamis.records.names import register_fold
from tamis.records.types import visible_fields
from tamis.settings import Settings
from tests.support import forked
from tests.support.records import sqlite_of


def schema_of(db: apsw.Connection) -> dict[str, str]:
    """List every table and index with its SQL, without the white space and quotes that ALTER TABLE leaves."""
    rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {
        str(name): re.sub(r"\s*([(),])\s*|\s+", lambda m: m[1] or " ", str(sql).replace('"', "")) for name, sql in rows
    }


def test_migrations_end_in_exactly_the_declared_schema(tmp_path: Path) -> None:
    migrated = connect(tmp_path / "migrated")
    migrate(migrated)
    declared = connect(tmp_path / "declared")
    declared.execute(files("tamis.records").joinpath("schema.sql").read_text()).fetchall()
    assert schema_of(migrated) == schema_of(declared)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    db = connect(tmp_path / "db")
    migrate(db)
    identity = db.execute("SELECT id FROM store").fetchall()
    migrate(db)
    assert db.execute("SELECT id FROM store").fetchall() == identity


ROWS_OF_SCHEMA_14 = {
    "feed": "(7, 'recipient', 1, 1, NULL, 5, 20, 'by hand', NULL)",
    "recipients_added": "(5, 1, 'a@b.org', 'a@b.org', 'Ann', '', 2147483653, 20, 5)",
    "recipients_removed": "(1, 3, 20)",
    "excluded_addresses": "(1, 'aa', 20)",
    "forgotten": "(4, 1, 'bb', 20)",
    "erasure": "(1, 7, 20)",
    "import_befores": "(1, 3, 'c@d.org', '{}', 10, NULL)",
    "daily_sizes": "(1, '2026-11-27', 3, 1, 0, 'rule edited')",
}


def schema_14(path: Path) -> apsw.Connection:
    """Make a database of the schema before tables were renamed, with a row in each table that is."""
    db = connect(path)
    register_fold(db)
    for _, sql in migrations()[:14]:
        db.execute(sql).fetchall()
    db.pragma("user_version", 14)
    for statement in (
        "INSERT INTO store (id) VALUES ('0123456789abcdef0123456789abcdef')",
        "INSERT INTO accounts (id, email, email_key, timezone, created_at) VALUES (1, 'a@b.org', 'a@b.org', 'UTC', 0)",
        "INSERT INTO contact_types (id, account_id, name, name_key, created_at, shown) "
        "VALUES (1, 1, 'A', 'a', 0, '[5]')",
        "INSERT INTO segments (id, account_id, contact_type_id, name, name_key, rule, created_at, updated_at) "
        "VALUES (1, 1, 1, 'S', 's', 'null', 0, 0)",
        "INSERT INTO imports (id, account_id, contact_type_id, source, options, state, phase, started_at) "
        "VALUES (1, 1, 1, 'f', '{}', 'finished', 'storing', 0)",
        *(f"INSERT INTO {table} VALUES {row}" for table, row in ROWS_OF_SCHEMA_14.items()),
    ):
        db.execute(statement).fetchall()
    return db


def test_rows_of_renamed_tables_survive_with_their_numbers(tmp_path: Path) -> None:
    db = schema_14(tmp_path / FILE_NAME)
    before = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in ROWS_OF_SCHEMA_14}
    migrate(db)
    renamed = {
        "feed": "change_log",
        "recipients_added": "inclusions",
        "recipients_removed": "contact_exclusions",
        "excluded_addresses": "email_exclusions",
        "forgotten": "forgotten_emails",
        "erasure": "pending_erasure",
        "import_befores": "import_prior_values",
        "daily_sizes": "daily_sizes",
    }
    after = {old: db.execute(f"SELECT * FROM {new}").fetchall() for old, new in renamed.items()}
    added_columns = (None,) * (len(after["feed"][0]) - len(before["feed"][0]))
    before["feed"] = [(*row, *added_columns) for row in before["feed"]]
    assert after == before
    numbers: dict[str, int] = dict(db.execute("SELECT name, seq FROM sqlite_sequence").fetchall())  # type: ignore[arg-type]
    assert (numbers["change_log"], numbers["inclusions"], numbers["forgotten_emails"]) == (7, 5, 4)
    assert not renamed.keys() - {"daily_sizes"} & numbers.keys()
    assert visible_fields(Reader(db), 1) == [5]
    assert last_change(Reader(db)) == 7
    db.execute("INSERT INTO change_log (subject, contact_type_id) VALUES ('fields', 1)").fetchall()
    assert last_change(Reader(db)) == 8


def test_data_is_not_migrated_while_an_older_server_uses_it(tmp_path: Path) -> None:
    schema_14(tmp_path / FILE_NAME).close()
    lock = acquire_lock(tmp_path)
    with pytest.raises(Unavailable, match="stop it before you use this version"):
        Services(Settings(data=tmp_path))
    assert apsw.Connection(str(tmp_path / FILE_NAME)).pragma("user_version") == 14
    os.close(lock)
    Services(Settings(data=tmp_path)).close()
    assert apsw.Connection(str(tmp_path / FILE_NAME)).pragma("user_version") > 14


def test_a_backup_of_an_earlier_schema_names_its_last_change(tmp_path: Path) -> None:
    schema_14(tmp_path / FILE_NAME).close()
    assert identify(tmp_path) == ("0123456789abcdef0123456789abcdef", 7)


def test_custom_fields_are_numbered_after_all_reserved_ones(tmp_path: Path) -> None:
    db = connect(tmp_path / "db")
    migrate(db)
    first = db.execute("SELECT seq + 1 FROM sqlite_sequence WHERE name = 'fields'").get
    assert first == 101 > max(field.id for field in RESERVED)


def test_every_commit_reaches_the_disk(services: Services) -> None:
    db = services.records.reader()
    assert sqlite_of(db).pragma("journal_mode") == "wal"
    assert sqlite_of(db).pragma("synchronous") == 2


def test_data_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Services(Settings(tmp_path)).close()
    db = apsw.Connection(str(tmp_path / FILE_NAME))
    db.pragma("user_version", 999)
    db.close()
    with pytest.raises(Unavailable, match="newer version of Tamis"):
        Services(Settings(tmp_path))
    assert apsw.Connection(str(tmp_path / FILE_NAME)).pragma("user_version") == 999


def test_a_missing_migration_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incomplete = [(number, sql) for number, sql in migrations() if number != 3]
    monkeypatch.setattr("tamis.records.engine.sqlite.database.migrations", lambda: incomplete)
    with pytest.raises(Unavailable, match="no migration 3 of the records; install it again"):
        Services(Settings(tmp_path))


def test_a_file_that_is_not_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unavailable, match="damaged or is not a Tamis database"):
        Services(Settings(tmp_path))
    assert (tmp_path / FILE_NAME).read_bytes() == b"Dear diary, " * 1000


def test_a_directory_that_cannot_be_created_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="choose another data directory"):
        Services(Settings(tmp_path / "file" / "data"))


def test_a_directory_that_is_not_writable_is_refused(tmp_path: Path) -> None:
    # Root may write anywhere, so a process of its own becomes nobody, once all libraries are loaded.
    directory = Path(tempfile.mkdtemp(prefix="tamis-"))  # the user nobody cannot enter pytest's directories
    program = f"""
import os
from pathlib import Path
from tamis.actions.services import Services
from tamis.columns.engine.process_lock import acquire_lock
from tamis.domain.errors import Unavailable
from tamis.settings import Settings
Services(Settings(Path({str(tmp_path)!r}))).close()
if os.getuid() == 0:
    os.setuid(65534)
try:
    Services(Settings(Path({str(directory)!r})))
except Unavailable as error:
    print(str(error))
"""
    directory.chmod(0o555)
    result = forked.run_text([sys.executable, "-c", program], check=True, env=dict(os.environ))
    directory.rmdir()
    assert "is not writable: choose another data directory" in result.stdout
