"""The files of the projection in a data directory or a backup."""

import logging
import os
import time
from pathlib import Path

import duckdb

from tamis import log
from tamis.columns.engine.compaction import SCRATCH_PREFIX
from tamis.columns.engine.process_lock import LOCK_NAME
from tamis.columns.layout.schema import VERSION
from tamis.domain.errors import Unavailable
from tamis.domain.stores import StoreIdentity

NAME = "columns.duckdb"
WAL_SUFFIX = ".wal"
NEW_SUFFIX = ".new"
SPILL_NAME = "columns.tmp"
QUARANTINE_PREFIX = f"{NAME}.unusable-"


def is_there(directory: Path) -> bool:
    """Return whether a directory has a projection."""
    return (directory / NAME).is_file()


def sizes(directory: Path) -> dict[str, int]:
    """Return the sizes in bytes of the files of the store, by name; 0 for a missing one."""
    return {name: _size(directory / name) for name in (NAME, NAME + WAL_SUFFIX)}


def belongs(name: str) -> bool:
    """Return whether an entry of a data directory belongs to the store."""
    return name.startswith((NAME, SCRATCH_PREFIX, SPILL_NAME, LOCK_NAME))


def is_expected(name: str) -> bool:
    """Return whether an entry of a data directory is one that the store creates and removes itself."""
    return name in (SPILL_NAME, LOCK_NAME) or name.removeprefix(NAME) in ("", WAL_SUFFIX, NEW_SUFFIX)


def list_quarantined(directory: Path) -> list[Path]:
    """List the files that were quarantined because they were unusable."""
    return sorted(directory.glob(f"{QUARANTINE_PREFIX}*"))


def identify(directory: Path) -> StoreIdentity:
    """Return the records that the file in a directory belongs to, and its change number; raises Unavailable if it is
    damaged or newer."""
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


def quarantine(path: Path, why: str) -> Path:
    """Rename an unusable file and its write-ahead log, so that nothing is lost, and log why; return the new path."""
    target = path.with_name(f"{QUARANTINE_PREFIX}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    path.replace(target)
    wal = path.with_name(path.name + WAL_SUFFIX)
    if wal.exists():
        wal.replace(target.with_name(target.name + WAL_SUFFIX))
    log.event("columns_set_aside", level=logging.WARNING, file=target.name, reason=why)
    return target


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
