"""Emails that may not be mailed: `/v1/suppressions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, delete, get, post, put
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import JSONBody, Parameter

from tamis.actions.consent import suppressions
from tamis.actions.consent.stated_suppressions import (
    REASONS,
    StatedSuppression,
    accept_suppressions,
    parse_suppressions,
)
from tamis.actions.lookups import Transaction
from tamis.domain.accounts.accounts import Scope
from tamis.domain.accounts.audit import BEYOND_LAST
from tamis.domain.consent.suppressions import SuppressionFilter, SuppressionReason
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import StrictJson, decode_body, read_body
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import MEDIA_TYPE
from tamis.web.api.contact_writes.streamed_batches import ApiRequest, BatchAction, Results, has_lines, write_lines
from tamis.web.api.emails_in_paths import EmailDep
from tamis.web.api.idempotency import KEEPS_PROGRESS, MAX_BODY
from tamis.web.api.operations import needs, streams
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.schemas.common import Page
from tamis.web.api.schemas.suppressions import (
    MAX_SUPPRESSIONS,
    SUPPRESSION_STATUSES,
    SuppressionBody,
    SuppressionOut,
    SuppressionsBody,
    SuppressionsOut,
    stored_suppression_results,
    suppression_items_out,
    suppression_out,
    suppressions_out,
)
from tamis.web.monitoring.traffic import request_record

TAGS = ["Consent"]
SOURCE = "api"
MAX_BYTES = 1 << 22
ITEM = Schema(
    type=OpenAPIType.OBJECT,
    required=["email"],
    properties={
        "email": Schema(type=OpenAPIType.STRING),
        "reason": Schema(type=OpenAPIType.STRING, enum=REASONS, description="`manual` without it."),
        "since": Schema(type=OpenAPIType.STRING, description="Since when; without it, since now."),
    },
)


@dataclass
class SuppressionsOperation(Operation):
    """Describes the two forms of a batch."""

    def __post_init__(self) -> None:
        items = Schema(type=OpenAPIType.ARRAY, items=ITEM, max_items=MAX_SUPPRESSIONS)
        batch = Schema(type=OpenAPIType.OBJECT, required=["suppressions"], properties={"suppressions": items})
        lines = Schema(type=OpenAPIType.STRING, description="One item a line, as in `suppressions`.")
        self.request_body = RequestBody(
            {"application/json": OpenAPIMediaType(batch), MEDIA_TYPE: OpenAPIMediaType(lines)}, required=True
        )


@get("/suppressions", summary="List suppressions", tags=TAGS, opt=needs(Scope.READ))
async def list_suppressions(
    call: CallDep,
    page: PageDep,
    reason: Annotated[SuppressionReason | None, Parameter(description="Only those for this reason.")] = None,
    source: Annotated[str | None, Parameter(description="Only those from this source.")] = None,
    search: Annotated[str, Parameter(description="Only emails with this part, or the whole of an email.")] = "",
) -> Page[SuppressionOut]:
    """Lists the emails that may not be mailed, newest first."""
    before, wanted = page.position(int) or BEYOND_LAST, SuppressionFilter(reason, source, search)
    found = await call.read(
        lambda: suppressions.list_suppressions(
            call.services.records.reader(), call.account, page.limit + 1, before, wanted
        )
    )
    return cut_page([suppression_out(each) for each in found], page, lambda each: each.id)


@post(
    "/suppressions",
    summary="Suppress many emails",
    tags=TAGS,
    status_code=200,
    operation_class=SuppressionsOperation,
    request_max_body_size=None,
    opt={**needs(Scope.WRITE), **streams(MEDIA_TYPE), KEEPS_PROGRESS: True, MAX_BODY: MAX_BYTES},
)
async def suppress_emails(call: CallDep, request: ApiRequest) -> Response[SuppressionsOut]:
    """Suppresses emails: they are not mailed any more, whether they are contacts now, later, or never. An email that
    is suppressed keeps its instant, and a graver reason replaces a lighter one.

    As `application/json`, there are up to 10,000 emails, stored in one transaction. As `application/x-ndjson`, there
    may be any number of lines, stored a thousand at a time: a request that was cut off continues where it ended when it
    is repeated with its `Idempotency-Key`."""
    action = _action(call, request_record(request.scope).id)
    if has_lines(request):
        results = BatchResults(call.services.settings.data, SUPPRESSION_STATUSES, suppression_items_out)
        return await write_lines(call, request, results, action)
    content = await read_body(request.receive, MAX_BYTES)
    parsed = await call.read(lambda: action.parse(_items(content)))
    stored: Results = await call.write_once(Results, action.store, parsed)
    return Response(suppressions_out(stored))


@get("/suppressions/{email:path}", summary="Get a suppression", tags=TAGS, opt=needs(Scope.READ))
async def get_suppression(call: CallDep, address: EmailDep) -> SuppressionOut:
    """Returns why an email may not be mailed; 404 if it may."""
    return suppression_out(suppressions.find_suppression(call.records, call.account, address))


@put(
    "/suppressions/{email:path}",
    summary="Suppress an email",
    tags=TAGS,
    dto=StrictJson[SuppressionBody],
    return_dto=None,
    opt=needs(Scope.WRITE),
    responses={201: ResponseSpec(SuppressionOut, description="The email was not suppressed before.")},
)
async def suppress_email(call: CallDep, address: EmailDep, data: JSONBody[SuppressionBody]) -> Response[SuppressionOut]:
    """Suppresses an email: it is not mailed any more, whether it is a contact now, later, or never. It keeps its
    instant if it is suppressed already, and a graver reason replaces a lighter one."""
    email = suppressions.parse_address(address)
    status = (await call.write(suppressions.suppress, call.account, [email], data.reason, SOURCE))[0]
    found = suppressions.find_suppression(call.records, call.account, address)
    return Response(suppression_out(found), status_code=201 if status == "suppressed" else 200)


@delete("/suppressions/{email:path}", summary="Lift a suppression", tags=TAGS, opt=needs(Scope.ADMIN))
async def lift_suppression(call: CallDep, address: EmailDep) -> None:
    """Lets an email be mailed again, for somebody who has asked for it. The audit log says who lifted it."""
    await call.write(suppressions.lift_suppression, call.account, address)


def _items(content: bytes) -> list[Any]:
    items = decode_body(content, SuppressionsBody).suppressions
    if len(items) > MAX_SUPPRESSIONS:
        raise Invalid([Problem("suppressions", "too_many_items", most=MAX_SUPPRESSIONS, count=len(items))])
    return items


def _action(call: Call, request_id: str) -> BatchAction[list[StatedSuppression]]:
    def parse(items: Sequence[object]) -> list[StatedSuppression]:
        return parse_suppressions(call.account, items)

    def store(db: Transaction, now: datetime, items: list[StatedSuppression]) -> Results:
        return stored_suppression_results(accept_suppressions(db, now, call.account, items, SOURCE, request_id))

    return BatchAction(parse, store)


handlers = [list_suppressions, suppress_emails, get_suppression, suppress_email, lift_suppression]
