"""The files of the column store: how they are called, in a data directory and in a backup, and whose they are."""

import logging
import os
import time
from pathlib import Path

import duckdb

from tamis import log
from tamis.columns.engine.copies import COPYING
from tamis.columns.engine.owner import LOCK_NAME
from tamis.columns.layout.schema import VERSION
from tamis.domain.errors import Unavailable
from tamis.domain.stores import StoreIdentity

NAME = "columns.duckdb"
WAL_ENDING = ".wal"
FRESH_ENDING = ".new"
SPILL_NAME = "columns.tmp"
ASIDE = f"{NAME}.unusable-"


def is_there(directory: Path) -> bool:
    """Return whether a directory has a column store."""
    return (directory / NAME).is_file()


def sizes(directory: Path) -> dict[str, int]:
    """Return the bytes of the files that hold the store, by name; 0 for one that is not there."""
    return {name: _size(directory / name) for name in (NAME, NAME + WAL_ENDING)}


def belongs(name: str) -> bool:
    """Return whether an entry of a data directory holds something of the store."""
    return name.startswith((NAME, COPYING, SPILL_NAME, LOCK_NAME))


def is_expected(name: str) -> bool:
    """Return whether an entry of a data directory is one that the store makes and takes away by itself."""
    return name in (SPILL_NAME, LOCK_NAME) or name.removeprefix(NAME) in ("", WAL_ENDING, FRESH_ENDING)


def list_quarantined(directory: Path) -> list[Path]:
    """List the files that were put aside because they could not be used."""
    return sorted(directory.glob(f"{ASIDE}*"))


def identify(directory: Path) -> StoreIdentity:
    """Return whose projection the file in a directory is, and how far it follows; raises Unavailable where it is no
    whole one."""
    try:
        db = duckdb.connect(str(directory / NAME), read_only=True)
        try:
            version, store_id, applied = db.execute("SELECT version, store_id, applied FROM meta").fetchall()[0]
        finally:
            db.close()
    except (duckdb.Error, RuntimeError, IndexError):
        raise Unavailable("columns_file_damaged", file=NAME) from None
    if version > VERSION:
        raise Unavailable("made_by_newer_version", file=NAME)
    return StoreIdentity(store_id, applied)


def put_aside(path: Path, why: str) -> Path:
    """Rename a file that cannot be used, and its log, so that nothing is lost, and log why; return the new name."""
    target = path.with_name(f"{ASIDE}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    path.replace(target)
    wal = path.with_name(path.name + WAL_ENDING)
    if wal.exists():
        wal.replace(target.with_name(target.name + WAL_ENDING))
    log.event("columns_set_aside", level=logging.WARNING, file=target.name, reason=why)
    return target


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
