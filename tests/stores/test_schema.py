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
from tamis.domain.errors import Unavailable
from tamis.domain.fields import RESERVED
from tamis.records.engine.database import FILE_NAME, connect, migrate, migrations
from tamis.records.handles import connection_of
from tamis.settings import Settings
from tests.support import forked


def schema_of(db: apsw.Connection) -> dict[str, str]:
    """List every table and index with its SQL, without the white space that ALTER TABLE leaves otherwise."""
    rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {str(name): re.sub(r"\s*([(),])\s*|\s+", lambda m: m[1] or " ", str(sql)) for name, sql in rows}


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


def test_custom_fields_are_numbered_after_all_reserved_ones(tmp_path: Path) -> None:
    db = connect(tmp_path / "db")
    migrate(db)
    first = db.execute("SELECT seq + 1 FROM sqlite_sequence WHERE name = 'fields'").get
    assert first == 101 > max(field.id for field in RESERVED)


def test_every_commit_reaches_the_disk(services: Services) -> None:
    db = services.records.reader()
    assert connection_of(db).pragma("journal_mode") == "wal"
    assert connection_of(db).pragma("synchronous") == 2


def test_data_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Services(Settings(tmp_path)).close()
    db = apsw.Connection(str(tmp_path / FILE_NAME))
    db.pragma("user_version", 999)
    db.close()
    with pytest.raises(Unavailable, match="newer version of Tamis"):
        Services(Settings(tmp_path))
    assert apsw.Connection(str(tmp_path / FILE_NAME)).pragma("user_version") == 999


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unavailable, match="damaged or no Tamis database"):
        Services(Settings(tmp_path))
    assert (tmp_path / FILE_NAME).read_bytes() == b"Dear diary, " * 1000


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="choose another data directory"):
        Services(Settings(tmp_path / "file" / "data"))


def test_a_directory_that_is_not_writable_is_refused(tmp_path: Path) -> None:
    # Root may write anywhere, so a process of its own becomes nobody, once all libraries are loaded.
    directory = Path(tempfile.mkdtemp(prefix="tamis-"))  # pytest's own directories are closed to nobody
    program = f"""
import os
from pathlib import Path
from tamis.actions.services import Services
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
