"""The endpoints of the Segment API, one function each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis import log
from tamis.actions.contacts import contacts
from tamis.actions.fields.types import type_by_id
from tamis.actions.lookups import fields_of_type, types_of_account
from tamis.actions.segments import recipients, segments
from tamis.actions.segments.rule_syntax import from_arrays
from tamis.actions.segments.sizes import sized_segment, sized_segments
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account, ApiKey
from tamis.domain.accounts.actors import Actor
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import RESERVED
from tamis.web.body_values import parse_body
from tamis.web.http import RawResponse, Request, StreamedResponse, json_response
from tamis.web.request_tasks import run_in_lane
from tamis.web.segment_api import serializers
from tamis.web.segment_api.list_streaming import ListChunk, ListQuery, ListStreams, chunk_rows
from tamis.web.segment_api.params import BodyParams, parse_id
from tamis.web.write_limit import WriteLimit

ITEMS_PER_PAGE = 10_000
CONTACTS_PER_PAGE = 2_000
MAX_ITEMS = 1 << 53


class CachedList(NamedTuple):
    """A response that is valid for one version of the data within a span of time."""

    version: int
    since: datetime
    until: datetime | None
    body: bytes

    def covers(self, now: datetime) -> bool:
        """Return whether the response is valid at an instant."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Context:
    """The context of an endpoint; `segment_lists` caches the segment list of each account, `list_streams` holds the
    long lists being streamed."""

    services: Services
    writes: WriteLimit
    key: ApiKey
    list_streams: ListStreams
    segment_lists: dict[int, CachedList] = field(repr=False)

    address: str | None
    """Where the request came from."""

    @property
    def actor(self) -> Actor:
        """The key as an actor."""
        return self.key.actor.at(self.address)

    @property
    def account(self) -> Account:
        """The account of the key."""
        return self.key.account


def succeeded(message: object) -> RawResponse:
    """Make a success response."""
    return json_response(200, {"status": "success", "message": message})


async def segment_list(context: Context, _: Request) -> RawResponse:
    """List all segments; the response is cached until any process writes, or time changes a membership."""
    # The version is read before the response is made: a response may be newer than its version, never older.
    services = context.services
    version = services.records.version()
    cached = context.segment_lists.get(context.account.id)
    now = services.clock()
    if cached is None or cached.version != version or not cached.covers(now):
        account = context.account
        found = await run_in_lane(services.lanes.short, account.id, lambda: sized_segments(services, account))
        body = succeeded({"segments": [serializers.segment(sized) for sized in found.segments]}).body
        cached = context.segment_lists[account.id] = CachedList(version, now, found.until, body)
    return RawResponse(200, cached.body)


async def recipient_list(context: Context, request: Request) -> StreamedResponse:
    """Stream the recipients of a segment in order of id, at constant memory."""
    query = request.query()
    db = context.services.records.reader()
    segment = segments.segment_by_id(db, context.account, parse_id(query.get("segment_id")))
    after, limit = _page(query)

    def page(start: int, size: int) -> list[ListChunk]:
        return chunk_rows(recipients.recipient_page(context.services, context.account.id, segment.id, start, size))

    list_query = ListQuery("contactEmails", page, after, limit, ITEMS_PER_PAGE)
    return await context.list_streams.stream(list_query, context.account.id, request)


async def recipient_add(context: Context, request: Request) -> RawResponse:
    """Add a recipient to a segment."""
    params = await _read_params(context, request)
    segment_id = params.integer("segment_id")
    first_name, last_name = params.text("first_name"), params.text("last_name")
    email = params.email("email")
    if params.problems:
        raise Invalid(params.problems)
    await context.writes.run(
        context.actor,
        context.account.id,
        recipients.add_recipient,
        context.account,
        segment_id,
        email,
        first_name,
        last_name,
    )
    return succeeded("Added Successfully")


async def recipient_delete(context: Context, request: Request) -> RawResponse:
    """Delete a recipient by id."""
    recipient_id = parse_id(request.query().get("segment_recipient_id"))
    await context.writes.run(
        context.actor, context.account.id, recipients.delete_recipient, context.account, recipient_id
    )
    return succeeded("Deleted Successfully")


async def segment_delete(context: Context, request: Request) -> RawResponse:
    """Delete a segment; the text under `errors` is a quirk on which clients rely."""
    segment_id = parse_id(request.query().get("segment_id"))
    await context.writes.run(context.actor, context.account.id, segments.delete_segment, context.account, segment_id)
    log.event("segment_deleted", account=context.account.id, segment=segment_id)
    return json_response(200, {"status": "success", "errors": "Deleted Successfully"})


async def segment_store(context: Context, request: Request) -> RawResponse:
    """Create a segment from parallel arrays."""
    params = await _read_params(context, request)
    type_id = params.integer("contact_type_id")
    name = params.text("segment_name")
    fields, operators = params.texts("select_field"), params.texts("select_operator")
    values = params.values("value")
    query_type = params.query_type("query_type")
    problems = list(params.problems)
    draft = None
    if not problems or {p.path for p in problems} <= {"segment_name", "contact_type_id"}:
        try:
            draft = from_arrays(fields, operators, values, query_type)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    contact_type = _contact_type(context, type_id)
    made = await context.writes.run(
        context.actor, context.account.id, segments.create_segment, context.account, contact_type, name, draft
    )
    services = context.services
    sized = await run_in_lane(
        services.lanes.short, context.account.id, lambda: sized_segment(services, context.account, made)
    )
    return succeeded({"segment": serializers.segment(sized)})


async def type_list(context: Context, _: Request) -> RawResponse:
    """List the contact types."""
    found = types_of_account(context.services.records.reader(), context.account.id)
    return succeeded({"contactTypes": [serializers.contact_type(t) for t in found]})


async def type_view(context: Context, request: Request) -> RawResponse:
    """Show a contact type with its fields."""
    contact_type = _contact_type(context, parse_id(request.query().get("contact_type_id")))
    fields = fields_of_type(context.services.records.reader(), contact_type.id)
    return succeeded({"contactType": serializers.contact_type_with_fields(contact_type, fields)})


async def reserved_fields(_context: Context, _: Request) -> RawResponse:
    """List the fields that every contact type has."""
    return succeeded({"reservedFields": [serializers.field(f) for f in RESERVED]})


async def contact_list(context: Context, request: Request) -> StreamedResponse:
    """Stream the contacts of a type in order of id, at constant memory."""
    query = request.query()
    contact_type = _contact_type(context, parse_id(query.get("contact_type_id")))
    after, limit = _page(query)

    def page(start: int, size: int) -> list[ListChunk]:
        found, fields = contacts.contact_page(context.services, contact_type, start, size)
        return chunk_rows(
            [(c.id, msgspec.json.encode(serializers.contact(c, context.account.id, fields)).decode()) for c in found]
        )

    list_query = ListQuery("contacts", page, after, limit, CONTACTS_PER_PAGE)
    return await context.list_streams.stream(list_query, context.account.id, request)


def _contact_type(context: Context, type_id: int) -> ContactType:
    return type_by_id(context.services.records.reader(), context.account, type_id)


async def _read_params(context: Context, request: Request) -> BodyParams:
    body = await request.body(context.services.settings.max_body)
    return BodyParams(parse_body(request.header(b"content-type"), request.header(b"content-encoding"), body))


def _page(query: dict[str, str]) -> tuple[int, int]:
    problems = [
        Problem(name, "must_be_an_integer", name=name)
        for name in ("after", "limit")
        if query.get(name) and not (query[name].isascii() and query[name].isdigit() and len(query[name]) <= 18)
    ]
    if problems:
        raise Invalid(problems)
    return int(query.get("after") or 0), int(query.get("limit") or MAX_ITEMS)
