"""Undoing an import: contacts that it changed, and that nobody has touched since, get their old state back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from tamis import log
from tamis.actions.importing.jobs.import_audit import record_import
from tamis.actions.importing.jobs.jobs import find_import
from tamis.actions.importing.reports.report import Progress, no_progress
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.contacts.contacts import upgrade_document
from tamis.domain.errors import Refused
from tamis.domain.files.import_reports import UndoProgress
from tamis.domain.files.imports import ImportJob, ImportState, ImportSubject
from tamis.records import types
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import imports, undo
from tamis.records.importing.undo import PreviousState
from tamis.records.maintenance import erasure

CONTACTS_PER_STEP = 10_000
MOST_TOUCHED = 100


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What happened to the contacts that an import created or changed.

    CreatedBatch ones are `deleted`, changed ones `restored`. `touched` ones were changed since, or added or excluded
    manually, and `unfit` ones have old values that no longer fit their fields: both stay, and `touched_emails` are the
    first of them. `gone` ones had been deleted before."""

    deleted: int
    restored: int
    touched: int
    unfit: int
    gone: int
    touched_emails: tuple[str, ...]


def undo_import(
    services: Services,
    account: Account,
    import_id: int,
    progress: Progress = no_progress,
    begun: Callable[[], None] = lambda: None,
) -> UndoReport:
    """Undo an import of an account, also a failed or interrupted one; `begun` is called once its state says so. Raises
    NotFound and Refused.

    Each step is atomic: a killed undo is finished by the next one, with the same result and figures."""
    if find_import(services, account, import_id).state == ImportState.RUNNING:
        raise Refused("import_is_running", number=import_id)
    done, total = 0, services.write(_start, account, import_id)
    begun()
    while processed := services.write(_step, account, import_id):
        done += processed
        progress("Undoing", done, total)
    report = services.write(_finish, account, import_id)
    log.event(
        "import_undone", account=account.id, import_id=import_id, deleted=report.deleted, restored=report.restored
    )
    return report


def undo_report(services: Services, job: ImportJob) -> UndoReport | None:
    """Return the result of undoing an import so far, or None if that has not started."""
    return _report(services.records.reader(), job.report.undo) if job.report.undo else None


def _start(db: Transaction, _now: datetime, account: Account, import_id: int) -> int:
    job = _job(db, account, import_id)
    if job.state is ImportState.UNDONE:
        raise Refused("import_was_undone", number=import_id)
    if job.subject is ImportSubject.EVENTS:
        raise Refused("events_of_import_stay", number=import_id)
    if job.report.journal_dropped:
        raise Refused("import_too_old_to_undo", number=import_id)
    imports.set_state(db, import_id, ImportState.UNDOING, job.finished_at, job.error)
    return undo.size(db, import_id)


def _step(db: Transaction, now: datetime, account: Account, import_id: int) -> int:
    """Undo and count a batch of an import; return how many contacts were processed, 0 at the end."""
    job = _job(db, account, import_id)
    if (created := undo.next_created(db, import_id, CONTACTS_PER_STEP)) is not None:
        undo.delete_created(db, import_id, job.contact_type_id, created, now)
        if created.as_left:
            erasure.request_erasure(db, now)
        _count(db, job, created.touched, deleted=len(created.as_left), touched=len(created.touched))
        return created.last - created.first + 1
    batch = undo.next_changed(db, import_id, CONTACTS_PER_STEP)
    if not batch:
        return 0
    fields = types.fields_of_type(db, job.contact_type_id)
    restored: list[PreviousState] = []
    stay: list[int] = []
    unfit = 0
    for previous in batch:
        document = upgrade_document(previous.document, fields) if previous.as_left else None
        if document is not None:
            restored.append(previous._replace(document=document))
        elif previous.is_there:
            stay.append(previous.id)
            unfit += previous.as_left
    undo.restore(db, import_id, job.contact_type_id, batch, restored, now)
    _count(db, job, stay, restored=len(restored), touched=len(stay) - unfit, unfit=unfit)
    return len(batch)


def _count(
    db: Transaction,
    job: ImportJob,
    stay: Sequence[int],
    *,
    deleted: int = 0,
    restored: int = 0,
    touched: int = 0,
    unfit: int = 0,
) -> None:
    """Add to the figures of an undo; contacts that stay are kept by ID, because an email would outlive its contact."""
    figures_previous_state = job.report.undo or UndoProgress()
    figures = UndoProgress(
        figures_previous_state.deleted + deleted,
        figures_previous_state.restored + restored,
        figures_previous_state.touched + touched,
        figures_previous_state.unfit + unfit,
        (*figures_previous_state.stay, *stay)[:MOST_TOUCHED],
    )
    _keep(db, job, figures)


def _finish(db: Transaction, now: datetime, account: Account, import_id: int) -> UndoReport:
    job = _job(db, account, import_id)
    figures_previous_state = job.report.undo or UndoProgress()
    processed = (
        figures_previous_state.deleted
        + figures_previous_state.restored
        + figures_previous_state.touched
        + figures_previous_state.unfit
    )
    figures = structs.replace(figures_previous_state, gone=max(job.created + job.updated - processed, 0))
    _keep(db, job, figures)
    imports.set_state(db, import_id, ImportState.UNDONE, job.finished_at, job.error)
    record_import(
        db,
        now,
        job,
        AuditAction.IMPORT_UNDONE,
        deleted=figures.deleted,
        restored=figures.restored,
        touched=figures.touched,
    )
    return _report(db, figures)


def _keep(db: Transaction, job: ImportJob, figures: UndoProgress) -> None:
    imports.set_report(db, job.id, structs.replace(job.report, undo=figures))


def _report(db: Reader, figures: UndoProgress) -> UndoReport:
    return UndoReport(
        figures.deleted,
        figures.restored,
        figures.touched,
        figures.unfit,
        figures.gone or 0,
        tuple(undo.emails(db, figures.stay)),
    )


def _job(db: Reader, account: Account, import_id: int) -> ImportJob:
    job = imports.by_id(db, account.id, import_id)
    assert job
    return job
