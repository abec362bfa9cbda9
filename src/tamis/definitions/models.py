"""Definitions: contact types with their fields and segments, as a file says they should be and as an account has them.

`line` is the line of a definition in the file, from 1 on.
"""

from dataclasses import dataclass

from tamis.domain.consent.topics import topic_field
from tamis.domain.events.events import NO_EVENTS, EventCatalogue
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.rules.tree import Rule, fields_used


@dataclass(frozen=True, slots=True)
class DesiredOption:
    """An option of a choice field."""

    name: str
    previous_name: str | None = None


@dataclass(frozen=True, slots=True)
class DesiredField:
    """A custom field."""

    name: str
    kind: Kind
    options: tuple[DesiredOption, ...]
    previous_name: str | None
    line: int


@dataclass(frozen=True, slots=True)
class DesiredSegment:
    """A segment; `rule` is text, or JSON when `is_json`."""

    name: str
    rule: str
    is_json: bool
    description: str
    previous_name: str | None
    line: int
    rule_line: int


@dataclass(frozen=True, slots=True)
class DesiredTopic:
    """A topic."""

    name: str
    description: str
    previous_name: str | None
    line: int


@dataclass(frozen=True, slots=True)
class DesiredType:
    """A contact type with its custom fields, its segments and its topics."""

    name: str
    fields: tuple[DesiredField, ...]
    segments: tuple[DesiredSegment, ...]
    previous_name: str | None
    line: int
    topics: tuple[DesiredTopic, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentTopic:
    """A topic of an account."""

    id: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class PresentSegment:
    """A segment of an account; `rule` is its rule as text."""

    id: int
    name: str
    rule: str
    description: str
    count: int


@dataclass(frozen=True, slots=True)
class PresentType:
    """A contact type of an account; `fields` are its custom fields, in the order of their ids, and `events` what its
    contacts did, which rules may be about. A file does not define events: they come with what programs send."""

    id: int
    name: str
    fields: tuple[Field, ...]
    segments: tuple[PresentSegment, ...]
    events: EventCatalogue = NO_EVENTS
    topics: tuple[PresentTopic, ...] = ()

    @property
    def field_set(self) -> FieldSet:
        """All fields and topics, as rules refer to them."""
        return FieldSet((*RESERVED, *self.fields), tuple(topic_field(topic.id, topic.name) for topic in self.topics))

    @property
    def segment_refs(self) -> SegmentRefs:
        """The segments, as rules refer to them."""
        return SegmentRefs(tuple(SegmentRef(segment.id, segment.name) for segment in self.segments))


@dataclass(frozen=True, slots=True)
class BuiltSegment:
    """A desired segment with the present one that it describes, if any, and both rules.

    What does not exist yet has a negative id in `rule`. `present_rule` is in terms of the present fields and segments;
    `is_same_rule` says whether the file changes it.
    """

    id: int
    desired: DesiredSegment
    present: PresentSegment | None
    rule: Rule
    present_rule: Rule
    is_same_rule: bool

    def uses_before(self, field_id: int) -> bool:
        """Return whether the present rule uses a field."""
        return any(field.id == field_id for field in fields_used(self.present_rule))

    def uses_after(self, field_id: int) -> bool:
        """Return whether the desired rule uses a field."""
        return any(field.id == field_id for field in fields_used(self.rule))
