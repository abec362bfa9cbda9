"""Back up a data directory while it is in use, and restore it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tamis import log
from tamis.actions.maintenance.atomic_directory import atomic_directory, is_free
from tamis.actions.maintenance.stores import COLUMNS, RECORDS
from tamis.actions.services import Services
from tamis.columns.engine.process_lock import is_locked
from tamis.domain.errors import Refused
from tamis.domain.values.instants import format_instant
from tamis.records.engine.opening import open_records
from tamis.records.history.write import skip_numbers

MANIFEST = "backup.json"
FORMAT = 2
FILES = {1: {RECORDS.NAME, COLUMNS.NAME}, 2: {RECORDS.NAME}}
"""The files of a backup in each format. In format 1, the history may be in the file of the columns only."""
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileSum:
    """The size and checksum of a file, which show that it is complete."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a backup: the store it is of, its last change, and its files by name."""

    format: int
    store_id: str
    change: int
    made_at: str
    files: dict[str, FileSum]


def make_backup(services: Services, directory: str) -> Manifest:
    """Copy a snapshot of the records to a directory that does not exist or is empty, without blocking writes or reads.
    Raises Refused.

    The records are enough, because the projection is restored from them. The projection is opened first, so that a
    history that an earlier version kept only in its file is moved to the records.
    """
    target = Path(directory)
    if target.resolve().is_relative_to(services.settings.data.resolve()):
        raise Refused("backup_inside_data")
    services.open_columns()
    services.records.health.require_whole()
    with atomic_directory(target) as partial:
        with services.records.open_copy() as copy_records:
            copy_records(partial)
        found = RECORDS.identify(partial)
        sums = {RECORDS.NAME: file_sum(partial / RECORDS.NAME)}
        manifest = Manifest(FORMAT, found.store_id, found.change, format_instant(services.clock()), sums)
        (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    log.event("backup_made", directory=str(target.resolve()), bytes=sum(file.bytes for file in sums.values()))
    return manifest


def restore(data: Path, source: Path, complete: Callable[[Path], None] = lambda _: None) -> Manifest:
    """Restore a backup to a data directory, which must not exist or be empty; raises Refused, and changes nothing, if
    the backup is not complete. The history goes on with higher numbers than it may have had after the backup.

    `complete` is called with the restored directory before it gets its name: if it raises, nothing is restored.
    """
    if is_locked(data):
        raise Refused("data_directory_being_served", directory=str(data))
    if not is_free(data):
        raise Refused("restore_target_not_empty", directory=str(data))
    if data.resolve().is_relative_to(source.resolve()):
        raise Refused("data_inside_backup")
    manifest = _manifest(source)
    with atomic_directory(data) as partial:
        for name in manifest.files:
            if not (source / name).is_file() or file_sum(source / name, partial / name) != manifest.files[name]:
                raise Refused("backup_file_changed", file=str(source / name))
        found = RECORDS.identify(partial)
        projection = COLUMNS.identify(partial) if COLUMNS.is_there(partial) else found
        is_same_store = manifest.store_id == found.store_id == projection.store_id
        if not is_same_store or not projection.change <= found.change == manifest.change:
            raise Refused("backup_files_do_not_match", backup=str(source))
        records = open_records(partial)
        try:
            records.write(skip_numbers)
        finally:
            records.close()
        complete(partial)
    return manifest


def _manifest(source: Path) -> Manifest:
    try:
        content = (source / MANIFEST).read_bytes()
    except OSError:
        raise Refused("backup_not_found", backup=str(source), file=MANIFEST) from None
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError:
        raise Refused("backup_file_damaged", file=str(source / MANIFEST)) from None
    if manifest.format > FORMAT:
        raise Refused("backup_is_newer", backup=str(source))
    if set(manifest.files) != FILES.get(manifest.format):
        raise Refused("backup_file_damaged", file=str(source / MANIFEST))
    return manifest


def file_sum(file: Path, copy: Path | None = None) -> FileSum:
    """Return the size and checksum of a file, and write its content to a copy if one is given."""
    digest, size = hashlib.sha256(), 0
    target = copy.open("wb") if copy else None
    try:
        with file.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                if target:
                    target.write(chunk)
    finally:
        if target:
            target.close()
    return FileSum(size, digest.hexdigest())
