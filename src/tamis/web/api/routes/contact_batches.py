"""Batches of contacts: `/v1/contact-types/{id}/contacts/batch`, as one JSON document or a line for each contact."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import HTTPException, InternalServerException
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.response import Stream

from tamis.actions.contacts.contact_batches import ParsedBatch, parse_batch, write_batch
from tamis.actions.fields.types import type_by_id
from tamis.actions.idempotency import find_chunk, run_chunk_once
from tamis.actions.lookups import Transaction
from tamis.domain.accounts import Scope
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import (
    JSON_TYPES,
    UnreadableBody,
    decode_body,
    media_type_of,
    parse_json,
    read_body,
    require_uncompressed,
)
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import MAX_LINE_BYTES, MEDIA_TYPE, LineChunk, LineChunks
from tamis.web.api.idempotency import KEEPS_PROGRESS, MAX_BODY
from tamis.web.api.operations import needs, streams
from tamis.web.api.schemas.batches import (
    MAX_CONTACTS,
    BatchBody,
    BatchOut,
    StoredResult,
    batch_out,
    stored_results,
)
from tamis.web.api.schemas.common import Id
from tamis.web.monitoring.traffic import request_record

MAX_BATCH_BYTES = 1 << 24
Results = list[StoredResult]
ApiRequest = Request[Any, Any, Any]
ITEM = Schema(
    type=OpenAPIType.OBJECT,
    required=["email"],
    properties={
        "email": Schema(type=OpenAPIType.STRING),
        "fields": Schema(type=OpenAPIType.OBJECT, description="Values by the keys of their fields; null clears one."),
    },
)


@dataclass
class BatchOperation(Operation):
    """Describes the two forms of a batch."""

    def __post_init__(self) -> None:
        contacts = Schema(type=OpenAPIType.ARRAY, items=ITEM, max_items=MAX_CONTACTS)
        batch = Schema(type=OpenAPIType.OBJECT, required=["contacts"], properties={"contacts": contacts})
        lines = Schema(type=OpenAPIType.STRING, description="One contact a line, as in `contacts`.")
        self.request_body = RequestBody(
            {"application/json": OpenAPIMediaType(batch), MEDIA_TYPE: OpenAPIMediaType(lines)}, required=True
        )


@post(
    "/contact-types/{type_id:int}/contacts/batch",
    summary="Create and change many contacts",
    tags=["Contacts"],
    status_code=200,
    operation_class=BatchOperation,
    request_max_body_size=None,
    opt={**needs(Scope.WRITE), **streams(MEDIA_TYPE), KEEPS_PROGRESS: True, MAX_BODY: MAX_BATCH_BYTES},
)
async def write_contacts(call: CallDep, request: ApiRequest, type_id: Id) -> Response[BatchOut]:
    """Creates the contacts whose emails are new, and changes the others: values that are not named are kept, and null
    clears one. Valid items are stored, and the others say why not. Items with the same email are applied in order.

    As `application/json`, a batch has up to 10,000 contacts and is stored in one transaction. As
    `application/x-ndjson`, it may have any number of lines, and is stored a thousand at a time: a request that was cut
    off continues where it ended when it is repeated with its `Idempotency-Key`."""
    require_uncompressed(request.headers)
    media_type = media_type_of(request.headers.get("content-type", ""))
    if media_type == MEDIA_TYPE:
        return await _write_lines(call, request, type_id)
    if media_type not in JSON_TYPES:
        raise HTTPException(status_code=415, detail=f"Send the body as application/json or {MEDIA_TYPE}.")
    body = await read_body(request.receive, MAX_BATCH_BYTES)
    batch = await call.read(lambda: _parse_document(call, type_id, body))
    request_id = request_record(request.scope).id
    results: Results = await call.write_once(Results, _store, call, type_id, batch, request_id)
    return Response(batch_out(results))


def _parse_document(call: Call, type_id: int, body: bytes) -> ParsedBatch:
    items = decode_body(body, BatchBody).contacts
    if len(items) > MAX_CONTACTS:
        raise Invalid([Problem("contacts", "too_many_items", most=MAX_CONTACTS, count=len(items))])
    return parse_batch(call.records, call.account, type_id, items)


async def _write_lines(call: Call, request: ApiRequest, type_id: int) -> Response[Any]:
    type_by_id(call.records, call.account, type_id)
    results, chunks = BatchResults(call.services.settings.data), LineChunks()
    request_id = request_record(request.scope).id
    try:
        async for data in _parts(request):
            for chunk in chunks.add(data):
                results.add(await _store_chunk(call, type_id, chunk, request_id))
        for chunk in chunks.finish():
            results.add(await _store_chunk(call, type_id, chunk, request_id))
    except BaseException:
        results.close()
        raise
    return Stream(results.stream(), media_type="application/json")


async def _store_chunk(call: Call, type_id: int, chunk: LineChunk, request_id: str) -> Results:
    """Store a chunk, unless an earlier request with the same key has; raises Invalid if that had another body."""
    if not chunk.lines and not call.idempotent:
        return []
    known = call.idempotent and find_chunk(call.records, call.idempotent, chunk.number, call.services.clock())
    if known and known.digest != chunk.digest:
        raise Invalid([Problem("Idempotency-Key", "idempotency_key_of_another_request")])
    if known:
        return msgspec.json.decode(known.results, type=Results)
    batch = await call.read(lambda: parse_batch(call.records, call.account, type_id, _parse_lines(chunk.lines)))

    def store(db: Transaction, now: datetime) -> bytes:
        return msgspec.json.encode(_store(db, now, call, type_id, batch, request_id))

    stored = await call.write(run_chunk_once, call.idempotent, chunk.number, chunk.digest, store)
    return msgspec.json.decode(stored, type=Results)


def _store(db: Transaction, now: datetime, call: Call, type_id: int, batch: ParsedBatch, request_id: str) -> Results:
    return stored_results(write_batch(db, now, call.account, type_id, batch, request_id))


def _parse_lines(lines: Sequence[bytes | None]) -> list[object]:
    """Parse lines, and return the problem of each that is no JSON in its place."""
    return [
        (Problem("", "line_too_long", most=MAX_LINE_BYTES),) if line is None else _parse_line(line) for line in lines
    ]


def _parse_line(line: bytes) -> object:
    try:
        return parse_json(line)
    except UnreadableBody as error:
        return (Problem("", "line_not_valid", reason=str(error)),)


async def _parts(request: ApiRequest) -> AsyncIterator[bytes]:
    try:
        async for data in request.stream():
            yield data
    except InternalServerException:  # by which Litestar says that the client has disconnected
        raise HTTPException(status_code=400, detail="The client closed the connection.") from None


handlers = [write_contacts]
