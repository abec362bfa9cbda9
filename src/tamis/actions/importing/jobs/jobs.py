"""Imports as jobs in the records: their progress while they run, and their result."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from tamis import log
from tamis.actions.importing.jobs.import_audit import record_end, record_import
from tamis.actions.importing.reports.failures import problems_of
from tamis.actions.importing.reports.partial_result import PartialResult
from tamis.actions.importing.reports.report import Progress
from tamis.actions.importing.reports.report_details import without_examples
from tamis.actions.importing.rows import rejects
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import NotFound, TamisError, Unavailable
from tamis.domain.files.import_reports import Details, Figures, RequestedOptions, SegmentEffect
from tamis.domain.files.imports import ImportJob, ImportState, ImportSubject
from tamis.records.handles import Transaction
from tamis.records.importing import imports

PLACE = "imports"
INTERRUPTED = "interrupted"
ImportCreated = Callable[[Transaction, datetime, int], None]
"""What is stored with an import of some ID, in the transaction that creates it."""


class RunningJob:
    """The job of a running import; a dry run has no `id` and writes nothing."""

    def __init__(self, services: Services, account_id: int, id_: int | None) -> None:
        self._services = services
        self._account_id = account_id
        self._phase = ""
        self._began = monotonic()
        self.id = id_
        self.partial_result = PartialResult()

    def phase(self, name: str, rows_total: int | None = None) -> None:
        """Record the current phase, and the number of rows of the file once it is known."""
        if self.id is not None and (name != self._phase or rows_total is not None):
            self._services.write(_set_phase, self.id, name, rows_total)
        self._phase = name

    def record_phases(self, progress: Progress) -> Progress:
        """Wrap a progress callback so that phases are recorded too.

        The rows done are written with each stored batch and need no writes of their own."""

        def record(doing: str, done: int, total: int) -> None:
            self.phase(doing.lower())
            progress(doing, done, total)

        return record

    def record_left_out(self, rows_total: int, repeated: int, rejected: int) -> None:
        """Record the rows of the file, and how many of them will not be stored."""
        if self.id is not None:
            self._services.write(_set_left_out, self.id, rows_total, repeated, rejected)

    def finish(self, rows: int, figures: Figures, details: Details) -> None:
        """Store the report of a finished import."""
        if self.id is not None:
            self._services.write(_finish, self._account_id, self.id, details)
            seconds = round(monotonic() - self._began, 1)
            log.event("import_finished", import_id=self.id, rows=rows, **_by_outcome(figures), seconds=seconds)


class ImportStatus(NamedTuple):
    """An import job and its current state, which may be that it was interrupted."""

    job: ImportJob
    state: str


@contextmanager
def running_job(
    services: Services,
    account: Account,
    contact_type: ContactType,
    source: str,
    options: RequestedOptions,
    subject: ImportSubject = ImportSubject.CONTACTS,
    created: ImportCreated | None = None,
    *,
    dry_run: bool,
) -> Iterator[RunningJob]:
    """Run a block as an import job, which fails when the block raises.

    Raises Unavailable when the data directory cannot be written to."""
    if dry_run:
        yield RunningJob(services, account.id, None)
        return
    place = services.settings.data / PLACE
    with ExitStack() as locked:
        try:
            place.mkdir(exist_ok=True)
            id_ = services.write(_start, account, contact_type, source, options, subject, place, locked, created)
        except OSError as error:
            raise Unavailable("import_not_written", directory=str(place), reason=error.strerror) from None
        log.event("import_started", account=account.id, contact_type=contact_type.id, import_id=id_)
        try:
            yield RunningJob(services, account.id, id_)
        except BaseException as error:
            log.event("import_failed", import_id=id_, reason=type(error).__name__)
            with suppress(TamisError):  # on a full disk its state stays, and it counts as interrupted
                services.write(_fail, account.id, id_, msgspec.json.encode(problems_of(error)).decode())
            raise


def record_effects(services: Services, account: Account, import_id: int, effects: Sequence[SegmentEffect]) -> None:
    """Add to the report of an import how many contacts entered and left segments."""
    services.write(_keep_effects, account.id, import_id, effects)


def find_import(services: Services, account: Account, import_id: int) -> ImportStatus:
    """Find an import of an account by its ID; raises NotFound."""
    job = imports.by_id(services.records.reader(), account.id, import_id)
    if job is None:
        raise NotFound("import_unknown", number=import_id)
    return get_status(services, job)


def list_imports(services: Services, account: Account, limit: int, before: int | None = None) -> list[ImportStatus]:
    """List the imports of an account, newest first, at most `limit`, with IDs below `before`."""
    return [
        get_status(services, job) for job in imports.of_account(services.records.reader(), account.id, limit, before)
    ]


def get_status(services: Services, job: ImportJob) -> ImportStatus:
    """Return the status of an import: a running one whose process no longer holds the lock was interrupted."""
    if job.state is not ImportState.RUNNING or _is_locked(_lock_file(services.settings.data / PLACE, job.id)):
        return ImportStatus(job, job.state)
    # It may have finished since it was read.
    now = imports.by_id(services.records.reader(), job.account_id, job.id) or job
    return ImportStatus(now, INTERRUPTED if now.state is ImportState.RUNNING else now.state)


def rejects_file(services: Services, job: ImportJob) -> str | None:
    """Return the path of the rejected rows of an import, None without any or once deleted."""
    return _kept_file(services, job.report.rejects_file)


def omissions_file(services: Services, job: ImportJob) -> str | None:
    """Return the path of the rows with cells left blank of an import, None without any or once deleted."""
    return _kept_file(services, job.report.omitted_file)


def _kept_file(services: Services, name: str | None) -> str | None:
    path = services.settings.data / rejects.PLACE / name if name else None
    return str(path) if path and path.exists() else None


def _start(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    source: str,
    options: RequestedOptions,
    subject: ImportSubject,
    place: Path,
    locked: ExitStack,
    created: ImportCreated | None,
) -> int:
    job = imports.insert(db, account.id, contact_type.id, source, options, now, subject)
    # Locked before the job is visible, so that a job without a lock is never running.
    locked.enter_context(_lock(_lock_file(place, job.id)))
    record_import(db, now, job, AuditAction.IMPORT_STARTED)
    if created:
        created(db, now, job.id)
    return job.id


def _set_phase(db: Transaction, _now: datetime, import_id: int, phase: str, rows_total: int | None) -> None:
    imports.set_phase(db, import_id, phase, rows_total)


def _set_left_out(
    db: Transaction, _now: datetime, import_id: int, rows_total: int, repeated: int, rejected: int
) -> None:
    imports.set_left_out(db, import_id, rows_total, repeated, rejected)


def _finish(db: Transaction, now: datetime, account_id: int, import_id: int, details: Details) -> None:
    imports.set_phase(db, import_id, "", None)
    imports.set_report(db, import_id, without_examples(details))
    imports.set_state(db, import_id, ImportState.FINISHED, now)
    record_end(db, now, account_id, import_id, AuditAction.IMPORT_FINISHED)


def _fail(db: Transaction, now: datetime, account_id: int, import_id: int, error: str) -> None:
    imports.set_state(db, import_id, ImportState.FAILED, now, error)
    record_end(db, now, account_id, import_id, AuditAction.IMPORT_FAILED)


def _keep_effects(
    db: Transaction, _now: datetime, account_id: int, import_id: int, effects: Sequence[SegmentEffect]
) -> None:
    job = imports.by_id(db, account_id, import_id)
    if job:
        imports.set_report(db, import_id, structs.replace(job.report, segments=tuple(effects)))


def _by_outcome(figures: Figures) -> dict[str, Any]:
    return figures._asdict()


def _lock_file(place: Path, import_id: int) -> Path:
    return place / f"{import_id}.lock"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _is_locked(path: Path) -> bool:
    """Return whether a process holds the lock on a file; the lock file of a killed process is removed."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        # A shared lock, so that processes that check do not mistake each other for the running import.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(handle)
