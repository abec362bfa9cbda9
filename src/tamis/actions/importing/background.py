"""Imports, trials and undoing beside the requests of a server: what is under way is found by its upload or import."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tamis.actions.importing.effects import import_effects
from tamis.actions.importing.jobs import find_import, record_effects
from tamis.actions.importing.report import ImportOptions, ImportReport
from tamis.actions.importing.run import import_file
from tamis.actions.importing.undo import UndoReport, undo_import
from tamis.actions.importing.uploads import discard_upload, upload_path
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Refused
from tamis.domain.fields import FieldSet
from tamis.domain.imports import ImportJob, ImportState, Upload
from tamis.domain.instants import to_micros
from tamis.records import change_log, types

NO_FIELDS = FieldSet(())


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What a job on an upload is: a trial or an import, with which choices, over which fields of its type; `change` is
    the last change of the records before it. A trial that is `in_place_of_import` was to be an import, but differs from
    the trial before it."""

    what: Literal["trial", "import"]
    options: ImportOptions
    choices: tuple[str, ...]
    fields: FieldSet = NO_FIELDS
    change: int = 0
    in_place_of_import: bool = False

    def has_same_outcome_as(self, other: "UploadRequest") -> bool:
        """Return whether what came out of this is what the other would do, as far as the choices and fields tell."""
        return (self.options, self.choices, self.fields) == (other.options, other.choices, other.fields)


def create_request(
    services: Services,
    contact_type: ContactType,
    what: Literal["trial", "import"],
    options: ImportOptions,
    choices: tuple[str, ...],
) -> UploadRequest:
    """Return what is asked of an upload now, with the fields of its type as they are."""
    db = services.records.reader()
    return UploadRequest(what, options, choices, types.fields_of_type(db, contact_type.id), change_log.last_change(db))


def is_outdated(services: Services, contact_type: ContactType, trial: UploadRequest) -> bool:
    """Return whether contacts or fields of the type have changed since a trial, so that its counts may be wrong."""
    db = services.records.reader()
    return trial.fields != types.fields_of_type(db, contact_type.id) or change_log.has_type_changed(
        db, contact_type.id, trial.change
    )


def start_upload(
    services: Services, account: Account, contact_type: ContactType, upload: Upload, request: UploadRequest
) -> BackgroundJob:
    """Try or import a file that was handed in. While one of both is under way, that one is given instead."""

    before = services.jobs.find(account.id, upload.id)

    def run_trial(background_job: BackgroundJob) -> ImportReport:
        _drop_rejects(before)
        options = replace(request.options, dry_run=True)
        path = upload_path(services, upload.id)
        return import_file(services, account, contact_type, path, options, background_job.progress, upload=upload)

    def run_import(background_job: BackgroundJob) -> ImportReport:
        since, path = to_micros(services.clock()), upload_path(services, upload.id)
        report = import_file(
            services,
            account,
            contact_type,
            path,
            request.options,
            background_job.progress,
            upload=upload,
            begun=background_job.attach_import,
        )
        _drop_rejects(before)
        discard_upload(services, upload)
        background_job.progress("Segments follow", 0, 0)
        if report.import_id is not None and report.created + report.updated:
            effects = import_effects(services, account.id, contact_type.id, since)
            record_effects(services, account, report.import_id, effects)
        return report

    return services.jobs.start(upload.id, account.id, request, run_trial if request.what == "trial" else run_import)


def discard_waiting_upload(services: Services, account: Account, upload: Upload) -> None:
    """Throw a file away, and what a trial of it has left; raises Refused while it is worked on."""
    background_job = job_of_upload(services, account, upload.id)
    if background_job and not background_job.is_done:
        raise Refused("file_being_worked_on")
    _drop_rejects(background_job)
    discard_upload(services, upload)
    services.jobs.forget(upload.id)


def job_of_upload(services: Services, account: Account, upload_id: str) -> BackgroundJob | None:
    """Find what is or was done with an upload since the server has started."""
    return services.jobs.find(account.id, upload_id)


def start_undo(services: Services, account: Account, import_id: int) -> BackgroundJob:
    """Undo an import; raises NotFound and Refused."""
    job, state = find_import(services, account, import_id)
    if state == ImportState.RUNNING:
        raise Refused("import_still_runs")
    if not can_undo(job):
        raise Refused("import_not_undoable")

    def undo(background_job: BackgroundJob) -> UndoReport:
        background_job.attach_import(import_id)
        return undo_import(services, account, import_id, background_job.progress)

    return services.jobs.start(_undo_key(import_id), account.id, None, undo)


def job_of_undo(services: Services, account: Account, import_id: int) -> BackgroundJob | None:
    """Find the job that undoes an import."""
    return services.jobs.find(account.id, _undo_key(import_id))


def job_of_import(services: Services, account: Account, job: ImportJob) -> BackgroundJob | None:
    """Find the job of this server that runs an import, including what it does after the import itself."""
    background_job = services.jobs.find(account.id, job.options.upload or "")
    return background_job if background_job and background_job.import_id == job.id else None


def can_undo(job: ImportJob) -> bool:
    """Return whether an import that does not run can be undone: it has changed something, and that is still known."""
    return job.state is not ImportState.UNDONE and job.created + job.updated > 0 and not job.report.journal_dropped


def _drop_rejects(trial: BackgroundJob | None) -> None:
    """Remove the rows that a trial would have rejected: they are of no use after the next trial, or the import."""
    if (
        trial
        and isinstance(trial.payload, UploadRequest)
        and trial.payload.what == "trial"
        and trial.status is JobStatus.DONE
    ):
        for path in (trial.result.rejects_file, trial.result.blanked_file):
            if path:
                Path(path).unlink(missing_ok=True)


def _undo_key(import_id: int) -> str:
    return f"undo {import_id}"
