"""A checksum in every page of the file, verified whenever a page is read from it.

SQLite's own checksum VFS does this (https://sqlite.org/cksumvfs.html); apsw brings it along. It keeps 8 bytes at the
end of each page. The log of recent commits has checksums of SQLite's own, which are verified after a restart.
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
"""Where the header of a file says how many bytes of each page are reserved."""
_loading = threading.Lock()


def load() -> None:
    """Register the VFS with SQLite, once in a process; raises Unavailable where apsw came without it."""
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
    """See to it that the pages of a file have checksums: it is made with them or, while no other process has it open,
    written anew with them; raises apsw.Error."""
    load()
    if has_checksums(path):
        return
    db = apsw.Connection(str(path), vfs=VFS)
    try:
        if path.stat().st_size == 0:
            db.reserve_bytes(None, RESERVED)
            db.execute("PRAGMA journal_mode = WAL").fetchall()  # writes the first page, with what was reserved
        else:
            _require_never_had(db, path)
            _convert(db, path)
    finally:
        db.close()


def has_checksums(path: Path) -> bool:
    """Return whether the header of a file says that its pages have checksums."""
    try:
        with path.open("rb") as file:
            header = file.read(RESERVED_AT + 1)
    except OSError:
        return False
    return len(header) > RESERVED_AT and header[RESERVED_AT] == RESERVED


def _require_never_had(db: apsw.Connection, path: Path) -> None:
    """Raise CorruptError for a file that has checksums, but whose header says otherwise because it is damaged."""
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
        db.execute("PRAGMA journal_mode = DELETE").fetchall()  # refused while anybody else has the file open
        db.reserve_bytes(None, RESERVED)
        # Pages get checksums once the first one is written, which says so: none may leave the cache before it.
        db.execute("PRAGMA cache_spill = OFF").fetchall()
        db.execute("VACUUM").fetchall()
    except (apsw.BusyError, apsw.LockedError, apsw.FullError):
        log.event("checksums_postponed", level=logging.WARNING, file=path.name)
    else:
        log.event("checksums_added", file=path.name)
