"""Segments, and what can be asked about their members."""

from collections.abc import Mapping
from datetime import date, datetime

from tamis.client.models.contacts import Contact, StoredValue, SuppressionMark
from tamis.client.request import Model, Tagged

Rule = str | Mapping[str, object]
"""A rule as it is sent: as text, or in its JSON form."""


class Segment(Tagged, frozen=True, kw_only=True):
    """A segment; `rule` is its rule in JSON (None without conditions), `text` the same as text, `sentence` in words."""

    id: int
    contact_type_id: int
    name: str
    description: str | None = None
    rule: Mapping[str, object] | None
    text: str
    sentence: str
    count: int
    mailable: int = 0
    created_at: datetime
    updated_at: datetime


class PlannedSample(Model, frozen=True, kw_only=True):
    """Some of those who would enter and leave."""

    entering: tuple[Contact, ...] = ()
    leaving: tuple[Contact, ...] = ()


class DependentPlan(Model, frozen=True, kw_only=True):
    """What would happen to a segment whose rule depends on the changed one."""

    segment_id: int
    name: str
    count_before: int
    count_after: int
    entering: int
    leaving: int


class SegmentPlan(Model, frozen=True, kw_only=True):
    """What changing a segment would do: the counts, how many would enter and leave, and to which other segments."""

    count_before: int
    count_after: int
    entering: int
    leaving: int
    sample: PlannedSample = PlannedSample()
    dependents: tuple[DependentPlan, ...] = ()


class PreviewPart(Model, frozen=True, kw_only=True):
    """The count of a part of a rule, by its path in the JSON form."""

    path: str
    count: int


class Preview(Model, frozen=True, kw_only=True):
    """What a rule selects: how many of how many, how many each part selects alone, and some contacts."""

    count: int
    mailable: int = 0
    total: int
    parts: tuple[PreviewPart, ...]
    sentence: str
    text: str
    sample: tuple[Contact, ...] = ()


class Member(Model, frozen=True, kw_only=True):
    """A member of a segment; `contact_id` is None for an email that was added manually and is no contact."""

    id: int
    contact_id: int | None
    email: str
    added_manually: bool
    since: datetime
    suppressed: bool = False
    fields: Mapping[str, StoredValue]
    unsubscribe_url: str = ""
    suppression: SuppressionMark | None = None


class PastMember(Model, frozen=True, kw_only=True):
    """Who was a member of a segment; `email` is the present one, None where it is not known any more."""

    id: int
    contact_id: int | None
    email: str | None


class RuleEvents(Model, frozen=True, kw_only=True):
    """The events that count for a condition, what is asked of them, and when time alone changes whether it holds;
    `changing` is the instant of the event that begins or stops counting then, if that is why."""

    event: str
    counted: int
    latest: tuple[datetime, ...]
    asked: str
    changes_at: datetime | None
    changing: datetime | None


class RulePart(Model, frozen=True, kw_only=True):
    """A part of a rule, and whether it holds for a contact; `value` is the contact's."""

    kind: str
    text: str
    value: str | None = None
    holds: bool
    parts: tuple["RulePart", ...] = ()
    events: RuleEvents | None = None


class ExplainedSegment(Model, frozen=True, kw_only=True):
    """The segment that an explanation is about."""

    id: int
    name: str


class Explanation(Model, frozen=True, kw_only=True):
    """Why an email is, or is not, in a segment; `changes_at` is when time alone will change that."""

    segment: ExplainedSegment
    email: str
    contact_id: int | None
    in_segment: bool
    because: str
    since: datetime | None = None
    rule: RulePart | None = None
    changes_at: datetime | None = None


class HistoryDay(Model, frozen=True, kw_only=True):
    """The size of a segment at the end of a day, and how many entered and left during it; `cause` is why all members
    were computed, if they were."""

    day: date
    count: int
    entered: int
    left: int
    cause: str | None = None


class History(Model, frozen=True, kw_only=True):
    """The sizes of a segment by day."""

    time_zone: str
    known_since: datetime | None
    days: tuple[HistoryDay, ...]


class Activity(Model, frozen=True, kw_only=True):
    """An entry (`entered`) or exit (`left`) of a member, or the `count` of members when all were computed."""

    id: int
    type: str
    at: datetime
    cause: str
    contact_id: int | None = None
    email: str | None = None
    count: int | None = None


class ForecastDay(Model, frozen=True, kw_only=True):
    """How many will enter and leave on a day by time alone, and the size at its end."""

    day: date
    entering: int
    leaving: int
    count: int


class Forecast(Model, frozen=True, kw_only=True):
    """What time alone will do to a segment if nothing else changes."""

    as_of: datetime
    time_zone: str
    count: int
    mailable: int = 0
    days: tuple[ForecastDay, ...]


class SegmentSize(Model, frozen=True, kw_only=True):
    """A segment and the number of its members."""

    id: int
    name: str
    count: int


class Overlap(Model, frozen=True, kw_only=True):
    """How segments overlap: members in any of them, in all, in only each one, and in every two."""

    segments: tuple[SegmentSize, ...]
    union: int
    intersection: int
    only: tuple[int, ...]
    matrix: tuple[tuple[int, ...], ...]


class SampledMember(Model, frozen=True, kw_only=True):
    """A member in a sample."""

    id: int
    contact_id: int | None
    email: str


class Group(Model, frozen=True, kw_only=True):
    """A group of a segment that was split."""

    group: int
    count: int


class Groups(Model, frozen=True, kw_only=True):
    """The groups of a segment that was split."""

    groups: tuple[Group, ...]


class SegmentOfContact(Model, frozen=True, kw_only=True):
    """A segment that a contact is, or was, in."""

    id: int
    name: str
    deleted: bool = False


class ContactChange(Model, frozen=True, kw_only=True):
    """An entry of a contact into a segment (`entered`), its exit (`left`), or that it was in it when the history of the
    segment begins (`was_in`)."""

    number: int
    type: str
    segment: SegmentOfContact
    at: datetime
    cause: str
