"""The catalogue of events: their names and properties in each contact type."""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

from tamis import log
from tamis.domain.events.events import NO_EVENTS, EventCatalogue, EventName, EventProperty
from tamis.domain.values.durations import Duration, parse_duration
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.instants import from_micros, to_micros
from tamis.domain.values.text import fold
from tamis.records.engine.sql import insert, run, scalar, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_catalogue")
_PropertyRow = tuple[int, int, str, str, str, str, bool, int]


def catalogue_of_type(db: Reader, type_id: int) -> EventCatalogue:
    """Return the names and properties of the events of a contact type, in the order in which they appeared."""
    names = select_only(db, str, SQL["names"], (type_id,))
    return _catalogue(names, select_only(db, str, SQL["properties"], (type_id,)))


def type_of_name(db: Reader, account_id: int, name_id: int) -> int | None:
    """Return the id of the contact type of an account that has an event name, or None."""
    return scalar(db, int, SQL["type_of_name"], (name_id, account_id))


def type_of_property(db: Reader, account_id: int, property_id: int) -> int | None:
    """Return the id of the contact type of an account whose events have a property, or None."""
    return scalar(db, int, SQL["type_of_property"], (property_id, account_id))


def count_all(db: Reader) -> int:
    """Count the events of all accounts."""
    return select_only(db, int, SQL["count_all"])


def limited_names(db: Reader) -> list[tuple[int, int]]:
    """List the names whose events are kept for a limited time: the ids of their accounts and their own."""
    return select_tuples(db, tuple[int, int], SQL["limited_names"])


def names_of_type(db: Reader, type_id: int) -> EventCatalogue:
    """Return the names and properties of the events of a contact type as rules use them: without counts, examples and
    descriptions, so that caches of rules survive new events."""
    return _catalogue(
        select_only(db, str, SQL["plain_names"], (type_id,)), select_only(db, str, SQL["plain_properties"], (type_id,))
    )


def names_for(db: Reader, type_id: int, rules: Iterable[str]) -> EventCatalogue:
    """Return the names and properties that some stored rules over a contact type may use; none are read when no rule is
    about events."""
    return names_of_type(db, type_id) if any(map(is_about_events, rules)) else NO_EVENTS


def is_about_events(rule: str) -> bool:
    """Return whether a stored rule may be about events."""
    return '"event":' in rule


def insert_name(db: Transaction, type_id: int, name: str, now: datetime) -> EventName:
    """Add an event name; the caller has checked that the type has none that is the same as texts are compared."""
    id_ = insert(db, int, SQL["insert_name"], (type_id, name, fold(name), to_micros(now)))
    return EventName(id_, type_id, name)


def insert_property(db: Transaction, name_id: int, key: str, name: str, kind: Kind, now: datetime) -> EventProperty:
    """Add a property to the events of a name; the caller has checked that its key is free."""
    id_ = insert(db, int, SQL["insert_property"], (name_id, key, name, kind, to_micros(now)))
    return EventProperty(name_id, Field(id_, key, name, kind))


def update_name(db: Transaction, name_id: int, *, description: str, hidden: bool, keep: Duration | None) -> None:
    """Set what people say of an event name: its description, whether it is offered, and how long events are kept."""
    run(db, SQL["update_name"], (description, hidden, None if keep is None else str(keep), name_id))


def update_property(
    db: Transaction, property_id: int, *, description: str, hidden: bool, kind: Kind, unreadable: int
) -> None:
    """Set what people say of a property, its kind, and how many of its values cannot be read as that."""
    run(db, SQL["update_property"], (description, hidden, kind, unreadable, property_id))


def add_count(db: Transaction, name_id: int, number: int, first_at: int | None, last_at: int | None) -> None:
    """Count events of a name that were stored, or removed if `number` is negative; instants in microseconds since
    1970."""
    run(db, SQL["add_count"], (number, first_at, last_at, name_id))


def set_first_at(db: Transaction, name_id: int, first_at: int | None) -> None:
    """Set the instant of the first event of a name, after older ones were removed."""
    run(db, SQL["set_first_at"], (first_at, name_id))


def add_unreadable(db: Transaction, property_id: int, number: int) -> None:
    """Count more values that cannot be read as the kind of a property."""
    run(db, SQL["add_unreadable"], (number, property_id))


def remove_of_type(db: Transaction, type_id: int) -> None:
    """Remove the names and properties of the events of a contact type; the events are removed already."""
    run(db, SQL["remove_properties_of_type"], (type_id,))
    run(db, SQL["remove_names_of_type"], (type_id,))


@lru_cache(maxsize=64)
def _catalogue(names: str, properties: str) -> EventCatalogue:
    # The documents are read at every call, so the cache is never stale.
    name_rows = msgspec.json.decode(
        names, type=list[tuple[int, int, str, str, bool, str | None, int, int | None, int | None]]
    )
    property_rows = msgspec.json.decode(properties, type=list[_PropertyRow])
    found = (_property(*row) for row in property_rows)
    return EventCatalogue(tuple(_name(*row) for row in name_rows), tuple(each for each in found if each))


def _name(
    id_: int,
    type_id: int,
    name: str,
    description: str,
    hidden: bool,
    keep: str | None,
    count: int,
    first_at: int | None,
    last_at: int | None,
) -> EventName:
    return EventName(
        id_,
        type_id,
        name,
        description,
        hidden,
        None if keep is None else parse_duration(keep),
        count,
        None if first_at is None else from_micros(first_at),
        None if last_at is None else from_micros(last_at),
    )


def _property(
    id_: int,
    name_id: int,
    key: str,
    name: str,
    kind: str,
    description: str,
    hidden: bool,
    unreadable: int,
) -> EventProperty | None:
    """Return a property, or None for one that cannot be read, which is logged: rules with it select nobody."""
    try:
        return EventProperty(name_id, Field(id_, key, name, Kind(kind)), description, hidden, unreadable)
    except ValueError:
        log.event("event_property_not_read", level=logging.ERROR, property=id_, kind=kind)
        return None
