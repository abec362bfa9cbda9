"""Imports of files: `/v1/imports`."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.params import Parameter, QueryParameter
from litestar.response import File

from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.fields.types import type_by_id
from tamis.actions.idempotency import IdempotentRequest
from tamis.actions.importing.jobs import jobs
from tamis.actions.importing.jobs.background import Options, create_request, start_undo, start_upload
from tamis.actions.importing.jobs.import_once import digest_of_file, find_started_import, store_started_import
from tamis.actions.importing.jobs.jobs import INTERRUPTED, ImportStatus, find_import, rejects_file
from tamis.actions.importing.jobs.uploads import upload_path
from tamis.actions.importing.mapping.consent_column import separate_consent
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.domain.accounts.accounts import Scope
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.files.imports import ImportState, ImportSubject
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.web.api.calls import ApiRequest, Call, CallDep
from tamis.web.api.idempotency import KEEPS_PROGRESS, REPLAYED
from tamis.web.api.import_parameters import parse_kind, parse_pairs
from tamis.web.api.operations import needs, streams
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.problems import WORDS
from tamis.web.api.requests import ANY_MEDIA_TYPE
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.imports import ImportOut, dry_run_out, import_out
from tamis.web.api.uploads import ReceivedFile, receive_file

TAGS = ["Imports"]
POLL_SECONDS = 0.02
UNDOING = (ImportState.UNDOING, ImportState.UNDONE)
TAKES_A_FILE = {
    **needs(Scope.WRITE),
    **streams("text/csv", "multipart/form-data", ANY_MEDIA_TYPE),
    KEEPS_PROGRESS: True,
}

FileName = Annotated[str, Parameter(description="The name of the file; its ending helps to find the format.")]
AmbiguousDates = Annotated[DateOrder | None, Parameter(description="The order of ambiguous dates.")]
Encoding = Annotated[str | None, Parameter(description="The encoding, if it is not recognized.")]
Sheet = Annotated[str | None, Parameter(description="The sheet of a workbook, by name or number.")]
DryRun = Annotated[bool, Parameter(description="Change nothing, and return what would happen.")]
FileFormat = Annotated[
    Literal["csv", "xlsx", "ndjson", "parquet"] | None,
    QueryParameter(name="format", description="The format, if it is not recognized."),
]


@get("/imports", summary="List imports", tags=TAGS, opt=needs(Scope.READ))
async def list_imports(call: CallDep, page: PageDep) -> Page[ImportOut]:
    """Lists the imports of the account, newest first."""
    before = page.position(int)
    found = await call.read(lambda: jobs.list_imports(call.services, call.account, page.limit + 1, before))
    return cut_page([import_out(status) for status in found], page, lambda shown: shown.id)


@post(
    "/imports",
    summary="Import a file",
    tags=TAGS,
    status_code=202,
    request_max_body_size=None,
    opt=TAKES_A_FILE,
)
async def start_import(
    call: CallDep,
    request: ApiRequest,
    contact_type_id: Annotated[int, Parameter(description="The contact type of the contacts in the file.")],
    file_name: FileName = "",
    create_fields: Annotated[bool, Parameter(description="Create a field for each unknown column.")] = False,
    map_: Annotated[
        list[str] | None,
        QueryParameter(
            name="map",
            description="`COLUMN=FIELD`: import a column into another field. `COLUMN=consent` suppresses those whom "
            "the column calls unsubscribed, bounced or complained. `COLUMN=topic:NAME` sets who is subscribed to a "
            "topic.",
        ),
    ] = None,
    kind: Annotated[
        list[str] | None, Parameter(description="`COLUMN=KIND`: the kind of the field that is created for a column.")
    ] = None,
    blank: Annotated[
        Literal["keep", "erase"], Parameter(description="Whether blank cells keep or erase values.")
    ] = "keep",
    date_order: AmbiguousDates = None,
    decimal: Annotated[DecimalMark | None, Parameter(description="The decimal mark of ambiguous numbers.")] = None,
    on_bad_value: Annotated[
        Literal["reject", "blank"],
        Parameter(description="Reject rows with values that do not fit, or leave the cells blank."),
    ] = "reject",
    add_options: Annotated[bool, Parameter(description="Add unknown values to the options of fields.")] = False,
    resubscribe: Annotated[
        str,
        Parameter(description="Why people who have unsubscribed from a topic are subscribed again by its column."),
    ] = "",
    format_: FileFormat = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    dry_run: DryRun = False,
) -> Response[ImportOut]:
    """Imports contacts from a CSV, Excel, NDJSON or Parquet file, possibly compressed with gzip. Send it as the body,
    or as the file of a `multipart/form-data` form. Contacts are found by their email, and created or updated.

    The response comes when the file has arrived and its import has begun; follow it at its address. With `dry_run`, the
    answer comes at the end.

    A request that is repeated with its `Idempotency-Key` and the same file is answered with the import that it has
    started, as it is now; only one that was interrupted starts again."""
    contact_type = type_by_id(call.records, call.account, contact_type_id)
    chosen, consent = separate_consent(parse_pairs("map", map_))
    options = ImportOptions(
        create_fields=create_fields,
        chosen=chosen,
        consent=consent,
        kinds={column: parse_kind(name) for column, name in parse_pairs("kind", kind).items()},
        erase=blank == "erase",
        order=date_order,
        decimal=decimal,
        on_bad_value=BadValue(on_bad_value),
        add_options=add_options,
        resubscribe=resubscribe,
        format=format_,
        encoding=encoding,
        sheet=sheet,
        words=WORDS,
    )
    file = await receive_file(call, request, contact_type, file_name)
    return await _start(call, contact_type, file, options, dry_run=dry_run)


@post(
    "/imports/events",
    summary="Import a file of events",
    tags=TAGS,
    status_code=202,
    request_max_body_size=None,
    opt=TAKES_A_FILE,
)
async def start_event_import(
    call: CallDep,
    request: ApiRequest,
    contact_type_id: Annotated[int, Parameter(description="The contact type of the contacts of the events.")],
    file_name: FileName = "",
    event: Annotated[
        str | None, Parameter(description="The name of all events, if the file has no column of names.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        QueryParameter(
            name="map",
            description="`COLUMN=NAME`: a column is the `email`, `event`, `at` or `id`, or a property with another "
            "name. `COLUMN=` leaves it out.",
        ),
    ] = None,
    create_contacts: Annotated[bool, Parameter(description="Create contacts for emails that are none yet.")] = False,
    date_order: AmbiguousDates = None,
    format_: FileFormat = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    dry_run: DryRun = False,
) -> Response[ImportOut]:
    """Imports events from a file with the columns `email`, `event`, `at` and `id`; all others become properties.
    Formats, the response and `dry_run` are those of an import of contacts.

    Each row is accepted, repeated (stored already) or rejected, so the same file may be sent again. An import of events
    cannot be undone."""
    contact_type = type_by_id(call.records, call.account, contact_type_id)
    options = EventImportOptions(
        chosen=parse_pairs("map", map_),
        event=event,
        create_contacts=create_contacts,
        order=date_order,
        format=format_,
        encoding=encoding,
        sheet=sheet,
        words=WORDS,
    )
    file = await receive_file(call, request, contact_type, file_name, ImportSubject.EVENTS)
    return await _start(call, contact_type, file, options, dry_run=dry_run)


@get("/imports/{import_id:int}", summary="Get an import", tags=TAGS, opt=needs(Scope.READ))
async def get_import(call: CallDep, import_id: Id) -> ImportOut:
    """Returns the progress of an import, or its result."""
    return import_out(await call.read(lambda: find_import(call.services, call.account, import_id)))


@get(
    "/imports/{import_id:int}/rejects",
    summary="Get the rejected rows of an import",
    tags=TAGS,
    media_type="text/csv",
    opt=needs(Scope.READ),
)
async def get_rejects(call: CallDep, import_id: Id) -> File:
    """Returns the rejected rows as a CSV file, as they were in the file, each with the reasons: correct them, and
    import that file."""
    path = await call.read(lambda: rejects_file(call.services, find_import(call.services, call.account, import_id).job))
    if path is None:
        raise NotFound("rejects_unknown")
    return File(path, filename=Path(path).name, media_type="text/csv")


@post(
    "/imports/{import_id:int}/undo",
    summary="Undo an import",
    tags=TAGS,
    status_code=202,
    opt=needs(Scope.WRITE),
)
async def undo_import(call: CallDep, import_id: Id) -> Response[ImportOut]:
    """Starts to undo an import: contacts that it created are deleted, and values that it changed are restored, unless
    somebody has changed them since. Imports of events cannot be undone."""
    status = await call.read(lambda: find_import(call.services, call.account, import_id))
    if status.state not in UNDOING:
        job = await call.read(lambda: start_undo(call.services, call.account, import_id))
        await _wait(job)
        if job.status is JobStatus.FAILED:
            raise Refused.of(job.problems)
    return await _started(call, import_id)


async def _start(
    call: Call, contact_type: ContactType, file: ReceivedFile, options: Options, *, dry_run: bool
) -> Response[ImportOut]:
    """Start to import a file, once for an idempotency key, and answer that it has begun; with `dry_run`, answer what it
    would do."""
    try:
        created = None
        if call.idempotent and not dry_run:
            path = upload_path(call.services, file.upload.id)
            digest = await asyncio.to_thread(digest_of_file, path)
            earlier = await _find_earlier(call, call.idempotent, digest)
            if earlier and earlier.state != INTERRUPTED:
                file.discard()
                return _answer(earlier, is_repeated=True)
            created = store_started_import(call.idempotent, digest, earlier.job.id if earlier else None)
        asked = create_request(call.services, contact_type, "trial" if dry_run else "import", options, ())
        job = start_upload(
            call.services, call.account, contact_type, file.upload, asked, at_end=file.discard, created=created
        )
    except BaseException:
        file.discard()
        raise
    await _wait(job, until_done=dry_run)
    if call.idempotent and created and job.problems and job.import_id is None:  # another request was faster
        earlier = await _find_earlier(call, call.idempotent, digest)
        if earlier and earlier.state != INTERRUPTED:
            return _answer(earlier, is_repeated=True)
    if job.status is JobStatus.FAILED and (dry_run or job.import_id is None):
        raise Invalid(job.problems)
    if dry_run:
        return Response(dry_run_out(contact_type.id, file.upload.name, job.result), status_code=200)
    assert job.import_id
    return await _started(call, job.import_id)


async def _started(call: Call, import_id: int) -> Response[ImportOut]:
    return _answer(await call.read(lambda: find_import(call.services, call.account, import_id)))


def _answer(status: ImportStatus, *, is_repeated: bool = False) -> Response[ImportOut]:
    headers = {"location": f"/v1/imports/{status.job.id}", **({REPLAYED: "true"} if is_repeated else {})}
    return Response(import_out(status), status_code=202, headers=headers)


async def _find_earlier(call: Call, request: IdempotentRequest, digest: str) -> ImportStatus | None:
    """Return the import that an earlier request with the same key has started; raises Invalid if its file differs."""
    started = await call.read(lambda: find_started_import(call.services, request))
    if started is None:
        return None
    if started.digest != digest:
        raise Invalid([Problem("Idempotency-Key", "idempotency_key_of_another_request")])
    return await call.read(lambda: find_import(call.services, call.account, started.import_id))


async def _wait(job: BackgroundJob, *, until_done: bool = False) -> None:
    """Wait until a job has begun, or has ended."""
    while not (job.is_done or (job.started.is_set() and not until_done)):
        await asyncio.sleep(POLL_SECONDS)


handlers = [list_imports, start_import, start_event_import, get_import, get_rejects, undo_import]
