"""Sending events: `/v1/events`, as one JSON document or a line for each event; and the timeline of a contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from litestar import MediaType, Response, get, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import Parameter

from tamis.actions.batches import collector_paused
from tamis.actions.contacts.contact_record import contact_of_account
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.stated_events import ParsedEvent
from tamis.actions.events.timeline import ShownEvent, TimelinePosition, events_of_contact
from tamis.actions.fields.types import type_by_id
from tamis.actions.lookups import Transaction
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import decode_body, read_body
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import MEDIA_TYPE
from tamis.web.api.contact_writes.streamed_batches import ApiRequest, BatchAction, Results, has_lines, write_lines
from tamis.web.api.idempotency import KEEPS_PROGRESS, MAX_BODY
from tamis.web.api.operations import needs, streams
from tamis.web.api.paging import PageDep, PageQuery, cut_page
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.events import (
    EVENT_STATUSES,
    MAX_EVENTS,
    EventOut,
    EventsBody,
    EventsOut,
    encode_events_out,
    event_items_out,
    event_out,
    stored_event_results,
)
from tamis.web.monitoring.traffic import request_record

TAGS = ["Events"]
MAX_EVENTS_BYTES = 1 << 25
EVENT = Schema(
    type=OpenAPIType.OBJECT,
    required=["event"],
    properties={
        "email": Schema(type=OpenAPIType.STRING, description="The email of the contact, or `contact_id`."),
        "contact_id": Schema(type=OpenAPIType.INTEGER),
        "event": Schema(type=OpenAPIType.STRING, description="The name of what happened, in any spelling."),
        "at": Schema(
            type=OpenAPIType.STRING,
            description="When: an instant; a date-time without an offset, or a day, is in the account's time zone. "
            "Without it, now.",
        ),
        "id": Schema(type=OpenAPIType.STRING, description="Identifies the event of a contact and a name."),
        "properties": Schema(type=OpenAPIType.OBJECT, description="Numbers, strings and booleans by name."),
    },
)


@dataclass
class EventsOperation(Operation):
    """Describes the two forms in which events are sent."""

    def __post_init__(self) -> None:
        events = Schema(type=OpenAPIType.ARRAY, items=EVENT, max_items=MAX_EVENTS)
        batch = Schema(
            type=OpenAPIType.OBJECT,
            required=["contact_type_id", "events"],
            properties={
                "contact_type_id": Schema(type=OpenAPIType.INTEGER),
                "events": events,
                "create_contacts": Schema(
                    type=OpenAPIType.BOOLEAN,
                    description="Create contacts for emails that are not contacts yet; default false.",
                ),
            },
        )
        lines = Schema(type=OpenAPIType.STRING, description="One event a line, as in `events`.")
        self.request_body = RequestBody(
            {"application/json": OpenAPIMediaType(batch), MEDIA_TYPE: OpenAPIMediaType(lines)}, required=True
        )


@dataclass(frozen=True, slots=True)
class _Target:
    """The contact type whose contacts the events are of, and whether emails that are not contacts become some."""

    type_id: int
    create_contacts: bool


@post(
    "/events",
    summary="Send events",
    tags=TAGS,
    status_code=200,
    operation_class=EventsOperation,
    request_max_body_size=None,
    opt={**needs(Scope.WRITE), **streams(MEDIA_TYPE), KEEPS_PROGRESS: True, MAX_BODY: MAX_EVENTS_BYTES},
)
async def send_events(
    call: CallDep,
    request: ApiRequest,
    contact_type_id: Annotated[int | None, Parameter(description="For lines: the contact type.")] = None,
    create_contacts: Annotated[
        bool, Parameter(description="For lines: create contacts for emails that are not contacts yet.")
    ] = False,
) -> Response[EventsOut]:
    """Stores what contacts did. Valid events are stored, and the others say why not. Sending an event again is
    harmless: what identifies it is its `id` with contact and name, or else all of its content. An `id` with other
    content is rejected, since stored events are not changed.

    As `application/json`, there are up to 10,000 events, stored in one transaction. As `application/x-ndjson`, there
    may be any number of lines, stored a thousand at a time, and the contact type is in the query: a request that was
    cut off continues where it ended when it is repeated with its `Idempotency-Key`."""
    request_id = request_record(request.scope).id
    if has_lines(request):
        if contact_type_id is None:
            raise BadRequest([Problem("contact_type_id", "key_missing")])
        type_by_id(call.records, call.account, contact_type_id)
        results = BatchResults(call.services.settings.data, EVENT_STATUSES, event_items_out)
        action = _action(call, _Target(contact_type_id, create_contacts), request_id)
        return await write_lines(call, request, results, action)
    content = await read_body(request.receive, MAX_EVENTS_BYTES)
    body = await call.read(lambda: _body(content))
    action = _action(call, _Target(body.contact_type_id, body.create_contacts), request_id)
    parsed = await call.read(lambda: action.parse(body.events))
    stored: Results = await call.write_once(Results, action.store, parsed)
    return Response(encode_events_out(stored), media_type=MediaType.JSON)  # type: ignore[arg-type]


def _body(content: bytes) -> EventsBody:
    with collector_paused():
        body = decode_body(content, EventsBody)
    if len(body.events) > MAX_EVENTS:
        raise Invalid([Problem("events", "too_many_items", most=MAX_EVENTS, count=len(body.events))])
    return body


def _action(call: Call, target: _Target, request_id: str) -> BatchAction[list[ParsedEvent]]:
    def parse(items: Sequence[object]) -> list[ParsedEvent]:
        return parse_events(call.records, call.account, target.type_id, items)

    def store(db: Transaction, now: datetime, events: list[ParsedEvent]) -> Results:
        return stored_event_results(
            accept_events(
                db,
                now,
                call.account,
                target.type_id,
                events,
                create_contacts=target.create_contacts,
                request_id=request_id,
            )
        )

    return BatchAction(parse, store)


@get("/contacts/{contact_id:int}/events", summary="List the events of a contact", tags=TAGS, opt=needs(Scope.READ))
async def list_events_of_contact(
    call: CallDep,
    contact_id: Id,
    page: PageDep,
    event: Annotated[str | None, Parameter(description="Event names, separated by commas; by default, all.")] = None,
) -> Page[EventOut]:
    """Lists what a contact did, newest first."""
    names = [name.strip() for name in event.split(",") if name.strip()] if event else []
    found = await call.read(lambda: _events(call, contact_id, page, names))
    shown = cut_page(found, page, lambda listed: listed.position)
    return Page([event_out(listed) for listed in shown.data], shown.next_cursor)


def _events(call: Call, contact_id: int, page: PageQuery, names: Sequence[str]) -> list[ShownEvent]:
    contact_type = contact_of_account(call.records, call.account, contact_id).contact_type
    before = page.position(TimelinePosition)
    try:
        return events_of_contact(call.records, contact_type, contact_id, page.limit + 1, before, names)
    except ValueError:
        raise BadRequest([Problem("cursor", "cursor_not_valid")]) from None


handlers = [send_events, list_events_of_contact]
