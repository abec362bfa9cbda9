"""The projector's input: a batch of changes of the records, independent of the engine."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tamis.domain.events.events import NO_EVENTS, EventCatalogue
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import Inclusion
from tamis.domain.values.fields import FieldSet
from tamis.rules.tree import Rule

Levels = Sequence[Mapping[int, Rule]]
"""The rules of segments by id; each segment is in a later level than the segments that its rule names."""


class Purpose(StrEnum):
    """Why a batch is applied."""

    ADVANCE = "apply new changes and the passing of time"
    REWIND = "be right as of an earlier instant, because the clock was set back"
    RESTORE = "rebuild a projection from the kept history and the records"


class ChangeGroup(msgspec.Struct):
    """Ids that changed at one instant, in microseconds since 1970, for one cause."""

    instant: int
    cause: Cause
    ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """The live segments of a contact type, by what the projector does with them."""

    zone: ZoneInfo
    unchanged: Levels
    """Segments with the same rules as before."""
    refreshed: Levels
    """Segments that are new or edited, or whose rules name one that is."""
    deleted: frozenset[int] = frozenset()
    versions: Mapping[int, int] = field(default_factory=dict)
    """The numbers of versions whose sizes are to be kept, by segment: the refreshed rules are those of these
    versions."""


class EventRows(NamedTuple):
    """Events of one name, each as a line in which tabs separate contact, name, key, instant in microseconds since 1970,
    occurrence, and the properties as they were sent, as a JSON object by property id."""

    lines: Sequence[str]


class RemovedEvents(NamedTuple):
    """The events of a name before an instant were removed at another one; both in microseconds since 1970."""

    name_id: int
    before: int
    instant: int


class ContactEvent(NamedTuple):
    """An event of a contact: its name, its instant in microseconds since 1970, its properties as in `EventRows`, and
    whether a batch adds it."""

    name_id: int
    instant: int
    properties: str
    is_added: bool


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The changed events of a contact type.

    `catalogue` are all names; it has changed more than by new ones if `has_new_kinds`. `changed` are the contacts with
    new events, in order of time, and `added` these events by name id; they can be read only once. `of_name` reads all
    events of a name, and `of_contacts` those of some names that some contacts have, oldest first; it is None if events
    are gone that the projection still has. Of a type that is deleted, the catalogue is gone, too (`is_type_deleted`).
    """

    catalogue: EventCatalogue = NO_EVENTS
    changed: Sequence[ChangeGroup] = ()
    added: Iterable[tuple[int, EventRows]] = ()
    removed: Sequence[RemovedEvents] = ()
    of_name: Callable[[int], Iterable[EventRows]] = lambda _name_id: ()
    of_contacts: Callable[[Sequence[int], Collection[int]], Mapping[int, Sequence[ContactEvent]]] | None = None
    has_new_kinds: bool = False
    is_type_deleted: bool = False


@dataclass(frozen=True, slots=True)
class OverrideChanges:
    """Changed manual overrides: the ids of inclusions that `changed`, in order of time; those of them that still exist
    (`included`); and the exclusions of changed contacts and external recipients, as segment and contact (`excluded`).
    """

    changed: Sequence[ChangeGroup] = ()
    included: Sequence[Inclusion] = ()
    excluded: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class ChangesSinceHistory:
    """What the change log has since the kept history was written, besides changed contacts and inclusions: as of when
    memberships were right then (None if time changes none), and when segments, or segments that they name, were last
    edited or had an override changed."""

    as_of: datetime | None = None
    edited: Mapping[int, datetime] = field(default_factory=dict)
    overridden: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeChanges:
    """The changes of one contact type, and the instant as of which it is to be right.

    `changed` are the changed contacts in order of time. `documents` are those that still exist, one JSON document a
    line; they can be read only once.
    """

    type_id: int
    fields: FieldSet
    segments: SegmentRules
    now: datetime
    fields_changed: bool = False
    changed: Sequence[ChangeGroup] = ()
    documents: Iterable[Sequence[str]] = ()
    overrides: OverrideChanges = OverrideChanges()
    events: EventChanges = EventChanges()
    since: ChangesSinceHistory = ChangesSinceHistory()
    """Only for restoring a projection."""

    @property
    def all_changed(self) -> list[ChangeGroup]:
        """The contacts that changed, or whose events did, in order of time; at one instant, events come first."""
        return sorted([*self.events.changed, *self.changed], key=attrgetter("instant"))


@dataclass(frozen=True, slots=True)
class FullLoad:
    """The contents of an empty projection: the fields and the event names of each contact type, the documents of all
    contacts in parts, each with its type, all overrides, and all events by type and name."""

    fields: Mapping[int, FieldSet]
    documents: Iterable[tuple[int, Sequence[str]]]
    overrides: OverrideChanges
    catalogues: Mapping[int, EventCatalogue]
    events: Iterable[tuple[int, int, EventRows]]


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """A batch that the projection applies as a whole or not at all; it then has `reached` this change number.

    `types` can be read only once, and the documents of each before the next type: so a batch can be larger than memory.
    """

    reached: int
    types: Iterable[TypeChanges]
    purpose: Purpose = Purpose.ADVANCE
    load: FullLoad | None = None
