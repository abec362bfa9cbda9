"""What a plan is read from, counted in and applied to: an account, behind the API for programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec
from msgspec import UNSET

from tamis.client import Tamis
from tamis.client.models.account import Field as SentField
from tamis.client.models.events import EventName as SentEventName
from tamis.client.models.segments import Rule as SentRule
from tamis.client.models.segments import Segment
from tamis.definitions.models import PresentSegment, PresentTopic, PresentType
from tamis.definitions.steps import EditField, Effect, EffectOnDependent
from tamis.domain.errors import Refused
from tamis.domain.events.events import EventCatalogue, EventName, EventProperty
from tamis.domain.values.fields import Field, Kind


class Workspace(Protocol):
    """An account whose definitions are read and written. Each method raises ApiError."""

    def read(self) -> list[PresentType]:
        """Return the contact types with their fields and segments; raises Refused for fields of unknown kinds."""

    def count(self, type_id: int, rule: str) -> int:
        """Count the contacts that a rule in JSON matches."""

    def count_contacts(self, type_id: int) -> int:
        """Count the contacts of a type."""

    def effect(self, segment_id: int, rule: str) -> Effect:
        """Return what changing the rule of a segment would do."""

    def create_type(self, name: str) -> int:
        """Create a contact type and return its id."""

    def rename_type(self, type_id: int, name: str) -> None:
        """Rename a contact type."""

    def delete_type(self, type_id: int) -> None:
        """Delete a contact type without contacts."""

    def create_field(self, type_id: int, name: str, kind: Kind, options: tuple[str, ...]) -> int:
        """Create a field and return its id."""

    def edit_field(self, step: EditField, *, allow_loss: bool) -> None:
        """Change a field; with `allow_loss`, values that do not fit a new kind are cleared."""

    def delete_field(self, field_id: int) -> None:
        """Delete a field."""

    def create_topic(self, type_id: int, name: str, description: str) -> int:
        """Create a topic and return its id."""

    def edit_topic(self, topic_id: int, name: str | None, description: str | None) -> None:
        """Change a topic; what is None stays."""

    def delete_topic(self, topic_id: int) -> None:
        """Delete a topic."""

    def create_segment(self, type_id: int, name: str, rule: str, description: str) -> int:
        """Create a segment with a rule in JSON and return its id."""

    def edit_segment(self, segment_id: int, name: str | None, rule: str | None, description: str | None) -> None:
        """Change a segment; what is None stays."""

    def delete_segment(self, segment_id: int) -> None:
        """Delete a segment."""


@dataclass(frozen=True, slots=True)
class ApiWorkspace:
    """The account that a client of the API opens."""

    client: Tamis

    def read(self) -> list[PresentType]:
        """Return the contact types with their fields and segments."""
        segments = list(self.client.segments.list())
        return [
            PresentType(
                found.id,
                found.name,
                tuple(_field(field) for field in self.client.fields.list(found.id) if not field.reserved),
                tuple(_present(segment) for segment in segments if segment.contact_type_id == found.id),
                _events(self.client.events.names(found.id, hidden=True)),
                tuple(PresentTopic(each.id, each.name, each.description) for each in self.client.topics.list(found.id)),
            )
            for found in self.client.contact_types.list()
        ]

    def count(self, type_id: int, rule: str) -> int:
        """Count the contacts that a rule in JSON matches."""
        return self.client.segments.preview(type_id, _sent(rule)).count

    def count_contacts(self, type_id: int) -> int:
        """Count the contacts of a type."""
        return self.client.segments.preview(type_id, "").total

    def effect(self, segment_id: int, rule: str) -> Effect:
        """Return what changing the rule of a segment would do."""
        found = self.client.segments.dry_run(segment_id, _sent(rule))
        dependents = [
            EffectOnDependent(each.name, each.count_before, each.count_after, each.entering, each.leaving)
            for each in found.dependents
        ]
        return Effect(found.count_before, found.count_after, found.entering, found.leaving, dependents)

    def create_type(self, name: str) -> int:
        """Create a contact type and return its id."""
        return self.client.contact_types.create(name).id

    def rename_type(self, type_id: int, name: str) -> None:
        """Rename a contact type."""
        self.client.contact_types.update(type_id, name=name)

    def delete_type(self, type_id: int) -> None:
        """Delete a contact type without contacts."""
        self.client.contact_types.delete(type_id)

    def create_field(self, type_id: int, name: str, kind: Kind, options: tuple[str, ...]) -> int:
        """Create a field and return its id."""
        return self.client.fields.create(type_id, name, kind.value, options=options or UNSET).id

    def edit_field(self, step: EditField, *, allow_loss: bool) -> None:
        """Change a field; with `allow_loss`, values that do not fit a new kind are cleared."""
        self.client.fields.update(
            step.id,
            name=UNSET if step.new_name is None else step.new_name,
            kind=UNSET if step.kind is None else step.kind.value,
            add_options=step.added_options or UNSET,
            delete_options=step.deleted_options or UNSET,
            rename_options=dict(step.renamed_options) or UNSET,
            order_options=step.option_order or UNSET,
            clear_unconvertible=True if allow_loss and step.kind is not None else UNSET,
        )

    def delete_field(self, field_id: int) -> None:
        """Delete a field."""
        self.client.fields.delete(field_id)

    def create_topic(self, type_id: int, name: str, description: str) -> int:
        """Create a topic and return its id."""
        return self.client.topics.create(type_id, name, description=description or UNSET).id

    def edit_topic(self, topic_id: int, name: str | None, description: str | None) -> None:
        """Change a topic; what is None stays."""
        self.client.topics.update(
            topic_id,
            name=UNSET if name is None else name,
            description=UNSET if description is None else description,
        )

    def delete_topic(self, topic_id: int) -> None:
        """Delete a topic."""
        self.client.topics.delete(topic_id)

    def create_segment(self, type_id: int, name: str, rule: str, description: str) -> int:
        """Create a segment with a rule in JSON and return its id."""
        return self.client.segments.create(type_id, name, _sent(rule), description=description or UNSET).id

    def edit_segment(self, segment_id: int, name: str | None, rule: str | None, description: str | None) -> None:
        """Change a segment; what is None stays."""
        self.client.segments.update(
            segment_id,
            name=UNSET if name is None else name,
            rule=UNSET if rule is None else _sent(rule),
            description=UNSET if description is None else description,
        )

    def delete_segment(self, segment_id: int) -> None:
        """Delete a segment."""
        self.client.segments.delete(segment_id)


def _field(sent: SentField) -> Field:
    return Field(sent.id, sent.key, sent.name, _kind(sent.name, sent.kind), sent.options)


def _events(sent: Iterable[SentEventName]) -> EventCatalogue:
    names = list(sent)
    return EventCatalogue(
        tuple(EventName(name.id, name.contact_type_id, name.name) for name in names),
        tuple(
            EventProperty(name.id, Field(each.id, each.key, each.name, _kind(each.name, each.kind)))
            for name in names
            for each in name.properties
        ),
    )


def _kind(name: str, kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise Refused("present_kind_unknown", field=name, kind=kind) from None


def _present(segment: Segment) -> PresentSegment:
    text = segment.text if segment.text is not None else ""
    return PresentSegment(segment.id, segment.name, text, segment.description or "", segment.count)


def _sent(rule: str) -> SentRule:
    parsed: SentRule | None = msgspec.json.decode(rule)
    return "" if parsed is None else parsed  # the rule without conditions
