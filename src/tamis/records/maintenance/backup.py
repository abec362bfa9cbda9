"""Copies of the records: write one, and verify one."""

from pathlib import Path

import apsw

from tamis.domain.errors import Unavailable
from tamis.domain.stores import StoreIdentity
from tamis.records import change_log
from tamis.records.engine.sqlite.database import migrations
from tamis.records.engine.sqlite.errors import translate_errors
from tamis.records.handles import Reader
from tamis.records.integrity.checksums import VFS, load, prepare

PAGES_A_STEP = 16_384


def write_copy(db: apsw.Connection, target: Path) -> None:
    """Write the records, as seen by this connection's open transaction, to a new file; raises Unavailable."""
    with translate_errors(target):
        prepare(target)  # first, because only a file whose header says so gets checksums
        copy = apsw.Connection(str(target), vfs=VFS)
        try:
            with copy.backup("main", db, "main") as backup:
                while not backup.done:
                    backup.step(PAGES_A_STEP)
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            copy.execute("VACUUM").fetchall()  # deleted but not yet erased data must not survive in a backup
        finally:
            copy.close()


def verify_copy(file: Path) -> StoreIdentity:
    """Return the identity of the records in a file; raises Unavailable when it is damaged or of a newer version."""
    with translate_errors(file):
        load()
        db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY, vfs=VFS)
        try:
            if (
                db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
                or db.execute("PRAGMA foreign_key_check").fetchall()
            ):
                raise Unavailable("backup_records_damaged", file=file.name)
            newest = migrations()[-1][0]
            if (version := int(db.pragma("user_version"))) > newest:
                raise Unavailable("backup_of_newer_schema", file=file.name, version=version, newest=newest)
            if not db.execute("SELECT id FROM store").fetchall():
                raise Unavailable("backup_without_records", file=file.name)
            reader = Reader(db)
            return StoreIdentity(change_log.store_id(reader), change_log.last_change(reader))
        except apsw.SQLError:
            raise Unavailable("backup_without_records", file=file.name) from None
        finally:
            db.close()
