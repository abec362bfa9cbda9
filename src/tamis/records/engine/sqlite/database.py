"""The SQLite file: connections, and migrations to the newest schema."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

import apsw

from tamis.domain.errors import Unavailable
from tamis.records.consent.email_hashes import register_email_hash
from tamis.records.engine.sqlite.errors import translate_errors
from tamis.records.integrity.checksums import VFS, load
from tamis.records.names import register_fold

BUSY_SECONDS = 60
FILE_NAME = "tamis.sqlite"


def connect(path: Path) -> apsw.Connection:
    """Open a connection with the settings of the records; raises Unavailable."""
    with translate_errors(path):
        load()
        db = apsw.Connection(str(path), vfs=VFS)
        db.set_busy_timeout(BUSY_SECONDS * 1000)
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("PRAGMA synchronous = FULL").fetchall()
        db.execute("PRAGMA foreign_keys = ON").fetchall()
        db.execute("PRAGMA secure_delete = ON").fetchall()
        db.execute("PRAGMA cache_size = -32768").fetchall()
        # Checkpoint at 64 MB: imports write the same index pages again and again.
        db.execute("PRAGMA wal_autocheckpoint = 16384").fetchall()
        register_fold(db)
        register_email_hash(db)
        return db


@cache
def migrations() -> list[tuple[int, str]]:
    """List the numbered migrations, in order."""
    found = []
    for entry in files("tamis.records").joinpath("migrations").iterdir():
        match = re.fullmatch(r"(\d{4})_\w+\.sql", entry.name)
        if match:
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return sorted(found)


def migrate(db: apsw.Connection, require_unused: Callable[[], None] = lambda: None) -> None:
    """Migrate a database to the newest schema, each migration in its own transaction, but a new database in one; raises
    Unavailable for a database made by a newer version, and when a migration is missing. `require_unused` is called
    before data of an older version is migrated, and may raise."""
    steps = dict(migrations())
    newest = max(steps)
    while (version := _version(db)) != newest:
        if version > newest:
            raise Unavailable("data_of_newer_schema", version=version, newest=newest)
        if version:
            require_unused()
        with db_transaction(db):
            version = _version(db)  # another process may have been faster
            for number in range(version + 1, (min(version + 1, newest) if version else newest) + 1):
                sql = steps.get(number)
                if sql is None:
                    raise Unavailable("migration_missing", number=number)
                db.execute(sql).fetchall()
                db.execute(f"PRAGMA user_version = {number}").fetchall()
            if not db.execute("SELECT id FROM store").fetchall():
                db.execute("INSERT INTO store (id) VALUES (?)", (uuid.uuid4().hex,)).fetchall()


def _version(db: apsw.Connection) -> int:
    version: int = db.pragma("user_version")
    return version


@contextmanager
def db_transaction(db: apsw.Connection) -> Iterator[None]:
    """Hold the write lock for a block; commit it, or roll it back when it raises."""
    db.execute("BEGIN IMMEDIATE").fetchall()
    try:
        yield
        db.execute("COMMIT").fetchall()
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK").fetchall()
        raise
