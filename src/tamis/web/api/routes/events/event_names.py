"""The catalogue of events: `event-names` and `event-properties`."""

from typing import Annotated

import msgspec
from litestar import get, patch
from litestar.params import JSONBody, Parameter

from tamis.actions.events import catalogue
from tamis.actions.events.catalogue import EventNameEdit, EventPropertyEdit
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.events import (
    EventNameChanges,
    EventNameOut,
    EventPropertyChanges,
    EventPropertyOut,
    event_name_out,
    event_property_out,
)

TAGS = ["Events"]


@get("/contact-types/{type_id:int}/event-names", summary="List event names", tags=TAGS, opt=needs(Scope.READ))
async def list_event_names(
    call: CallDep,
    type_id: Id,
    page: PageDep,
    hidden: Annotated[bool, Parameter(description="Also list the hidden ones.")] = False,
) -> Page[EventNameOut]:
    """Lists the event names of a contact type, with counts and properties. A name is added with its first event."""
    events = await call.read(lambda: catalogue.list_events(call.records, call.account, type_id))
    names = [name for name in events.catalogue.names if hidden or not name.hidden]
    return page_by_id([event_name_out(events, name) for name in names], page)


@get("/event-names/{event_id:int}", summary="Get an event name", tags=TAGS, opt=needs(Scope.READ))
async def get_event_name(call: CallDep, event_id: Id) -> EventNameOut:
    """Returns an event name, with its properties."""
    return event_name_out(*await call.read(lambda: catalogue.find_event_name(call.records, call.account, event_id)))


@patch(
    "/event-names/{event_id:int}",
    summary="Change an event name",
    tags=TAGS,
    dto=StrictJson[EventNameChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_event_name(call: CallDep, event_id: Id, data: JSONBody[EventNameChanges]) -> EventNameOut:
    """Describes or hides an event name, and sets how long its events are kept: older ones are removed at once, and
    from then on every day."""
    edit = EventNameEdit(
        None if data.description is msgspec.UNSET else data.description,
        None if data.hidden is msgspec.UNSET else data.hidden,
        None if data.keep is msgspec.UNSET else data.keep,
    )
    await call.write(catalogue.edit_event_name, call.account, event_id, edit)
    return event_name_out(*await call.read(lambda: catalogue.find_event_name(call.records, call.account, event_id)))


@patch(
    "/event-properties/{property_id:int}",
    summary="Change an event property",
    tags=TAGS,
    dto=StrictJson[EventPropertyChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_event_property(
    call: CallDep, property_id: Id, data: JSONBody[EventPropertyChanges]
) -> EventPropertyOut:
    """Describes or hides an event property, or changes its kind. Values that cannot be read as the new kind are
    kept, and are missing for rules; refused while a segment uses the property."""
    edit = EventPropertyEdit(
        None if data.description is msgspec.UNSET else data.description,
        None if data.hidden is msgspec.UNSET else data.hidden,
        None if data.kind is msgspec.UNSET else data.kind,
    )
    changed = await call.compute(lambda: catalogue.edit_event_property(call.services, call.account, property_id, edit))
    return event_property_out(changed)


handlers = [list_event_names, get_event_name, change_event_name, change_event_property]
