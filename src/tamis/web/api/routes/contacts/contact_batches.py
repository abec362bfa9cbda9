"""Batches of contacts: `/v1/contact-types/{id}/contacts/batch`, as one JSON document or a line for each contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from tamis.actions.contacts.contact_batches import ParsedBatch, parse_batch, write_batch
from tamis.actions.fields.types import type_by_id
from tamis.actions.lookups import Transaction
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import decode_body, read_body
from tamis.web.api.calls import CallDep
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import MEDIA_TYPE
from tamis.web.api.contact_writes.streamed_batches import ApiRequest, BatchAction, Results, has_lines, write_lines
from tamis.web.api.idempotency import KEEPS_PROGRESS, MAX_BODY
from tamis.web.api.operations import needs, streams
from tamis.web.api.schemas.batches import (
    ITEM_STATUSES,
    MAX_CONTACTS,
    BatchBody,
    BatchOut,
    batch_items_out,
    batch_out,
    stored_results,
)
from tamis.web.api.schemas.common import Id
from tamis.web.monitoring.traffic import request_record

MAX_BATCH_BYTES = 1 << 24
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
    request_id = request_record(request.scope).id

    def parse(items: Sequence[object]) -> ParsedBatch:
        return parse_batch(call.records, call.account, type_id, items)

    def store(db: Transaction, now: datetime, batch: ParsedBatch) -> Results:
        return stored_results(write_batch(db, now, call.account, type_id, batch, request_id))

    if has_lines(request):
        type_by_id(call.records, call.account, type_id)
        results = BatchResults(call.services.settings.data, ITEM_STATUSES, batch_items_out)
        return await write_lines(call, request, results, BatchAction(parse, store))
    body = await read_body(request.receive, MAX_BATCH_BYTES)
    batch = await call.read(lambda: parse(_items(body)))
    stored: Results = await call.write_once(Results, store, batch)
    return Response(batch_out(stored))


def _items(body: bytes) -> list[Any]:
    items = decode_body(body, BatchBody).contacts
    if len(items) > MAX_CONTACTS:
        raise Invalid([Problem("contacts", "too_many_items", most=MAX_CONTACTS, count=len(items))])
    return items


handlers = [write_contacts]
