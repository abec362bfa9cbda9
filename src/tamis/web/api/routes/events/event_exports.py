"""Exports of events: `/v1/contact-types/{id}/events/export`."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.params import Parameter

from tamis.actions.events.export import EventSelection, events_download
from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.domain.files.exports import Format
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.operations import needs, sends_files
from tamis.web.api.schemas.common import Id
from tamis.web.downloads import MEDIA_TYPES, send_file
from tamis.web.request_tasks import run_in_lane


@get(
    "/contact-types/{type_id:int}/events/export",
    summary="Export events",
    tags=["Events"],
    opt=needs(Scope.READ) | sends_files(*MEDIA_TYPES),
    responses={200: ResponseSpec(bytes, description="The file, complete.")},
)
async def export_events(
    call: CallDep,
    type_id: Id,
    format: Annotated[Format, Parameter(description="The format of the file.")] = Format.CSV,
    event: Annotated[str | None, Parameter(description="Event names, separated by commas; by default, all.")] = None,
    since: Annotated[datetime | None, Parameter(description="Only events from this instant on.")] = None,
    until: Annotated[datetime | None, Parameter(description="Only events before this instant.")] = None,
) -> Response[Any]:
    """Sends the events of the contacts of a type as a file, from one consistent state of the data, by contact and time.
    CSV has a column for each property, the other formats the properties as an object. Imported again, its events are
    repeated. A file whose length is not that of `Content-Length` is incomplete."""
    services, account = call.services, call.account
    contact_type = type_by_id(call.records, account, type_id)
    names = [name.strip() for name in event.split(",") if name.strip()] if event else []
    selection = EventSelection(names, _in_zone(since, call), _in_zone(until, call))
    download = await run_in_lane(
        services.lanes.exports, account.id, lambda: events_download(services, account, type_id, format, selection)
    )
    return send_file(download, f"{contact_type.name} events", format)


def _in_zone(instant: datetime | None, call: Call) -> datetime | None:
    """Return an instant; without an offset, it is in the account's time zone."""
    return instant if instant is None or instant.tzinfo else instant.replace(tzinfo=call.account.zone)


handlers = [export_events]
