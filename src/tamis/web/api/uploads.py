"""Files that programs send: as the body itself, or as the file of a form."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import multipart
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from tamis.actions.importing.jobs.uploads import IncomingUpload
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Problem
from tamis.domain.files.imports import ImportSubject, Upload
from tamis.web.api.calls import ApiRequest, Call
from tamis.web.api.problems import BadRequest

CHUNK_BYTES = 1 << 20
MAX_PARTS = 20


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that is kept until `discard`."""

    upload: Upload
    discard: Callable[[], None]


async def receive_file(
    call: Call,
    request: ApiRequest,
    contact_type: ContactType,
    name: str,
    subject: ImportSubject = ImportSubject.CONTACTS,
) -> ReceivedFile:
    """Receive the file of a request at constant memory; a form's file has the name that the form says, unless there is
    a `name`. Raises BadRequest, Invalid, Refused and Unavailable."""
    kind, options = multipart.parse_options_header(request.headers.get("content-type", ""))
    incoming = await asyncio.to_thread(IncomingUpload, call.services, call.account, request.content_length or 0)
    with incoming:
        chunks = request.stream()
        if kind == "multipart/form-data":
            name = await _write_form(incoming, chunks, options.get("boundary", ""), name)
        else:
            await _write(incoming, chunks)
        return ReceivedFile(incoming.keep_open(contact_type, name, subject), incoming.discard)


async def _write_form(incoming: IncomingUpload, chunks: AsyncIterator[bytes], boundary: str, name: str) -> str:
    """Write the file of a form; return its name."""
    found: list[MultipartSegment] = []

    async def file() -> AsyncIterator[bytes]:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, strict=True) as parser:
            current: MultipartSegment | None = None
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        current = event
                        if event.filename is not None:
                            found.append(event)
                            if len(found) > 1:
                                raise BadRequest([Problem("", "form_with_several_files")])
                    elif event and found and current is found[0]:
                        yield bytes(event)

    try:
        await _write(incoming, file())
    except MultipartError as error:
        raise BadRequest([Problem("", "form_not_valid", reason=str(error))]) from None
    if not found:
        raise BadRequest([Problem("", "form_without_file")])
    return name or found[0].filename or ""


async def _write(incoming: IncomingUpload, chunks: AsyncIterator[bytes]) -> None:
    gathered = bytearray()
    try:
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) >= CHUNK_BYTES:
                await asyncio.to_thread(incoming.write, bytes(gathered))
                gathered.clear()
    except InternalServerException:  # how Litestar says that the client has disconnected
        raise BadRequest([Problem("", "upload_cut_off")]) from None
    if gathered:
        await asyncio.to_thread(incoming.write, bytes(gathered))
