"""Uploaded files, kept until they are imported or discarded, for at most a day.

Their bytes are in the data directory, the rest in the records. A writer holds a lock on a file while it arrives, and
until it is imported if nobody is to choose how; an unlocked file that the records do not know was left by a killed
server."""

import fcntl
import os
import re
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, NotFound, Problem, Refused, Unavailable
from tamis.domain.files.imports import ImportSubject, Upload
from tamis.domain.values.text import CONTROL, SURROGATE
from tamis.files.disk_space import SPARE_BYTES, require_disk_space
from tamis.files.durable import make_directory, sync
from tamis.records.handles import Transaction
from tamis.records.importing import uploads

PLACE = "uploads"
RETENTION = timedelta(hours=24)
MOST_WAITING = 20
LONGEST_NAME = 120
UNNAMED = "file"
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class IncomingUpload:
    """A file that arrives in chunks; it is deleted at the end of the block unless it was kept."""

    def __init__(self, services: Services, account: Account, announced: int) -> None:
        """Start to receive a file of `announced` bytes, 0 if unknown; raises Invalid, Refused and Unavailable."""
        self._services, self._account = services, account
        self._most = services.settings.max_upload
        self.id = secrets.token_hex(16)
        self.path = upload_path(services, self.id)
        self.size = 0
        self._kept = self._is_open = False
        self._check_size(announced)
        if len(list_uploads(services, account)) >= MOST_WAITING:
            raise Refused("too_many_uploads", most=MOST_WAITING)
        try:
            make_directory(self.path.parent)
            _need_room(self.path.parent, announced)
            self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError as error:
            raise _unwritable(self.path.parent, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self.discard()
        elif not self._is_open:
            os.close(self._handle)

    def write(self, chunk: bytes) -> None:
        """Append the next bytes; raises Invalid when the file gets too large, Unavailable when the disk is full."""
        self._check_size(self.size + len(chunk))
        require_disk_space(self.path.parent, self.size + len(chunk))
        try:
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        except OSError as error:
            raise _unwritable(self.path.parent, error) from None
        self.size += len(chunk)

    def keep(self, contact_type: ContactType, name: str, subject: ImportSubject = ImportSubject.CONTACTS) -> Upload:
        """Keep the complete file for a contact type; raises Invalid when it is empty, and Unavailable."""
        self._check_not_empty(name)
        try:
            os.fsync(self._handle)
            sync(self.path.parent)
        except OSError as error:
            raise _unwritable(self.path.parent, error) from None
        upload = self._as_upload(contact_type, name, subject)
        self._services.write(_insert, upload)
        self._kept = True
        return upload

    def keep_open(self, contact_type: ContactType, name: str, subject: ImportSubject) -> Upload:
        """Keep the complete file until `discard`, and at most as long as this process runs: it does not wait for anyone
        and is not in the records. Raises Invalid when it is empty."""
        self._check_not_empty(name)
        self._kept = self._is_open = True
        return self._as_upload(contact_type, name, subject)

    def discard(self) -> None:
        """Delete a file that is kept open or did not arrive."""
        self.path.unlink(missing_ok=True)
        os.close(self._handle)

    def _as_upload(self, contact_type: ContactType, name: str, subject: ImportSubject) -> Upload:
        now = self._services.clock()
        return Upload(self.id, self._account.id, contact_type.id, clean_file_name(name), self.size, now, subject)

    def _check_not_empty(self, name: str) -> None:
        if not self.size:
            raise Invalid([Problem(clean_file_name(name), "file_is_empty")])

    def _check_size(self, size: int) -> None:
        if size > self._most:
            raise Invalid([Problem("", "file_too_large", most=format_size(self._most))])


def find_upload(services: Services, account: Account, upload_id: str) -> Upload:
    """Find a waiting upload of an account; raises NotFound."""
    upload = uploads.by_id(services.records.reader(), account.id, upload_id)
    if upload is None or not upload_path(services, upload.id).exists():
        raise NotFound("upload_unknown")
    return upload


def list_uploads(services: Services, account: Account) -> list[Upload]:
    """List the waiting uploads of an account, newest first."""
    return uploads.of_account(services.records.reader(), account.id)


def discard_upload(services: Services, upload: Upload) -> None:
    """Delete an upload; it may be gone already."""
    services.write(_drop, upload.id)
    upload_path(services, upload.id).unlink(missing_ok=True)


def sweep_uploads(services: Services) -> None:
    """Delete expired uploads that no job works on, and files that killed servers left."""
    oldest = services.clock() - RETENTION
    busy = {job.key for job in services.jobs.list_active()}
    for upload in uploads.every(services.records.reader()):
        if upload.id not in busy and (upload.created_at < oldest or not upload_path(services, upload.id).exists()):
            discard_upload(services, upload)
    for path in (services.settings.data / PLACE).glob("*"):
        _remove_leftover(services, path)


def upload_path(services: Services, upload_id: str) -> Path:
    """Return the path of the bytes of an upload."""
    return services.settings.data / PLACE / upload_id


def clean_file_name(name: str) -> str:
    """Make a file name from a browser fit to show: without directories and invisible characters, and short."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = " ".join(SURROGATE.sub("", _INVISIBLE.sub("", CONTROL.sub(" ", name))).split())
    if len(name) > LONGEST_NAME:  # keep the extension, which tells the format
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST_NAME - 12]}….{ending}" if dot and len(ending) < 10 else f"{name[:LONGEST_NAME]}…"
    return name or UNNAMED


def format_size(size: int) -> str:
    """Format a size for people: 512 bytes, 1.5 MB."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.0f} {unit}" if unit == "bytes" or amount >= 10 or amount.is_integer() else f"{amount:.1f} {unit}"


def _remove_leftover(services: Services, path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        # Lock before the lookup: a file that just arrived is in the records before its writer unlocks it.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.name not in {upload.id for upload in uploads.every(services.records.reader())}:
            path.unlink(missing_ok=True)
    except OSError:
        pass
    finally:
        os.close(handle)


def _need_room(place: Path, size: int) -> None:
    free = shutil.disk_usage(place).free
    if free < 2 * size + SPARE_BYTES:  # an import stages another copy of it
        raise Unavailable("upload_has_no_room", size=format_size(size), free=format_size(free))


def _unwritable(place: Path, error: OSError) -> Unavailable:
    return Unavailable("upload_not_written", directory=str(place), reason=error.strerror)


def _insert(db: Transaction, _now: datetime, upload: Upload) -> None:
    uploads.insert(db, upload)


def _drop(db: Transaction, _now: datetime, upload_id: str) -> None:
    uploads.delete(db, upload_id)
