"""The events of one contact as rules see them."""

from collections.abc import Sequence

from tamis.domain.contacts.contacts import Contact
from tamis.domain.events.events import read_property
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.instants import from_micros
from tamis.records.events import read
from tamis.records.events.catalogue import names_of_type
from tamis.records.events.rows import StoredEvent, decode_properties
from tamis.records.handles import Reader
from tamis.rules.evaluation.aggregates import Events, EventValues
from tamis.rules.evaluation.operands import comparable


def events_of(db: Reader, contact: Contact) -> Events:
    """Return a function from the id of a name to the events of a contact, which are read when they are needed."""
    known: dict[int, Sequence[EventValues]] = {}

    def events(name_id: int) -> Sequence[EventValues]:
        if name_id not in known:
            found = read.of_contacts(db, [contact.id], [name_id]).get(contact.id, [])
            properties = names_of_type(db, contact.contact_type_id).properties_of(name_id)
            known[name_id] = [event_values(event, properties) for event in found]
        return known[name_id]

    return events


def event_values(event: StoredEvent, properties: FieldSet) -> EventValues:
    """Return a stored event as rules see it: without the values that cannot be read as the kinds of their
    properties."""
    raw = decode_properties(event.properties)
    values = {id_: read_property(raw[id_], field.kind) for id_, field in properties.by_id.items() if id_ in raw}
    return EventValues(
        from_micros(event.at), {id_: comparable(value) for id_, value in values.items() if value is not None}
    )
