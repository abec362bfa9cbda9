"""The Events page of a contact type: how many there are, the latest ones, and the catalogue, edited in place."""

import json

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis.actions.events.catalogue import (
    EventNameEdit,
    EventPropertyEdit,
    edit_event_name,
    edit_event_property,
    find_event_name,
    find_event_property,
    list_events,
)
from tamis.actions.events.timeline import latest_events
from tamis.actions.events.volume import EventVolume, volume_by_day
from tamis.actions.lookups import types_of_account
from tamis.domain.errors import Invalid
from tamis.web.console.display.charts import DaySeries, stacked_chart
from tamis.web.console.display.filters import day, number
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.display.snippets import SECRET
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import fragment, page, redirect
from tamis.web.console.requests.session import WebRequest
from tamis.web.console.roles import EDITOR

DAYS = 90
LATEST = 15
NAMES_IN_CHART = 4
"""The names with a colour of their own; all others are one."""


@get("/events", sync_to_thread=True)
def events_home(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Redirect to the events of the first contact type, or say how to begin."""
    found = types_of_account(services.records.reader(), visitor.account.id)
    if found:
        return redirect(visitor, f"/types/{found[0].id}/events")
    return page(visitor, "contacts/no_types.html", title="Events", nav="events")


@get("/types/{type_id:int}/events", sync_to_thread=True)
def events_page(
    request: WebRequest, services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]
) -> Response[str]:
    """Show the events of a contact type."""
    db = services.records.reader()
    events = list_events(db, visitor.account, type_id)
    names = sorted(events.catalogue.names, key=lambda name: (name.hidden, -name.count))
    address = f"{request.base_url.scheme}://{request.base_url.netloc}"
    return page(
        visitor,
        "events/page.html",
        title=f"Events of {events.contact_type.name}",
        nav="events",
        contact_type=events.contact_type,
        types=types_of_account(db, visitor.account.id),
        names=names,
        properties={name.id: len(events.properties(name)) for name in names},
        total=sum(name.count for name in names),
        latest=latest_events(db, visitor.account, type_id, LATEST),
        now=services.clock(),
        call=_sample_call(address, type_id, f"{services.clock():%Y-%m-%dT%H:%M:%SZ}"),
    )


@get("/types/{type_id:int}/events/latest", sync_to_thread=True)
def latest(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Show the events that were added last."""
    contact_type = resolve_type(services, visitor, type_id)
    found = latest_events(services.records.reader(), visitor.account, type_id, LATEST)
    return fragment(visitor, "events/_latest.html", contact_type=contact_type, latest=found, now=services.clock())


@get("/types/{type_id:int}/events/volume", sync_to_thread=True)
def volume(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Draw how many events there were on each day; loaded after the page, because it counts all of them."""
    found = volume_by_day(services, visitor.account, type_id, DAYS)
    series = _series(found)
    total = sum(name.total for name in found.names)
    label = (
        f"Events from {day(found.days[0])} to {day(found.days[-1])}: {number(total)}, "
        f"{number(max(map(sum, zip(*(one.counts for one in series), strict=True)), default=0))} on the busiest day."
    )
    chart = stacked_chart(found.days, series, label) if series else ""
    return fragment(visitor, "events/_volume.html", days=found.days, series=series, chart=chart, total=total)


def _series(found: EventVolume) -> list[DaySeries]:
    """Return the most frequent names, and all others as one."""
    shown = [DaySeries(one.name.name, one.counts) for one in found.names]
    if len(shown) <= NAMES_IN_CHART + 1:
        return shown
    others = [sum(counts) for counts in zip(*(one.counts for one in shown[NAMES_IN_CHART:]), strict=True)]
    return [*shown[:NAMES_IN_CHART], DaySeries("other events", others)]


@get("/events/names/{event_id:int}", sync_to_thread=True)
def show_name(services: ServicesDep, visitor: VisitorDep, event_id: FromPath[int]) -> Response[str]:
    """Show a name without its form: an edit was cancelled."""
    _, name = find_event_name(services.records.reader(), visitor.account, event_id)
    return fragment(visitor, "events/_name.html", name=name, focused="describe")


@get("/events/names/{event_id:int}/properties", sync_to_thread=True)
def properties(services: ServicesDep, visitor: VisitorDep, event_id: FromPath[int]) -> Response[str]:
    """Show the properties of a name."""
    events, name = find_event_name(services.records.reader(), visitor.account, event_id)
    return fragment(visitor, "events/_properties.html", properties=events.properties(name))


@get("/events/names/{event_id:int}/edit", opt=EDITOR, sync_to_thread=True)
def name_form(services: ServicesDep, visitor: VisitorDep, event_id: FromPath[int]) -> Response[str]:
    """Show the form of a name."""
    _, name = find_event_name(services.records.reader(), visitor.account, event_id)
    return fragment(visitor, "events/_name_form.html", name=name, description=name.description, problem="")


@post("/events/names/{event_id:int}", opt=EDITOR, sync_to_thread=True, status_code=200)
def edit_name(services: ServicesDep, visitor: VisitorDep, form: FormDep, event_id: FromPath[int]) -> Response[str]:
    """Describe a name, hide it, or show it again."""
    description, hidden = _edit(form)
    try:
        name = services.write(
            edit_event_name, visitor.account, event_id, EventNameEdit(description=description, hidden=hidden)
        )
    except Invalid as error:
        _, name = find_event_name(services.records.reader(), visitor.account, event_id)
        problem = first_sentence(error)
        return fragment(
            visitor, "events/_name_form.html", status=422, name=name, description=description, problem=problem
        )
    return fragment(visitor, "events/_name.html", name=name, focused="describe" if hidden is None else "hide")


@get("/events/properties/{property_id:int}", sync_to_thread=True)
def show_property(services: ServicesDep, visitor: VisitorDep, property_id: FromPath[int]) -> Response[str]:
    """Show a property without its form: an edit was cancelled."""
    _, one = find_event_property(services.records.reader(), visitor.account, property_id)
    return fragment(visitor, "events/_property.html", one=one, focused="describe")


@get("/events/properties/{property_id:int}/edit", opt=EDITOR, sync_to_thread=True)
def property_form(services: ServicesDep, visitor: VisitorDep, property_id: FromPath[int]) -> Response[str]:
    """Show the form of a property."""
    _, one = find_event_property(services.records.reader(), visitor.account, property_id)
    return fragment(visitor, "events/_property_form.html", one=one, description=one.description, problem="")


@post("/events/properties/{property_id:int}", opt=EDITOR, sync_to_thread=True, status_code=200)
def edit_property(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, property_id: FromPath[int]
) -> Response[str]:
    """Describe a property, hide it, or show it again."""
    description, hidden = _edit(form)
    edit, problem = EventPropertyEdit(description=description, hidden=hidden), ""
    try:
        edit_event_property(services, visitor.account, property_id, edit)
    except Invalid as error:
        problem = first_sentence(error)
    _, one = find_event_property(services.records.reader(), visitor.account, property_id)
    if problem:
        return fragment(
            visitor, "events/_property_form.html", status=422, one=one, description=description, problem=problem
        )
    return fragment(visitor, "events/_property.html", one=one, focused="describe" if hidden is None else "hide")


def _edit(form: FormDep) -> tuple[str | None, bool | None]:
    """Return the description of a form and whether to hide, each None where the form is not about it."""
    description = form.raw("description").replace("\r\n", "\n") if form.checked("description") else None
    return description, form.text("hidden") == "yes" if form.checked("hidden") else None


def _sample_call(address: str, type_id: int, at: str) -> str:
    """Return a command that sends an event."""
    event = {"email": "ann@example.com", "event": "order", "at": at, "id": "order-1"}
    body = {
        "contact_type_id": type_id,
        "create_contacts": True,
        "events": [{**event, "properties": {"amount": 59.9, "category": "Books"}}],
    }
    return (
        f"curl {address}/v1/events \\\n"
        f"  -H 'Authorization: Bearer {SECRET}' \\\n"
        f"  --json '{json.dumps(body, indent=2)}'"
    )


handlers = [
    events_home,
    events_page,
    latest,
    volume,
    show_name,
    properties,
    name_form,
    edit_name,
    show_property,
    property_form,
    edit_property,
]
