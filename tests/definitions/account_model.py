"""A model of an account: a workspace in memory that refuses what a server refuses."""

from dataclasses import dataclass, field, replace

from tamis.definitions.apply import apply_plan
from tamis.definitions.models import PresentSegment, PresentTopic, PresentType
from tamis.definitions.rules import present_rule
from tamis.definitions.steps import EditField, Effect, Plan
from tamis.domain.consent.topics import topic_field, topic_id_of
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind, key_from_name
from tamis.domain.values.text import fold
from tamis.rules.build import build
from tamis.rules.syntaxes.draft import DraftCondition, map_conditions
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import to_text
from tamis.rules.tree import Rule, conditions, referenced_segments, topics_used


@dataclass(frozen=True)
class StoredSegment:
    """A segment with its rule as JSON, with ids."""

    type_id: int
    name: str
    rule: str
    description: str


@dataclass
class AccountModel:
    """Contact types with fields and segments."""

    types: dict[int, str] = field(default_factory=dict)
    fields: dict[int, tuple[int, Field]] = field(default_factory=dict)
    segments: dict[int, StoredSegment] = field(default_factory=dict)
    topics: dict[int, tuple[int, PresentTopic]] = field(default_factory=dict)
    last_id: int = 100

    def apply(self, plan: Plan) -> None:
        """Apply all steps, and check what always holds after each."""
        for _ in apply_plan(plan, self.read(), self, allow_loss=True):
            self.check()

    def check(self) -> None:
        """Check that names are unique and every rule can be evaluated."""
        assert len({fold(name) for name in self.types.values()}) == len(self.types)
        assert len({fold(stored.name) for stored in self.segments.values()}) == len(self.segments)
        for present in self.read():
            assert len({of.key for of in present.fields}) == len(present.fields)
            assert len({fold(topic.name) for topic in present.topics}) == len(present.topics)
            for segment in present.segments:
                present_rule(segment, present)

    def read(self) -> list[PresentType]:
        """Return what the account has."""
        return [
            PresentType(
                type_id,
                name,
                tuple(of for owner, of in self.fields.values() if owner == type_id),
                tuple(
                    PresentSegment(id_, stored.name, to_text(self._rule(stored)), stored.description, 0)
                    for id_, stored in self.segments.items()
                    if stored.type_id == type_id
                ),
                topics=tuple(topic for owner, topic in self.topics.values() if owner == type_id),
            )
            for type_id, name in self.types.items()
        ]

    def count(self, type_id: int, rule: str) -> int:
        """Count nothing."""
        return 0

    def count_contacts(self, type_id: int) -> int:
        """Count nothing."""
        return 0

    def effect(self, segment_id: int, rule: str) -> Effect:
        """Change nothing."""
        return Effect(0, 0)

    def create_type(self, name: str) -> int:
        """Create a contact type."""
        self.types[self._new_id()] = name
        return self.last_id

    def rename_type(self, type_id: int, name: str) -> None:
        """Rename a contact type."""
        assert type_id in self.types
        self.types[type_id] = name

    def delete_type(self, type_id: int) -> None:
        """Delete a contact type, which must have no segments."""
        assert all(stored.type_id != type_id for stored in self.segments.values())
        del self.types[type_id]
        self.fields = {id_: pair for id_, pair in self.fields.items() if pair[0] != type_id}
        self.topics = {id_: pair for id_, pair in self.topics.items() if pair[0] != type_id}

    def create_field(self, type_id: int, name: str, kind: Kind, options: tuple[str, ...]) -> int:
        """Create a field."""
        assert kind.has_options == bool(options)
        made = Field(self._new_id(), key_from_name(name), name, kind, options)
        self.fields[made.id] = type_id, made
        return made.id

    def edit_field(self, step: EditField, *, allow_loss: bool) -> None:
        """Change a field; its kind only while no rule uses it, and no option that a rule names is deleted."""
        type_id, was = self.fields[step.id]
        renamed = dict(step.renamed_options)
        assert {*renamed, *step.deleted_options} <= set(was.options)
        kind = step.kind or was.kind
        assert kind is was.kind or not self._users(step.id), "the kind of a field in use"
        options = [renamed.get(option, option) for option in was.options if option not in step.deleted_options]
        options = [*options, *step.added_options] if kind.has_options else []
        assert {*step.option_order} <= {*options}
        places = {option: place for place, option in enumerate(step.option_order)}
        options.sort(key=lambda option: places.get(option, len(places)))
        name = was.name if step.new_name is None else step.new_name
        key = was.key if step.new_name is None else key_from_name(name)
        users = self._users(step.id)
        self.fields[step.id] = type_id, replace(was, name=name, key=key, kind=kind, options=tuple(options))
        for id_ in users:
            self._rename_options(id_, step.id, renamed)

    def delete_field(self, field_id: int) -> None:
        """Delete a field, which no rule may use."""
        assert not self._users(field_id)
        del self.fields[field_id]

    def create_topic(self, type_id: int, name: str, description: str) -> int:
        """Create a topic."""
        made = PresentTopic(self._new_id(), name, description)
        self.topics[made.id] = type_id, made
        return made.id

    def edit_topic(self, topic_id: int, name: str | None, description: str | None) -> None:
        """Change a topic."""
        type_id, was = self.topics[topic_id]
        new_name = was.name if name is None else name
        new_description = was.description if description is None else description
        self.topics[topic_id] = type_id, PresentTopic(topic_id, new_name, new_description)

    def delete_topic(self, topic_id: int) -> None:
        """Delete a topic, which no rule may name."""
        used = {topic_id_of(topic) for stored in self.segments.values() for topic in topics_used(self._rule(stored))}
        assert topic_id not in used
        del self.topics[topic_id]

    def create_segment(self, type_id: int, name: str, rule: str, description: str) -> int:
        """Create a segment."""
        self.segments[self._new_id()] = StoredSegment(type_id, name, rule, description)
        return self.last_id

    def edit_segment(self, segment_id: int, name: str | None, rule: str | None, description: str | None) -> None:
        """Change a segment."""
        was = self.segments[segment_id]
        self.segments[segment_id] = StoredSegment(
            was.type_id,
            was.name if name is None else name,
            was.rule if rule is None else rule,
            was.description if description is None else description,
        )

    def delete_segment(self, segment_id: int) -> None:
        """Delete a segment, which no other rule may name."""
        gone = self.segments.pop(segment_id)
        for stored in self.segments.values():
            refs = referenced_segments(self._rule(stored, also={segment_id: gone}))
            assert segment_id not in refs

    def _rule(self, stored: StoredSegment, also: dict[int, StoredSegment] | None = None) -> Rule:
        return build(from_json(stored.rule), *self._names(stored, also))

    def _names(
        self, stored: StoredSegment, also: dict[int, StoredSegment] | None = None
    ) -> tuple[FieldSet, SegmentRefs]:
        fields = tuple(of for owner, of in self.fields.values() if owner == stored.type_id)
        segments = {**self.segments, **(also or {})}
        refs = [SegmentRef(id_, each.name) for id_, each in segments.items() if each.type_id == stored.type_id]
        topics = [topic_field(of.id, of.name) for owner, of in self.topics.values() if owner == stored.type_id]
        return FieldSet((*RESERVED, *fields), tuple(topics)), SegmentRefs(tuple(refs))

    def _users(self, field_id: int) -> list[int]:
        return [
            id_
            for id_, stored in self.segments.items()
            if any(condition.field.id == field_id for condition in conditions(self._rule(stored)))
        ]

    def _rename_options(self, segment_id: int, field_id: int, renamed: dict[str, str]) -> None:
        def change(condition: DraftCondition) -> DraftCondition:
            if condition.field != field_id:
                return condition
            return replace(condition, values=tuple(renamed.get(value, value) for value in condition.values))

        stored = self.segments[segment_id]
        fields, refs = self._names(stored)
        rule = to_json(build(map_conditions(from_json(stored.rule), change), fields, refs))
        self.segments[segment_id] = replace(stored, rule=rule)

    def _new_id(self) -> int:
        self.last_id += 1
        return self.last_id
