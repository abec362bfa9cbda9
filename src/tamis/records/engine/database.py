"""The SQLite file: how it is opened, brought to the newest schema, and what its errors mean to people."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import apsw

from tamis.domain.errors import Damaged, DiskFull, Unavailable
from tamis.records.integrity.checksums import VFS, load
from tamis.records.integrity.health import FileHealth, is_damage
from tamis.records.integrity.reading import ReadingConnection
from tamis.records.names import register_fold

BUSY_SECONDS = 60
SPARE_BYTES = 8 << 20
"""Nothing is written while the disk has less than this: so the column store can follow what was written last, and those
who read need not wait until somebody has made room."""
SPARE_IN_WORDS = f"{SPARE_BYTES >> 20} MB"
FILE_NAME = "tamis.sqlite"


def connect(path: Path, health: FileHealth | None = None) -> apsw.Connection:
    """Open a connection with the settings that every user of the records needs, one for reading where it is told whom
    to tell of damage; raises Unavailable."""
    with plain_errors(path):
        load()
        db = ReadingConnection(path, health) if health else apsw.Connection(str(path), vfs=VFS)
        db.set_busy_timeout(BUSY_SECONDS * 1000)
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("PRAGMA synchronous = FULL").fetchall()
        db.execute("PRAGMA foreign_keys = ON").fetchall()
        db.execute("PRAGMA secure_delete = ON").fetchall()
        db.execute("PRAGMA cache_size = -32768").fetchall()
        # A log of up to 64 MB before it is copied: imports touch the same pages of an index again and again.
        db.execute("PRAGMA wal_autocheckpoint = 16384").fetchall()
        return db


def migrations() -> list[tuple[int, str]]:
    """List the numbered migrations, in order."""
    found = []
    for entry in files("tamis.records").joinpath("migrations").iterdir():
        match = re.fullmatch(r"(\d{4})_\w+\.sql", entry.name)
        if match:
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return sorted(found)


def migrate(db: apsw.Connection) -> None:
    """Bring a database to the newest schema, each migration in a transaction of its own; raises Unavailable for
    one that a newer version has made."""
    steps = migrations()
    newest = steps[-1][0]
    register_fold(db)
    while (version := _version(db)) != newest:
        if version > newest:
            raise Unavailable("data_of_newer_schema", version=version, newest=newest)
        with db_transaction(db):
            version = _version(db)  # another process may have been faster
            for number, sql in steps:
                if number == version + 1:
                    db.execute(sql).fetchall()
                    db.execute(f"PRAGMA user_version = {number}").fetchall()
            if not db.execute("SELECT id FROM store").fetchall():
                db.execute("INSERT INTO store (id) VALUES (?)", (uuid.uuid4().hex,)).fetchall()


def _version(db: apsw.Connection) -> int:
    version: int = db.pragma("user_version")
    return version


@contextmanager
def db_transaction(db: apsw.Connection) -> Iterator[None]:
    """Hold the write lock for a block, and commit it or leave no trace of it."""
    db.execute("BEGIN IMMEDIATE").fetchall()
    try:
        yield
        db.execute("COMMIT").fetchall()
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK").fetchall()
        raise


@contextmanager
def plain_errors(path: Path, health: FileHealth | None = None) -> Iterator[None]:
    """Turn what SQLite says of a disk or a file into words for people; damage is noted with `health`."""
    try:
        yield
    except apsw.FullError:
        raise DiskFull(SPARE_IN_WORDS) from None
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError):
        raise Unavailable("data_not_writable", directory=str(path.parent)) from None
    except apsw.BusyError:
        raise Unavailable("data_held_by_program") from None
    except (apsw.NotADBError, apsw.CorruptError, apsw.IOError) as error:
        if is_damage(error):
            if health:
                raise health.note(str(error)) from error
            raise Damaged("records_file_damaged", file=str(path)) from None
        if not has_room(path):
            raise DiskFull(SPARE_IN_WORDS) from None
        raise Unavailable("disk_does_not_work", reason=str(error)) from None


def has_room(path: Path) -> bool:
    """Tell whether the disk on which a file lies has room for more."""
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize >= SPARE_BYTES
