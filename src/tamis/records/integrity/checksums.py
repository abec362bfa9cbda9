"""Checksums in every page of the file, verified whenever a page is read.

SQLite's checksum VFS (https://sqlite.org/cksumvfs.html), which ships with apsw, keeps them in 8 bytes at the end of
each page. The write-ahead log has SQLite's own checksums, which are verified after a restart.
"""

import logging
import threading
from pathlib import Path

import apsw

from tamis import log
from tamis.domain.errors import Unavailable

VFS = "cksmvfs"
RESERVED = 8
RESERVED_AT = 20
"""The offset in the file header of the number of reserved bytes per page."""
_loading = threading.Lock()


def load() -> None:
    """Register the VFS with SQLite, once in a process; raises Unavailable when apsw lacks it."""
    with _loading:
        if VFS in apsw.vfs_names():
            return
        place = Path(str(apsw.__file__)).parent / "sqlite_extra_binaries" / "cksumvfs"
        db = apsw.Connection(":memory:")
        try:
            db.config(apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1)
            db.load_extension(str(place))
        except apsw.Error as error:
            raise Unavailable("checksums_missing", reason=str(error)) from None
        finally:
            db.close()


def prepare(path: Path) -> None:
    """Make sure that the pages of a file have checksums; raises apsw.Error.

    A new file is created with them; an older one is rewritten with them unless another process has it open.
    """
    load()
    if has_checksums(path):
        return
    db = apsw.Connection(str(path), vfs=VFS)
    try:
        if path.stat().st_size == 0:
            db.reserve_bytes(None, RESERVED)
            db.execute("PRAGMA journal_mode = WAL").fetchall()  # writes the first page, with the reserved bytes
        else:
            _require_never_had(db, path)
            _convert(db, path)
    finally:
        db.close()


def has_checksums(path: Path) -> bool:
    """Return whether, by its header, the pages of a file have checksums."""
    try:
        with path.open("rb") as file:
            header = file.read(RESERVED_AT + 1)
    except OSError:
        return False
    return len(header) > RESERVED_AT and header[RESERVED_AT] == RESERVED


def _require_never_had(db: apsw.Connection, path: Path) -> None:
    """Raise CorruptError for a file with checksums whose damaged header says that it has none."""
    with path.open("rb") as file:
        page = bytearray(file.read(db.pragma("page_size")))
    if len(page) <= RESERVED_AT:
        raise apsw.CorruptError("the file ends in its header")
    reserved, page[RESERVED_AT] = page[RESERVED_AT], RESERVED
    if reserved or db.execute("SELECT verify_checksum(?)", (bytes(page),)).fetchall() == [(1,)]:
        raise apsw.CorruptError("the header of the file is damaged")


def _convert(db: apsw.Connection, path: Path) -> None:
    problems = db.execute("PRAGMA quick_check(1)").fetchall()
    if problems != [("ok",)]:
        raise apsw.CorruptError(str(problems[0][0]))
    try:
        db.execute("PRAGMA journal_mode = DELETE").fetchall()  # refused while another process has the file open
        db.reserve_bytes(None, RESERVED)
        # Pages get checksums once the first page, which says so, is written: none may leave the cache before it.
        db.execute("PRAGMA cache_spill = OFF").fetchall()
        db.execute("VACUUM").fetchall()
    except (apsw.BusyError, apsw.LockedError, apsw.FullError):
        log.event("checksums_postponed", level=logging.WARNING, file=path.name)
    else:
        log.event("checksums_added", file=path.name)
