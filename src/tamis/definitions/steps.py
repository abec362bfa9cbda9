"""The steps of a plan: each is one write.

Contact types are named by their final names. Rules are JSON with the ids of fields, topics and segments; those
that a plan creates have a negative `new_id`, unique in their type, until they exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tamis.domain.values.fields import Kind


@dataclass(frozen=True, slots=True)
class CreateType:
    """Create a contact type."""

    name: str


@dataclass(frozen=True, slots=True)
class RenameType:
    """Rename a contact type."""

    id: int
    previous_name: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteType:
    """Delete a contact type with its fields."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CreateField:
    """Create a field."""

    type_name: str
    new_id: int
    name: str
    kind: Kind
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditField:
    """Change a field; `new_name` and `kind` are None where they stay."""

    type_name: str
    id: int
    name: str
    new_name: str | None = None
    kind: Kind | None = None
    renamed_options: tuple[tuple[str, str], ...] = ()
    added_options: tuple[str, ...] = ()
    deleted_options: tuple[str, ...] = ()
    option_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteField:
    """Delete a field and its values."""

    type_name: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CreateTopic:
    """Create a topic."""

    type_name: str
    new_id: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class EditTopic:
    """Change a topic; what is None stays."""

    type_name: str
    id: int
    name: str
    new_name: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteTopic:
    """Delete a topic and the subscriptions to it."""

    type_name: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CreateSegment:
    """Create a segment; `can_preview` says whether its rule only uses what exists already."""

    type_name: str
    type_id: int | None
    new_id: int
    name: str
    rule: str
    description: str
    can_preview: bool


@dataclass(frozen=True, slots=True)
class EditSegment:
    """Change a segment; what is None stays. `can_preview` is as in CreateSegment."""

    type_name: str
    id: int
    name: str
    count: int
    new_name: str | None = None
    rule: str | None = None
    description: str | None = None
    can_preview: bool = False


@dataclass(frozen=True, slots=True)
class DeleteSegment:
    """Delete a segment with its history and manual changes."""

    type_name: str
    id: int
    name: str
    count: int


Step = (
    CreateType
    | RenameType
    | DeleteType
    | CreateField
    | EditField
    | DeleteField
    | CreateTopic
    | EditTopic
    | DeleteTopic
    | CreateSegment
    | EditSegment
    | DeleteSegment
)


def loses_data(step: Step) -> bool:
    """Return whether a step deletes something that the file does not name any more."""
    return isinstance(step, DeleteType | DeleteField | DeleteTopic | DeleteSegment) or (
        isinstance(step, EditField) and bool(step.deleted_options)
    )


@dataclass(frozen=True, slots=True)
class EffectOnDependent:
    """The members of a segment whose rule uses an edited segment, before and after the edit."""

    name: str
    before: int
    after: int
    entering: int
    leaving: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The members of a segment before and after a step; None where they are unknown until other steps are done."""

    before: int | None
    after: int | None
    entering: int | None = None
    leaving: int | None = None
    dependents: Sequence[EffectOnDependent] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order in which they are applied."""

    steps: Sequence[Step]

    @property
    def losses(self) -> list[Step]:
        """The steps that delete something."""
        return [step for step in self.steps if loses_data(step)]
