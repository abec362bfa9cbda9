"""Dry runs, imports and undos as background jobs of a server, found by their upload or import."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from tamis.actions.events.importing.options import EventImportOptions, EventImportReport
from tamis.actions.events.importing.options import to_details as event_details
from tamis.actions.events.importing.run import import_events
from tamis.actions.importing.jobs.jobs import ImportCreated, find_import, record_effects
from tamis.actions.importing.jobs.undo import UndoReport, undo_import
from tamis.actions.importing.jobs.uploads import discard_upload, upload_path
from tamis.actions.importing.reports.report import ImportOptions, ImportReport, ignore_import_id
from tamis.actions.importing.reports.report_details import to_details as contact_details
from tamis.actions.importing.rows.effects import import_effects
from tamis.actions.importing.run import import_file
from tamis.actions.importing.sources import ContactFile
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Refused
from tamis.domain.files.import_reports import Details
from tamis.domain.files.imports import ImportJob, ImportState, ImportSubject, Upload
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.instants import to_micros
from tamis.records import change_log, types

NO_FIELDS = FieldSet(())
Options: TypeAlias = ImportOptions | EventImportOptions
"""How a file is imported; which of them says whether its rows are contacts or events."""
Report: TypeAlias = ImportReport | EventImportReport


def details_of(report: Report) -> Details:
    """Convert a report of either kind into its details."""
    return event_details(report) if isinstance(report, EventImportReport) else contact_details(report)


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What to do with an upload: a dry run or an import, with which choices, over which fields of its type.

    `change` is the last change of the records before it. A dry run that is `in_place_of_import` was requested as an
    import that differs from the dry run before it."""

    what: Literal["trial", "import"]
    options: Options
    choices: tuple[str, ...]
    fields: FieldSet = NO_FIELDS
    change: int = 0
    in_place_of_import: bool = False

    def has_same_outcome_as(self, other: "UploadRequest") -> bool:
        """Return whether the choices and fields of two requests are the same, so that their results are."""
        return (self.options, self.choices, self.fields) == (other.options, other.choices, other.fields)


def create_request(
    services: Services,
    contact_type: ContactType,
    what: Literal["trial", "import"],
    options: Options,
    choices: tuple[str, ...],
) -> UploadRequest:
    """Create a request for an upload over the current fields of its type."""
    db = services.records.reader()
    return UploadRequest(what, options, choices, types.fields_of_type(db, contact_type.id), change_log.last_change(db))


def is_outdated(services: Services, contact_type: ContactType, trial: UploadRequest) -> bool:
    """Return whether contacts or fields of the type have changed since a dry run, so that its counts may be wrong."""
    db = services.records.reader()
    return trial.fields != types.fields_of_type(db, contact_type.id) or change_log.has_type_changed(
        db, contact_type.id, trial.change
    )


def start_upload(
    services: Services,
    account: Account,
    contact_type: ContactType,
    upload: Upload,
    request: UploadRequest,
    *,
    at_end: Callable[[], None] | None = None,
    created: ImportCreated | None = None,
) -> BackgroundJob:
    """Start a dry run or an import of an upload; return the running job instead if there is one. An import that
    succeeds discards the upload. `created` is called in the transaction that creates the import, and `at_end` when the
    job has ended in any way."""

    before = services.jobs.find(account.id, upload.id)

    def run_trial(background_job: BackgroundJob) -> Report:
        _drop_rejects(before)
        return _import_upload(services, account, contact_type, upload, _as_dry_run(request.options), background_job)

    def run_import(background_job: BackgroundJob) -> Report:
        since = to_micros(services.clock())
        report = _import_upload(services, account, contact_type, upload, request.options, background_job, created)
        _drop_rejects(before)
        discard_upload(services, upload)
        background_job.progress("Updating segments", 0, 0)
        if report.import_id is not None and report.changed:
            cause = Cause.EVENT if isinstance(report, EventImportReport) else Cause.IMPORT
            effects = import_effects(services, account.id, contact_type.id, cause, since)
            record_effects(services, account, report.import_id, effects)
        return report

    run = run_trial if request.what == "trial" else run_import

    def run_to_end(background_job: BackgroundJob) -> Report:
        try:
            return run(background_job)
        finally:
            if at_end:
                at_end()

    return services.jobs.start(upload.id, account.id, request, run_to_end)


def _as_dry_run(options: Options) -> Options:
    """Return the options of a dry run."""
    return replace(options, dry_run=True)


def _import_upload(
    services: Services,
    account: Account,
    contact_type: ContactType,
    upload: Upload,
    options: Options,
    background_job: BackgroundJob,
    created: ImportCreated | None = None,
) -> Report:
    """Import an upload, or try to; the job is that of an import once there is one in the records."""
    path, progress = upload_path(services, upload.id), background_job.progress
    begun = ignore_import_id if options.dry_run else background_job.attach_import
    if isinstance(options, EventImportOptions):
        file = ContactFile(path, upload.name)
        return import_events(
            services, account, contact_type, file, options, progress, upload=upload, begun=begun, created=created
        )
    return import_file(
        services, account, contact_type, path, options, progress, upload=upload, begun=begun, created=created
    )


def discard_waiting_upload(services: Services, account: Account, upload: Upload) -> None:
    """Delete an upload and the result of its dry run; raises Refused while a job works on it."""
    background_job = job_of_upload(services, account, upload.id)
    if background_job and not background_job.is_done:
        raise Refused("file_being_worked_on")
    _drop_rejects(background_job)
    discard_upload(services, upload)
    services.jobs.forget(upload.id)


def job_of_upload(services: Services, account: Account, upload_id: str) -> BackgroundJob | None:
    """Return the last job on an upload since the server started, or None."""
    return services.jobs.find(account.id, upload_id)


def start_undo(services: Services, account: Account, import_id: int) -> BackgroundJob:
    """Start to undo an import; raises NotFound and Refused."""
    job, state = find_import(services, account, import_id)
    if state == ImportState.RUNNING:
        raise Refused("import_still_runs")
    if job.subject is ImportSubject.EVENTS:
        raise Refused("events_of_import_stay", number=import_id)
    if not can_undo(job):
        raise Refused("import_not_undoable")

    def undo(background_job: BackgroundJob) -> UndoReport:
        return undo_import(
            services, account, import_id, background_job.progress, lambda: background_job.attach_import(import_id)
        )

    return services.jobs.start(_undo_key(import_id), account.id, None, undo)


def job_of_undo(services: Services, account: Account, import_id: int) -> BackgroundJob | None:
    """Return the job that undoes an import, or None."""
    return services.jobs.find(account.id, _undo_key(import_id))


def job_of_import(services: Services, account: Account, job: ImportJob) -> BackgroundJob | None:
    """Return the job of this server that runs an import, also while it finishes up, or None."""
    background_job = services.jobs.find(account.id, job.options.upload or "")
    return background_job if background_job and background_job.import_id == job.id else None


def can_undo(job: ImportJob) -> bool:
    """Return whether an import that is not running can be undone: it changed something, and its undo data is kept."""
    return job.state is not ImportState.UNDONE and job.created + job.updated > 0 and not job.report.journal_dropped


def _drop_rejects(trial: BackgroundJob | None) -> None:
    """Delete the rejected rows of a dry run, which the next dry run or import makes obsolete."""
    if (
        trial
        and isinstance(trial.payload, UploadRequest)
        and trial.payload.what == "trial"
        and trial.status is JobStatus.DONE
    ):
        for path in trial.result.kept_files:
            Path(path).unlink(missing_ok=True)


def _undo_key(import_id: int) -> str:
    return f"undo {import_id}"
