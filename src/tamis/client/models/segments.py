"""Segments, and what can be asked about their members."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from tamis.client.models.contacts import Contact, StoredValue
from tamis.client.request import Model, Tagged

Rule = str | Mapping[str, object]
"""A rule as it is sent: as text, or in its JSON form."""


class Segment(Tagged, frozen=True, kw_only=True):
    """A segment; `rule` is its rule in JSON, `text` the same as text, `sentence` in words."""

    id: int
    contact_type_id: int
    name: str
    description: str | None = None
    rule: Mapping[str, object] | None = None
    text: str | None = None
    sentence: str | None = None
    count: int = 0
    created_at: datetime
    updated_at: datetime


class SegmentPlan(Model, frozen=True, kw_only=True):
    """What changing a rule would do: the counts, and how many would enter and leave."""

    count_before: int
    count_after: int
    entering: int
    leaving: int


class PreviewPart(Model, frozen=True, kw_only=True):
    """The count of a part of a rule, by its path in the JSON form."""

    path: str
    count: int


class Preview(Model, frozen=True, kw_only=True):
    """What a rule selects: how many of how many, how many each part selects alone, and some contacts."""

    count: int
    total: int
    parts: tuple[PreviewPart, ...] = ()
    sentence: str | None = None
    text: str | None = None
    sample: tuple[Contact, ...] = ()


class Member(Model, frozen=True, kw_only=True):
    """A member of a segment; `contact_id` is None for an email that was added manually and is no contact."""

    id: int
    email: str
    contact_id: int | None = None
    fields: Mapping[str, StoredValue] = msgspec.field(default_factory=dict)


class RulePart(Model, frozen=True, kw_only=True):
    """A part of a rule, and whether it holds for a contact; `value` is the contact's."""

    kind: str
    text: str = ""
    value: StoredValue = None
    holds: bool
    parts: tuple["RulePart", ...] = ()


class Explanation(Model, frozen=True, kw_only=True):
    """Why an email is, or is not, in a segment."""

    email: str
    in_segment: bool
    because: str
    contact_id: int | None = None
    since: datetime | None = None
    rule: RulePart | None = None
    changes_at: datetime | None = None


class HistoryDay(Model, frozen=True, kw_only=True):
    """The size of a segment at the end of a day, and how many entered and left during it."""

    day: date
    count: int
    entered: int
    left: int


class History(Model, frozen=True, kw_only=True):
    """The sizes of a segment by day."""

    days: tuple[HistoryDay, ...]
    known_since: datetime | None = None


class ForecastDay(Model, frozen=True, kw_only=True):
    """How many will enter and leave on a day by time alone, and the size at its end."""

    day: date
    entering: int
    leaving: int
    count: int | None = None


class Forecast(Model, frozen=True, kw_only=True):
    """What time alone will do to a segment if nothing else changes."""

    days: tuple[ForecastDay, ...]
    count: int | None = None


class Overlap(Model, frozen=True, kw_only=True):
    """How segments overlap: members in any of them, in all, in only each one, and in every two."""

    union: int
    intersection: int
    only: tuple[int, ...]
    matrix: tuple[tuple[int, ...], ...]


class ContactSegment(Model, frozen=True, kw_only=True):
    """Whether a contact is in a segment, and why."""

    segment_id: int
    name: str
    in_segment: bool


class ContactChange(Model, frozen=True, kw_only=True):
    """An entry of a contact into a segment, or its exit."""

    type: str
    segment_id: int
    at: datetime
    cause: str
