"""Pages of imports: the list, and each with its progress, report, rejected rows and undo."""

from dataclasses import dataclass, replace

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import File, Response

from tamis.actions.importing.jobs.background import (
    can_undo,
    job_of_import,
    job_of_undo,
    job_of_upload,
    start_undo,
)
from tamis.actions.importing.jobs.jobs import (
    INTERRUPTED,
    ImportStatus,
    find_import,
    list_imports,
    omissions_file,
    rejects_file,
)
from tamis.actions.importing.jobs.undo import undo_report
from tamis.actions.importing.jobs.uploads import find_upload, format_size, list_uploads
from tamis.actions.importing.reports.failures import failure_reasons
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.actions.lookups import fields_of_type, type_by_id, types_of_account
from tamis.actions.services import Services
from tamis.domain.errors import NotFound
from tamis.domain.files.imports import HIGHEST_ID, ImportJob, ImportState, ImportSubject
from tamis.domain.values.text import pluralize
from tamis.web.console.display.messages import message_text
from tamis.web.console.imports.importing import (
    EVENT_STEPS,
    STEPS,
    Progress,
    problem_sentence,
    progress_of,
    rejects_answer,
    report_of_job,
)
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment, page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest
from tamis.web.console.roles import EDITOR

PAGE = 50
WAITING, WORKING = "waiting", "previewing"
STATES = {
    ImportState.RUNNING: ("running", "accent"),
    ImportState.FINISHED: ("finished", "good"),
    ImportState.FAILED: ("failed", "bad"),
    INTERRUPTED: ("interrupted", "bad"),
    ImportState.UNDOING: ("undoing", "warn"),
    ImportState.UNDONE: ("undone", ""),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An import as a row of the list."""

    job: ImportJob
    state: str
    style: str
    type_name: str

    @property
    def is_of_events(self) -> bool:
        """Whether the rows of the file are events."""
        return self.job.subject is ImportSubject.EVENTS


@get("/imports", sync_to_thread=True)
def history(services: ServicesDep, visitor: VisitorDep, before: FromQuery[int] = HIGHEST_ID) -> Response[str]:
    """List the imports, newest first, and the waiting uploads."""
    account = visitor.account
    names = {known.id: known.name for known in types_of_account(services.records.reader(), account.id)}
    found = list_imports(services, account, PAGE + 1, max(min(before, HIGHEST_ID), 0))
    rows = [Listed(job, *STATES[state], names.get(job.contact_type_id, "")) for job, state in found[:PAGE]]
    waiting = [
        (each, format_size(each.size), names[each.contact_type_id], _state_of_upload(services, visitor, each.id))
        for each in list_uploads(services, account)
        if each.contact_type_id in names
    ]
    return page(
        visitor,
        "imports/list.html",
        title="Imports",
        nav="imports",
        imports=rows,
        waiting=[each for each in waiting if each[3] is not None],
        older=rows[-1].job.id if len(found) > PAGE else None,
        is_first=before == HIGHEST_ID,
    )


@get("/imports/{import_id:int}", sync_to_thread=True)
def show_import(services: ServicesDep, visitor: VisitorDep, import_id: FromPath[int]) -> Response[str]:
    """Show the progress or the result of an import."""
    status = find_import(services, visitor.account, import_id)
    job, state = status
    db = services.records.reader()
    of = type_by_id(db, visitor.account.id, job.contact_type_id)
    background_job = job_of_import(services, visitor.account, job)
    return page(
        visitor,
        "imports/show.html",
        title=job.source,
        nav="imports",
        job=job,
        state=STATES[state][0],
        style=STATES[state][1],
        error="; ".join(problem_sentence(problem) for problem in failure_reasons(job)),
        of=of,
        names=fields_of_type(db, of.id).names if of else {},
        progress=_progress(services, visitor, status),
        is_of_events=job.subject is ImportSubject.EVENTS,
        report=report_of_job(job),
        segments=None if background_job and not background_job.is_done else job.report.segments,
        has_omissions=omissions_file(services, job) is not None,
        has_rejects=rejects_file(services, job) is not None,
        can_undo=state != ImportState.RUNNING and can_undo(job),
        undo_failed=_failure(job_of_undo(services, visitor.account, import_id)),
        would_undo=_would_undo(job),
        undo=undo_report(services, job),
        again=_file_of(services, visitor, job) if state in (ImportState.FAILED, INTERRUPTED) else None,
    )


@get("/imports/{import_id:int}/progress", sync_to_thread=True)
def import_progress(
    services: ServicesDep, visitor: VisitorDep, request: WebRequest, import_id: FromPath[int]
) -> Response[str]:
    """Show the progress of an import or its undo; once it has ended, reload the whole page."""
    progress = _progress(services, visitor, find_import(services, visitor.account, import_id))
    if progress is None:
        return redirect(visitor, f"/imports/{import_id}", request=request)
    return fragment(visitor, "imports/_progress.html", path=f"/imports/{import_id}/progress", progress=progress)


@get("/imports/{import_id:int}/rejects", sync_to_thread=True)
def rejects(services: ServicesDep, visitor: VisitorDep, import_id: FromPath[int]) -> File:
    """Return the rejected rows of an import."""
    path = rejects_file(services, find_import(services, visitor.account, import_id).job)
    if path is None:
        raise NotFound("rejects_unknown")
    return rejects_answer(path)


@get("/imports/{import_id:int}/blanked", sync_to_thread=True)
def omissions(services: ServicesDep, visitor: VisitorDep, import_id: FromPath[int]) -> File:
    """Return the rows with cells left blank by an import, unchanged."""
    path = omissions_file(services, find_import(services, visitor.account, import_id).job)
    if path is None:
        raise NotFound("blanked_rows_unknown")
    return rejects_answer(path)


@post("/imports/{import_id:int}/undo", opt=EDITOR, sync_to_thread=True)
def undo(services: ServicesDep, visitor: VisitorDep, import_id: FromPath[int]) -> Response[str]:
    """Undo an import."""
    start_undo(services, visitor.account, import_id)
    return redirect(visitor, f"/imports/{import_id}")


def _state_of_upload(services: Services, visitor: Visitor, upload_id: str) -> str | None:
    """Return the state of an upload; None if its import runs, which is in the list of imports."""
    background_job = job_of_upload(services, visitor.account, upload_id)
    if background_job is None or background_job.is_done:
        return ""
    if background_job.import_id:
        return None
    return WAITING if background_job.status is JobStatus.WAITING else WORKING


def _progress(services: Services, visitor: Visitor, status: ImportStatus) -> Progress | None:
    """Return the progress of an import or its undo, None while neither runs."""
    job, state = status
    undoing = job_of_undo(services, visitor.account, job.id)
    if undoing and not undoing.is_done:
        return progress_of(undoing)
    background_job = job_of_import(services, visitor.account, job)
    if background_job and not background_job.is_done:
        return _with_rate(services, job, progress_of(background_job))
    if state != ImportState.RUNNING:
        return None
    detail = f"{job.rows_done:,} of {pluralize(job.rows_total, 'row')}" if job.rows_total and job.rows_done else ""
    doing = job.phase.capitalize() or "Starting"
    steps = _steps(job)
    progress = Progress(steps.get(doing, doing), job.rows_done, job.rows_total or 0, detail, tuple(steps.values()))
    return _with_rate(services, job, progress)


def _steps(job: ImportJob) -> dict[str, str]:
    return EVENT_STEPS if job.subject is ImportSubject.EVENTS else STEPS


def _with_rate(services: Services, job: ImportJob, progress: Progress) -> Progress:
    seconds = (services.clock() - job.started_at).total_seconds()
    if progress.doing != _steps(job)["Storing"] or not job.rows_done or seconds <= 0:
        return progress
    return replace(progress, detail=f"{progress.detail} · {job.rows_done / seconds:,.0f} rows per second")


def _failure(background_job: BackgroundJob | None) -> str:
    return (
        message_text(background_job.problems[0]) if background_job and background_job.status is JobStatus.FAILED else ""
    )


def _would_undo(job: ImportJob) -> str:
    """Say exactly what an undo does."""
    made = f"deletes {pluralize(job.created, 'contact')} that the import created"
    changed = f"restores the old values of {pluralize(job.updated, 'contact')}"
    return f"This {' and '.join(text for text, count in ((made, job.created), (changed, job.updated)) if count)}."


def _file_of(services: Services, visitor: Visitor, job: ImportJob) -> str | None:
    """Return the page of the upload that an unfinished import can be run from again, None if it is gone."""
    try:
        return f"/imports/uploads/{find_upload(services, visitor.account, job.options.upload or '').id}"
    except NotFound:
        return None


handlers = [history, show_import, import_progress, rejects, omissions, undo]
