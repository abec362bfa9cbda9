"""What the projector is given: a batch of changes of the records, in records of our own that every engine can take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from tamis.domain.fields import FieldSet
from tamis.domain.membership_changes import Cause
from tamis.domain.segments import Inclusion
from tamis.rules.tree import Rule

Levels = Sequence[Mapping[int, Rule]]
"""The rules of segments by id, in an order in which each comes after all that it names."""


class Purpose(StrEnum):
    """Why a batch is given to the projector."""

    FOLLOW = "follow the change log and the time"
    REWIND = "be right as of an earlier instant, because the clock was set back"
    RESTORE = "complete a projection that has the kept history, and nothing else, from the records"


class Touched(msgspec.Struct):
    """Things that were touched at one instant, in microseconds since 1970, for one reason."""

    instant: int
    cause: Cause
    ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class SegmentPlans:
    """The live segments of a contact type, sorted by what the projector has to do with them."""

    zone: ZoneInfo
    kept: Levels
    """Those whose rules are what they were."""
    refilled: Levels
    """Those that are new or edited, or name such a one."""
    deleted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class OverrideChanges:
    """Manual overrides: which additions were `touched`, in the order in which it happened; those of them that still
    exist (`included`); the exclusions of touched contacts and external recipients, as segment and contact
    (`excluded`)."""

    touched: Sequence[Touched] = ()
    included: Sequence[Inclusion] = ()
    excluded: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Since:
    """What the change log has since the kept history was written, beside touched contacts and additions: as of when
    memberships were right then (None where time changes none), and when segments, or those that they name, were edited
    and when anything was done by hand in them."""

    as_of: datetime | None = None
    edited: Mapping[int, datetime] = field(default_factory=dict)
    overridden: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeChanges:
    """What has changed in one contact type, and the instant up to which time has passed for it.

    `touched` are the changed contacts, in the order in which it happened, `documents` those of them that still exist,
    each text with a document on every line; they are read once.
    """

    type_id: int
    fields: FieldSet
    segments: SegmentPlans
    now: datetime
    fields_changed: bool = False
    touched: Sequence[Touched] = ()
    documents: Iterable[Sequence[str]] = ()
    overrides: OverrideChanges = OverrideChanges()
    since: Since = Since()
    """For a projection that is restored."""


@dataclass(frozen=True, slots=True)
class FullLoad:
    """Everything that an empty projection is filled with: the fields of each contact type, the documents of all
    contacts in parts, each with its type, and all overrides."""

    fields: Mapping[int, FieldSet]
    documents: Iterable[tuple[int, Sequence[str]]]
    overrides: OverrideChanges


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """What the projection takes in as a whole or not at all, and the change number that it has `reached` by it.

    `types` is read once, and each of its documents before the next type: so a batch can be larger than memory.
    """

    reached: int
    types: Iterable[TypeChanges]
    purpose: Purpose = Purpose.FOLLOW
    load: FullLoad | None = None
