"""`tamis events`."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from tamis.actions.events import catalogue
from tamis.actions.events.catalogue import EventNameEdit, EventPropertyEdit, TypedEvents
from tamis.actions.events.retention import FOREVER
from tamis.cli.common import (
    Common,
    TypeOption,
    open_services,
    print_line,
    print_result,
    print_table,
    resolve_account,
    resolve_type,
)
from tamis.domain.events.events import EventName, EventProperty
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.dates import local_time
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import format_instant
from tamis.domain.values.text import pluralize

events_app = App(name="events", help="Manage events: what contacts did and when.")
events_app.command("tamis.cli.events.event_imports:import_file", name="import", help="Import events from a file.")
events_app.command(
    "tamis.cli.events.event_exports:export_file_of_events", name="export", help="Export events to a file."
)
PropertyOption = Annotated[str | None, Parameter(name="--property", negative="")]


@events_app.command(name="list")
def list_events(
    *,
    type_: TypeOption,
    all_: Annotated[bool, Parameter(name="--all", negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List the event names of a contact type, with counts, first and last time, and properties.

    Parameters
    ----------
    all_
        Also list the hidden ones.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        events = catalogue.list_events(services.records.reader(), account, contact_type.id)
    names = [name for name in events.catalogue.names if all_ or not name.hidden]
    if common.json:
        print_result(common, {"events": [_name_document(events, name) for name in names]})
        return
    if not names:
        print_line(f"There are no events of {contact_type.name} yet.")
        return
    rows = [
        (
            name.name,
            f"{name.count:,}",
            local_time(name.first_at, account.zone, seconds=False) if name.first_at else "",
            local_time(name.last_at, account.zone, seconds=False) if name.last_at else "",
            ", ".join(f"{p.field.key} ({KIND_NAMES[p.field.kind]})" for p in events.properties(name) if not p.hidden),
        )
        for name in names
    ]
    print_table(("Event", "Count", "First", "Last", "Properties"), rows, right=(1,))


@events_app.command
def describe(
    name: str,
    text: str,
    *,
    type_: TypeOption,
    property_: PropertyOption = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Describe an event name, or one of its properties.

    Parameters
    ----------
    name
        The event name.
    text
        The description; blank removes it.
    property_
        The property to describe.
    """
    _edit(name, type_, property_, common, EventNameEdit(description=text), EventPropertyEdit(description=text))


@events_app.command
def hide(
    name: str,
    *,
    type_: TypeOption,
    property_: PropertyOption = None,
    undo: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Hide an event name, or one of its properties: it is no longer offered, and rules that use it still work.

    Parameters
    ----------
    name
        The event name.
    property_
        The property to hide.
    undo
        Show it again.
    """
    _edit(name, type_, property_, common, EventNameEdit(hidden=not undo), EventPropertyEdit(hidden=not undo))


@events_app.command
def keep(
    name: str,
    duration: str,
    *,
    type_: TypeOption,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Set how long events are kept: older ones are removed at once, and from then on every day.

    Parameters
    ----------
    name
        The event name.
    duration
        How long, such as "2 years", 18mo or 90d; forever keeps all of them.
    """
    _edit(name, type_, None, common, EventNameEdit(keep=duration), EventPropertyEdit())


@events_app.command(name="kind")
def set_kind(
    name: str,
    property_: Annotated[str, Parameter(name="property")],
    kind: Literal["text", "number", "date", "datetime", "boolean"],
    *,
    type_: TypeOption,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Change the kind of an event property: text, number, date, datetime or boolean. All values are kept; those that
    cannot be read as the new kind are missing for rules.

    Parameters
    ----------
    name
        The event name.
    property_
        The property.
    kind
        The new kind.
    """
    _edit(name, type_, property_, common, EventNameEdit(), EventPropertyEdit(kind=Kind(kind)))


def _edit(
    name: str,
    type_: str,
    property_: str | None,
    common: Common,
    of_name: EventNameEdit,
    of_property: EventPropertyEdit,
) -> None:
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        events = catalogue.list_events(services.records.reader(), account, contact_type.id)
        found = catalogue.event_named(events, name)
        if property_ is None:
            edited = services.write(catalogue.edit_event_name, account, found.id, of_name)
            kept = FOREVER if edited.keep is None else f"for {edited.keep}"
            lines = [f"{edited.name}: {pluralize(edited.count, 'event')}, kept {kept}{_hidden(edited)}"]
            document = _name_document(events, edited)
        else:
            known = catalogue.property_named(events, found, property_)
            changed = catalogue.edit_event_property(services, account, known.field.id, of_property)
            lines = [f"{found.name}, {changed.field.key}: {KIND_NAMES[changed.field.kind]}{_hidden(changed)}"]
            if changed.unreadable:
                values = pluralize(changed.unreadable, "value")
                lines.append(f"{values} cannot be read as {KIND_NAMES[changed.field.kind]}, and count as missing.")
            document = _property_document(changed)
    print_result(common, document, *lines)


def _hidden(shown: EventName | EventProperty) -> str:
    return ", hidden" if shown.hidden else ""


def _name_document(events: TypedEvents, name: EventName) -> dict[str, object]:
    return {
        "id": name.id,
        "name": name.name,
        "description": name.description,
        "hidden": name.hidden,
        "keep": FOREVER if name.keep is None else str(name.keep),
        "count": name.count,
        "first_at": format_instant(name.first_at) if name.first_at else None,
        "last_at": format_instant(name.last_at) if name.last_at else None,
        "properties": [_property_document(each) for each in events.properties(name)],
    }


def _property_document(shown: EventProperty) -> dict[str, object]:
    return {
        "id": shown.field.id,
        "key": shown.field.key,
        "name": shown.field.name,
        "kind": shown.field.kind,
        "description": shown.description,
        "hidden": shown.hidden,
        "unreadable": shown.unreadable,
        "examples": list(shown.examples),
    }
