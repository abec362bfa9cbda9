"""The events of a few contacts in memory, as Python evaluates rules about them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from tamis.columns.projector.batch import ContactEvent
from tamis.columns.projector.context import NO_EVENTS_KNOWN, EventsByName, TypeContext
from tamis.columns.projector.rule_dependencies import used_events
from tamis.domain.events.events import RawValue, read_property
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.instants import from_micros
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.evaluation.operands import comparable

_PROPERTIES = msgspec.json.Decoder(dict[int, RawValue])


class EventVersions(NamedTuple):
    """The events of a contact before and after its change, by name."""

    before: EventsByName
    after: EventsByName


WITHOUT_EVENTS = EventVersions(NO_EVENTS_KNOWN, NO_EVENTS_KNOWN)


def read_events(context: TypeContext, contact_ids: Sequence[int]) -> Mapping[int, EventVersions]:
    """Read the events of some contacts that the unchanged rules may use; contacts without any are left out."""
    name_ids = used_events(context.unchanged)
    if not (name_ids and contact_ids):
        return {}
    events = context.changes.events
    assert events.of_contacts
    fields = {name_id: events.catalogue.properties_of(name_id) for name_id in name_ids}
    return {
        contact_id: EventVersions(
            _by_name([event for event in found if not event.is_added], fields), _by_name(found, fields)
        )
        for contact_id, found in events.of_contacts(contact_ids, name_ids).items()
    }


def _by_name(events: Sequence[ContactEvent], fields: Mapping[int, FieldSet]) -> EventsByName:
    found: dict[int, list[EventValues]] = {}
    for event in events:
        found.setdefault(event.name_id, []).append(_values(event, fields[event.name_id]))
    return found


def _values(event: ContactEvent, fields: FieldSet) -> EventValues:
    raw = _PROPERTIES.decode(event.properties)
    values = {id_: read_property(raw[id_], field.kind) for id_, field in fields.by_id.items() if id_ in raw}
    return EventValues(
        from_micros(event.instant), {id_: comparable(value) for id_, value in values.items() if value is not None}
    )
