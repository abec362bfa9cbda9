"""Names and properties that appear with the events that have them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tamis.actions.events.stated_events import StatedProperties
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Problem
from tamis.domain.events.events import MAX_NAMES, MAX_PROPERTIES, EventName, RawValue, kind_of, read_property
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.text import fold, shorten
from tamis.records.change_log import record_event_changes
from tamis.records.events import catalogue
from tamis.records.handles import Transaction

_PLAIN: Mapping[Kind, tuple[type, ...]] = {
    **dict.fromkeys(Kind, ()), Kind.NUMBER: (int, float), Kind.TEXT: (str,), Kind.BOOLEAN: (bool,)
}  # fmt: skip
"""The types of the values that are of a kind for sure; blank texts do not count as values."""


class PropertyIds(NamedTuple):
    """The ids of the properties of an event, in the order of its values, and whether that is ascending."""

    ids: tuple[int, ...]
    are_ascending: bool


class GrowingCatalogue:
    """The catalogue of a contact type during a write, which adds the names and properties that are new."""

    def __init__(self, db: Transaction, now: datetime, contact_type: ContactType) -> None:
        self._db = db
        self._now = now
        self._type = contact_type
        known = catalogue.catalogue_of_type(db, contact_type.id)
        self._names = {fold(name.name): name for name in known.names}
        self._by_spelling: dict[str, EventName] = {}
        self._properties: dict[int, dict[str, Field]] = {name.id: {} for name in known.names}
        for each in known.properties:
            self._properties[each.event_id][each.field.key] = each.field
        self._kinds = {each.field.id: each.field.kind for each in known.properties}
        self._ids: dict[tuple[int, tuple[str, ...]], PropertyIds] = {}
        self._unreadable: Counter[int] = Counter()
        self._readable: set[tuple[tuple[int, ...], tuple[type, ...]]] = set()
        self._has_grown = False

    def name(self, spelling: str) -> EventName | Problem:
        """Return a name, which is added if it is new."""
        found = self._by_spelling.get(spelling) or self._names.get(fold(spelling))
        if found is None:
            if len(self._names) >= MAX_NAMES:
                return Problem("event", "too_many_event_names", contact_type=self._type.name, most=MAX_NAMES)
            self._record_growth()
            found = catalogue.insert_name(self._db, self._type.id, spelling, self._now)
            self._names[fold(spelling)] = found
            self._properties[found.id] = {}
        self._by_spelling[spelling] = found
        return found

    def property_ids(self, name: EventName, stated: StatedProperties) -> PropertyIds | Problem:
        """Return the ids of the properties of an event; properties that are new are added."""
        if found := self._ids.get((name.id, stated.keys)):
            return found
        known = self._properties[name.id]
        new = {
            key: (spelling, kind_of(raw))
            for key, spelling, raw in zip(stated.keys, stated.names, stated.values, strict=True)
            if key not in known
        }
        if new and (problem := self.add_properties(name, new)):
            return problem
        ids = tuple(known[key].id for key in stated.keys)
        found = self._ids[name.id, stated.keys] = PropertyIds(ids, list(ids) == sorted(ids))
        return found

    def properties(self, name: EventName) -> Mapping[str, Field]:
        """Return the properties of a name, by key."""
        return self._properties[name.id]

    def add_properties(self, name: EventName, new: Mapping[str, tuple[str, Kind]]) -> Problem | None:
        """Add properties to the events of a name, by key with their names and kinds; return why they cannot be."""
        known = self._properties[name.id]
        if len(known) + len(new) > MAX_PROPERTIES:
            path = f"properties.{shorten(next(spelling for spelling, _ in new.values()))}"
            return Problem(path, "too_many_event_properties", event=name.name, most=MAX_PROPERTIES)
        self._record_growth()
        for key, (spelling, kind) in new.items():
            known[key] = catalogue.insert_property(self._db, name.id, key, spelling, kind, self._now).field
            self._kinds[known[key].id] = kind
        return None

    def _record_growth(self) -> None:
        """Let the projection follow: rules may use new names and properties, also if no event with them is stored."""
        if not self._has_grown:
            self._has_grown = True
            record_event_changes(self._db, self._type.id, (), self._now)

    def name_of(self, name_id: int) -> str:
        """Return the text of a name by its id."""
        return next(name.name for name in self._names.values() if name.id == name_id)

    def find(self, spelling: str) -> EventName | None:
        """Return a name that is there already, or None."""
        return self._names.get(fold(spelling))

    def count_unreadable(self, ids: tuple[int, ...], values: Sequence[RawValue]) -> None:
        """Count the values of a stored event that cannot be read as the kinds of their properties."""
        types = tuple(map(type, values))
        if (ids, types) in self._readable:
            return
        kinds = [self._kinds[property_id] for property_id in ids]
        if all(each in _PLAIN[kind] for each, kind in zip(types, kinds, strict=True)):
            self._readable.add((ids, types))
            return
        for property_id, kind, raw in zip(ids, kinds, values, strict=True):
            if is_unreadable(raw, kind):
                self._unreadable[property_id] += 1

    def save_counts(self) -> None:
        """Store what was counted."""
        for property_id, number in self._unreadable.items():
            catalogue.add_unreadable(self._db, property_id, number)


def is_unreadable(raw: RawValue, kind: Kind) -> bool:
    """Return whether a value that is not blank cannot be read as a kind."""
    if type(raw) in _PLAIN[kind]:
        return False
    return read_property(raw, kind) is None and not (isinstance(raw, str) and not raw.strip())
