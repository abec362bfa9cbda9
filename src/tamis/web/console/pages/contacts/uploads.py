"""Pages of uploads: receiving a file, previewing it, mapping its columns, dry runs and the import."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal
from urllib.parse import unquote

from litestar import get, post, put
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery
from litestar.response import File, Response

from tamis.actions.events.importing.choices import build_event_options
from tamis.actions.fields.types import create_type, find_type
from tamis.actions.importing.jobs.background import (
    Options,
    UploadRequest,
    create_request,
    discard_waiting_upload,
    job_of_upload,
    start_upload,
)
from tamis.actions.importing.jobs.uploads import IncomingUpload, discard_upload, find_upload, format_size
from tamis.actions.importing.mapping.mapping_choices import build_options
from tamis.actions.importing.reports.preview import FilePreview, preview_upload
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.actions.lookups import fields_of_type, types_of_account
from tamis.actions.services import Services
from tamis.domain.errors import AmbiguousEncoding, Invalid, NotFound
from tamis.domain.files.imports import ImportSubject, Upload
from tamis.web.console.display.messages import WORDS
from tamis.web.console.imports.event_import_form import ChosenForEvents, event_choices_before, event_choices_in
from tamis.web.console.imports.event_import_page import event_upload_page
from tamis.web.console.imports.import_form import Chosen, chosen_before, chosen_in
from tamis.web.console.imports.import_page import unreadable_page, upload_page
from tamis.web.console.imports.importing import progress_of, rejects_answer
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import fragment, page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest
from tamis.web.console.roles import EDITOR
from tamis.web.request_tasks import run_in_lane

CHUNK_BYTES = 1 << 20
START_TIMEOUT_SECONDS = 2


@get("/imports/new", opt=EDITOR, sync_to_thread=True)
def new_import(
    services: ServicesDep, visitor: VisitorDep, type: FromQuery[str] = "", of: FromQuery[str] = ""
) -> Response[str]:
    """Ask for a file of contacts or events, and its contact type."""
    known = types_of_account(services.records.reader(), visitor.account.id)
    most = services.settings.max_upload
    return page(
        visitor,
        "imports/new.html",
        title="Import events" if _subject(of) is ImportSubject.EVENTS else "Import contacts",
        nav="imports",
        types=known,
        chosen=type,
        of=_subject(of),
        most=most,
        most_in_words=format_size(most),
    )


@post("/imports/types", opt=EDITOR, sync_to_thread=True)
def make_type(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[dict[str, object]]:
    """Create the contact type for the next upload."""
    made = services.write(create_type, visitor.account, form.text("name"))
    return Response({"id": made.id, "name": made.name}, status_code=201)


@put("/imports/uploads", opt=EDITOR, request_max_body_size=None)
async def receive(
    services: ServicesDep,
    visitor: VisitorDep,
    request: WebRequest,
    type: FromQuery[str] = "",
    of: FromQuery[str] = "",
) -> Response[dict[str, object]]:
    """Receive a file in chunks, and check that it can be imported."""
    contact_type = find_type(services.records.reader(), visitor.account, type)
    name = unquote(request.headers.get("x-file-name", ""), errors="replace")
    incoming = await asyncio.to_thread(IncomingUpload, services, visitor.account, request.content_length or 0)
    with incoming:
        try:
            await _write_all(request, incoming)
        except InternalServerException:  # the client has disconnected
            return Response({"message": "The upload did not finish."}, status_code=400)
        upload = await asyncio.to_thread(incoming.keep, contact_type, name, _subject(of))
    try:
        await run_in_lane(services.lanes.files, visitor.account.id, lambda: preview_upload(services, upload))
    except AmbiguousEncoding:
        pass  # the page of the upload asks for it
    except Invalid:
        await asyncio.to_thread(discard_upload, services, upload)
        raise
    return Response({"location": f"/imports/uploads/{upload.id}"}, status_code=201)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that is to be shown, the job on it, and how it is to be read."""

    upload: Upload
    job: BackgroundJob | None
    encoding: str
    sheet: str


@get("/imports/uploads/{upload_id:str}", opt=EDITOR)
async def show_upload(
    services: ServicesDep,
    visitor: VisitorDep,
    upload_id: FromPath[str],
    encoding: FromQuery[str | None] = None,
    sheet: FromQuery[str | None] = None,
) -> Response[str]:
    """Show the page of an upload, read as chosen here or before, or redirect to its import."""
    pages, account_id = services.lanes.pages, visitor.account.id
    found = await run_in_lane(pages, account_id, lambda: _wanted(services, visitor, upload_id, encoding, sheet))
    if isinstance(found, Response):
        return found
    upload, settings = found.upload, (found.encoding, found.sheet)
    try:
        preview = await _preview(services, visitor, upload, *settings)
    except Invalid as error:
        message = error
        return await run_in_lane(
            pages, account_id, lambda: unreadable_page(services, visitor, upload, message, *settings)
        )
    return await run_in_lane(pages, account_id, lambda: _show_preview(services, visitor, found, preview))


def _wanted(
    services: Services, visitor: Visitor, upload_id: str, encoding: str | None, sheet: str | None
) -> _Wanted | Response[str]:
    job = job_of_upload(services, visitor.account, upload_id)
    if job and job.import_id and job.status is not JobStatus.FAILED:
        return redirect(visitor, f"/imports/{job.import_id}")
    upload = find_upload(services, visitor.account, upload_id)
    before = job.payload.options if job and isinstance(job.payload, UploadRequest) else ImportOptions()
    encoding = before.encoding if encoding is None else encoding
    sheet = before.sheet if sheet is None else sheet
    return _Wanted(upload, job, encoding or "", sheet or "")


def _show_preview(services: Services, visitor: Visitor, wanted: _Wanted, preview: FilePreview) -> Response[str]:
    upload = wanted.upload
    if upload.subject is ImportSubject.EVENTS:
        found = event_choices_before(preview, wanted.job)
        read_as = replace(found.choices, encoding=wanted.encoding or None, sheet=wanted.sheet or None)
        return event_upload_page(services, visitor, upload, preview, replace(found, choices=read_as), wanted.job)
    fields = fields_of_type(services.records.reader(), upload.contact_type_id)
    chosen = chosen_before(preview, fields, wanted.job)
    settings = replace(chosen.settings, encoding=wanted.encoding or None, sheet=wanted.sheet or None)
    return upload_page(services, visitor, upload, preview, replace(chosen, settings=settings), wanted.job)


async def _preview(services: Services, visitor: Visitor, upload: Upload, encoding: str, sheet: str) -> FilePreview:
    """Preview a file in the account's turn; it is interrupted when the client disconnects."""
    preview = partial(preview_upload, services, upload, encoding or None, sheet or None)
    return await run_in_lane(services.lanes.files, visitor.account.id, preview)


@get("/imports/uploads/{upload_id:str}/progress", opt=EDITOR, sync_to_thread=True)
def upload_progress(
    services: ServicesDep, visitor: VisitorDep, request: WebRequest, upload_id: FromPath[str]
) -> Response[str]:
    """Show the progress of a dry run or a waiting import; once it has ended, reload the whole page."""
    job = job_of_upload(services, visitor.account, upload_id)
    if job is None:
        find_upload(services, visitor.account, upload_id)
    if job is None or job.is_done or job.import_id:
        return redirect(visitor, f"/imports/uploads/{upload_id}", request=request)
    return fragment(
        visitor, "imports/_progress.html", path=f"/imports/uploads/{upload_id}/progress", progress=progress_of(job)
    )


@post("/imports/uploads/{upload_id:str}", opt=EDITOR)
async def begin(services: ServicesDep, visitor: VisitorDep, form: FormDep, upload_id: FromPath[str]) -> Response[str]:
    """Start a dry run or an import with the choices of the form."""
    pages, account_id = services.lanes.pages, visitor.account.id
    found = await run_in_lane(pages, account_id, lambda: _find_startable(services, visitor, upload_id))
    if isinstance(found, Response):
        return found
    preview = await _preview(services, visitor, found, form.text("encoding"), form.text("sheet"))
    return await run_in_lane(pages, account_id, lambda: _start(services, visitor, form, found, preview))


def _find_startable(services: Services, visitor: Visitor, upload_id: str) -> Upload | Response[str]:
    job = job_of_upload(services, visitor.account, upload_id)
    if job and (not job.is_done or (job.status is JobStatus.DONE and job.import_id)):
        return redirect(visitor, _page_of(job))  # a second click, or a click on an outdated page
    return find_upload(services, visitor.account, upload_id)


def _start(services: Services, visitor: Visitor, form: Form, upload: Upload, preview: FilePreview) -> Response[str]:
    if upload.subject is ImportSubject.EVENTS:
        return _start_events(services, visitor, form, upload, preview)
    fields = fields_of_type(services.records.reader(), upload.contact_type_id)
    chosen = chosen_in(form, preview, fields)
    try:
        options = replace(build_options(preview, fields, chosen.choices, chosen.settings), words=WORDS)
    except Invalid as error:
        wrong = Chosen(chosen.choices, chosen.settings, error.problems)
        return upload_page(services, visitor, upload, preview, wrong, None, status=422)
    return _start_job(services, visitor, form, upload, options, chosen.choices)


def _start_events(
    services: Services, visitor: Visitor, form: Form, upload: Upload, preview: FilePreview
) -> Response[str]:
    choices = event_choices_in(form, preview)
    try:
        options = replace(build_event_options(preview, choices), words=WORDS)
    except Invalid as error:
        wrong = ChosenForEvents(choices, error.problems)
        return event_upload_page(services, visitor, upload, preview, wrong, None, status=422)
    return _start_job(services, visitor, form, upload, options, choices.columns)


def _start_job(
    services: Services, visitor: Visitor, form: Form, upload: Upload, options: Options, choices: tuple[str, ...]
) -> Response[str]:
    """Start what the form asks for; an import that differs from the dry run before it is tried first."""
    job = job_of_upload(services, visitor.account, upload.id)
    contact_type = resolve_type(services, visitor, upload.contact_type_id)
    what: Literal["trial", "import"] = "import" if form.text("do") == "import" else "trial"
    wanted = create_request(services, contact_type, what, options, choices)
    if (
        wanted.what == "import"
        and job
        and isinstance(job.payload, UploadRequest)
        and not job.payload.has_same_outcome_as(wanted)
    ):
        wanted = replace(wanted, what="trial", in_place_of_import=True)
    return redirect(visitor, _page_of(start_upload(services, visitor.account, contact_type, upload, wanted)))


@post("/imports/uploads/{upload_id:str}/discard", opt=EDITOR, sync_to_thread=True)
def discard(services: ServicesDep, visitor: VisitorDep, upload_id: FromPath[str]) -> Response[str]:
    """Delete an upload."""
    upload = find_upload(services, visitor.account, upload_id)
    discard_waiting_upload(services, visitor.account, upload)
    return redirect(visitor, "/imports", notice=f"{upload.name} was discarded.")


@get("/imports/uploads/{upload_id:str}/rejects", opt=EDITOR, sync_to_thread=True)
def rejects_of_trial(services: ServicesDep, visitor: VisitorDep, upload_id: FromPath[str]) -> File:
    """Return the rows that an import would reject."""
    job = job_of_upload(services, visitor.account, upload_id)
    if job is None or job.status is not JobStatus.DONE or not job.result.rejects_file:
        raise NotFound("rejects_of_upload_unknown")
    return rejects_answer(job.result.rejects_file)


def _subject(of: str) -> ImportSubject:
    return ImportSubject.EVENTS if of == ImportSubject.EVENTS else ImportSubject.CONTACTS


async def _write_all(request: WebRequest, incoming: IncomingUpload) -> None:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) >= CHUNK_BYTES:
            await asyncio.to_thread(incoming.write, bytes(gathered))
            gathered.clear()
    if gathered:
        await asyncio.to_thread(incoming.write, bytes(gathered))


def _page_of(job: BackgroundJob) -> str:
    """Return the page that shows a job: that of the import once it has started, which takes a moment as a rule."""
    if isinstance(job.payload, UploadRequest) and job.payload.what == "import":
        job.started.wait(START_TIMEOUT_SECONDS)
    failed = job.status is JobStatus.FAILED
    return f"/imports/{job.import_id}" if job.import_id and not failed else f"/imports/uploads/{job.key}"


handlers = [
    new_import,
    make_type,
    receive,
    show_upload,
    upload_progress,
    begin,
    discard,
    rejects_of_trial,
]
