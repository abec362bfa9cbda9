"""The catalogue of events: what there is, what people say of it, and how long it is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.events.catalogue_growth import is_unreadable
from tamis.actions.events.retention import parse_keep, remove_expired
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Detail, event_name_subject, event_property_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound, Problem, Refused
from tamis.domain.events.events import PROPERTY_KINDS, EventCatalogue, EventName, EventProperty, write_raw
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.text import description_problem, shorten
from tamis.records import change_log, types
from tamis.records.events import catalogue, read
from tamis.records.events.rows import StoredEvent, decode_properties
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.json import from_json
from tamis.rules.tree import referenced_properties

EXAMPLES = 5
EVENTS_FOR_EXAMPLES = 1_000
"""The examples of properties are from so many of the events that were added last: nothing of them is kept elsewhere,
where it would have to be erased."""


@dataclass(frozen=True, slots=True)
class EventNameEdit:
    """The changes to an event name; None changes nothing. `keep` is a duration, or "forever"."""

    description: str | None = None
    hidden: bool | None = None
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class EventPropertyEdit:
    """The changes to a property of events; None changes nothing."""

    description: str | None = None
    hidden: bool | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class TypedEvents:
    """A contact type, and the catalogue of its events."""

    contact_type: ContactType
    catalogue: EventCatalogue

    def properties(self, name: EventName) -> list[EventProperty]:
        """List the properties of a name, in the order in which they appeared."""
        return [each for each in self.catalogue.properties if each.event_id == name.id]


@dataclass(frozen=True, slots=True)
class _UnreadableValues:
    """How many values cannot be read as a kind, of those added up to a change."""

    count: int
    change: int


def list_events(db: Reader, account: Account, type_id: int) -> TypedEvents:
    """Return the catalogue of a contact type, with examples of the properties; raises NotFound."""
    contact_type = type_by_id(db, account, type_id)
    found = catalogue.catalogue_of_type(db, type_id)
    values: dict[int, dict[str, None]] = {each.field.id: {} for each in found.properties}
    for event in read.newest_of_type(db, type_id, EVENTS_FOR_EXAMPLES):
        for property_id, raw in decode_properties(event.properties).items():
            if property_id in values and len(values[property_id]) < EXAMPLES:
                values[property_id][shorten(write_raw(raw))] = None
    properties = (replace(each, examples=tuple(values[each.field.id])) for each in found.properties)
    return TypedEvents(contact_type, EventCatalogue(found.names, tuple(properties)))


def find_event_name(db: Reader, account: Account, name_id: int) -> tuple[TypedEvents, EventName]:
    """Find an event name of an account by its id; raises NotFound."""
    type_id = catalogue.type_of_name(db, account.id, name_id)
    if type_id is None:
        raise NotFound("event_name_id_unknown", event=name_id)
    events = list_events(db, account, type_id)
    return events, events.catalogue.by_id[name_id]


def find_event_property(db: Reader, account: Account, property_id: int) -> tuple[TypedEvents, EventProperty]:
    """Find a property of the events of an account by its id; raises NotFound."""
    type_id = catalogue.type_of_property(db, account.id, property_id)
    events = None if type_id is None else list_events(db, account, type_id)
    for each in events.catalogue.properties if events else ():
        if events and each.field.id == property_id:
            return events, each
    raise NotFound("event_property_id_unknown", property=property_id)


def event_named(events: TypedEvents, reference: str) -> EventName:
    """Find an event name as people write it; raises NotFound."""
    found = events.catalogue.find(reference)
    if found is None:
        known = [name.name for name in events.catalogue.names]
        advice = Message("event_names_choose", known=known) if known else None
        raise NotFound(
            "event_name_unknown", event=shorten(reference), contact_type=events.contact_type.name, advice=advice
        )
    return found


def property_named(events: TypedEvents, name: EventName, reference: str) -> EventProperty:
    """Find a property of an event name as people write it; raises NotFound."""
    found = events.catalogue.properties_of(name.id).find(reference)
    if found is None:
        known = [each.field.key for each in events.properties(name)]
        raise NotFound("event_property_unknown", property=shorten(reference), event=name.name, known=known)
    return next(each for each in events.catalogue.properties if each.field == found)


def edit_event_name(db: Transaction, now: datetime, account: Account, name_id: int, edit: EventNameEdit) -> EventName:
    """Change an event name; events that are older than it is to be kept are removed at once. Raises NotFound and
    Invalid."""
    events, name = find_event_name(db, account, name_id)
    keep = name.keep if edit.keep is None else parse_keep(edit.keep)
    edited = replace(
        name,
        description=_description(edit.description, name.description),
        hidden=name.hidden if edit.hidden is None else edit.hidden,
        keep=keep,
    )
    if edited == name:
        return name
    catalogue.update_name(db, name.id, description=edited.description, hidden=edited.hidden, keep=edited.keep)
    details: dict[str, Detail] = {"keep": "forever" if keep is None else str(keep)} if keep != name.keep else {}
    if edited.hidden != name.hidden:
        details["hidden"] = edited.hidden
    if edited.description != name.description:
        details["description"] = "changed"
    record_entry(db, now, account.id, AuditAction.EVENT_CHANGED, event_name_subject(name), **details)
    if keep != name.keep:
        remove_expired(db, now, account, edited)
    return catalogue.catalogue_of_type(db, events.contact_type.id).by_id[name.id]


def edit_event_property(
    services: Services, account: Account, property_id: int, edit: EventPropertyEdit
) -> EventProperty:
    """Change a property of events. Values that cannot be read as a new kind are kept, and are missing for rules. Raises
    NotFound, Invalid, and Refused while rules use it."""
    db = services.records.reader()
    _, known = find_event_property(db, account, property_id)
    unreadable = None
    if edit.kind is not None and edit.kind != known.field.kind:
        if edit.kind not in PROPERTY_KINDS:
            raise Invalid([Problem("kind", "event_property_kind_unknown", known=list(PROPERTY_KINDS))])
        change = change_log.last_change(db)
        count = _count_unreadable(read.of_name(db, known.event_id), property_id, edit.kind)
        unreadable = _UnreadableValues(count, change)
    return services.write(_edit_property, account, property_id, edit, unreadable)


def _edit_property(
    db: Transaction,
    now: datetime,
    account: Account,
    property_id: int,
    edit: EventPropertyEdit,
    unreadable: _UnreadableValues | None,
) -> EventProperty:
    events, known = find_event_property(db, account, property_id)
    edited = replace(
        known,
        description=_description(edit.description, known.description),
        hidden=known.hidden if edit.hidden is None else edit.hidden,
    )
    details: dict[str, Detail] = {"hidden": edited.hidden} if edited.hidden != known.hidden else {}
    if edited.description != known.description:
        details["description"] = "changed"
    if unreadable and edit.kind and edit.kind != known.field.kind:
        edited = replace(edited, field=replace(known.field, kind=edit.kind))
        _refuse_used(db, events, edited.field)
        last = change_log.last_change(db)
        since = read.added_between(db, events.contact_type.id, unreadable.change, last)
        of_name = ([event for event in batch if event.name_id == known.event_id] for batch in since)
        count = unreadable.count + _count_unreadable(of_name, property_id, edit.kind)
        edited = replace(edited, unreadable=count)
        change_log.record_catalogue_change(db, events.contact_type.id, now)
        details["kind"] = edit.kind.value
    if edited != known:
        catalogue.update_property(
            db,
            property_id,
            description=edited.description,
            hidden=edited.hidden,
            kind=edited.field.kind,
            unreadable=edited.unreadable,
        )
        subject = event_property_subject(edited)
        record_entry(db, now, account.id, AuditAction.EVENT_PROPERTY_CHANGED, subject, **details)
    return edited


def _count_unreadable(batches: Iterable[Sequence[StoredEvent]], property_id: int, kind: Kind) -> int:
    key = f'"{property_id}":'
    return sum(
        is_unreadable(decode_properties(event.properties)[property_id], kind)
        for batch in batches
        for event in batch
        if key in event.properties and property_id in decode_properties(event.properties)
    )


def _refuse_used(db: Reader, events: TypedEvents, changed: Field) -> None:
    """Raise Refused, naming all segments that use a property: values that cannot be read as its new kind are missing,
    and negative conditions about them would select more."""
    type_id = events.contact_type.id
    fields, live = types.fields_of_type(db, type_id), segments.live_of_type(db, type_id)
    refs = SegmentRefs(tuple(SegmentRef(segment.id, segment.name) for segment in live))
    users = []
    for segment in live:
        try:
            rule = build(from_json(segment.rule), fields, refs, events.catalogue)
        except Invalid:
            continue  # it selects nobody already
        if changed.id in {field.id for field in referenced_properties(rule)}:
            users.append(segment.name)
    if users:
        raise Refused("event_kind_in_use", property=changed.name, kind=changed.kind, segments=users)


def _description(stated: str | None, present: str) -> str:
    if stated is None:
        return present
    text = stated.strip()
    if problem := description_problem(text):
        raise Invalid([Problem.of("description", problem)])
    return text
