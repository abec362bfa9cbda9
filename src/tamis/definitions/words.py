"""Steps in words."""

from collections.abc import Mapping

from tamis.definitions.steps import (
    CreateField,
    CreateSegment,
    CreateTopic,
    CreateType,
    DeleteField,
    DeleteSegment,
    DeleteTopic,
    DeleteType,
    EditField,
    EditSegment,
    EditTopic,
    RenameType,
    Step,
)
from tamis.domain.messages.kinds import KIND_NAMES


def describe(step: Step) -> str:
    """Return what a step does."""
    match step:
        case CreateType(name):
            return f'create contact type "{name}"'
        case RenameType(_, previous_name, name):
            return f'rename contact type "{previous_name}" to "{name}"'
        case DeleteType(_, name):
            return f'delete contact type "{name}"'
        case CreateField():
            options = f": {_quoted(step.options)}" if step.options else ""
            return f'create field "{step.name}" ({KIND_NAMES[step.kind]}) of {step.type_name}{options}'
        case EditField():
            return f'edit field "{step.name}" of {step.type_name}: {"; ".join(_field_changes(step))}'
        case DeleteField():
            return f'delete field "{step.name}" of {step.type_name} and its values'
        case CreateTopic():
            return f'create topic "{step.name}" of {step.type_name}'
        case EditTopic():
            return f'edit topic "{step.name}" of {step.type_name}: {"; ".join(_topic_changes(step))}'
        case DeleteTopic():
            return f'delete topic "{step.name}" of {step.type_name} and all subscriptions to it'
        case CreateSegment():
            return f'create segment "{step.name}"'
        case EditSegment():
            return f'edit segment "{step.name}": {"; ".join(_segment_changes(step))}'
        case DeleteSegment():
            return f'delete segment "{step.name}"'


def action_of(step: Step) -> str:
    """Return what a step does in one word: create, edit, rename or delete."""
    return _WORDS[type(step)][0]


def object_of(step: Step) -> str:
    """Return what a step concerns: contact_type, field, topic or segment."""
    return _WORDS[type(step)][1]


_WORDS: Mapping[type[Step], tuple[str, str]] = {
    CreateType: ("create", "contact_type"),
    RenameType: ("rename", "contact_type"),
    DeleteType: ("delete", "contact_type"),
    CreateField: ("create", "field"),
    EditField: ("edit", "field"),
    DeleteField: ("delete", "field"),
    CreateTopic: ("create", "topic"),
    EditTopic: ("edit", "topic"),
    DeleteTopic: ("delete", "topic"),
    CreateSegment: ("create", "segment"),
    EditSegment: ("edit", "segment"),
    DeleteSegment: ("delete", "segment"),
}


def _field_changes(step: EditField) -> list[str]:
    changes = []
    if step.new_name is not None:
        changes.append(f'rename to "{step.new_name}"')
    if step.kind is not None:
        changes.append(f"change kind to {KIND_NAMES[step.kind]}")
    changes += [f'rename option "{option}" to "{name}"' for option, name in step.renamed_options]
    if step.added_options:
        changes.append(f"add {_options(step.added_options)}")
    if step.deleted_options:
        changes.append(f"delete {_options(step.deleted_options)}")
    if step.option_order:
        changes.append(f"order options {_quoted(step.option_order)}")
    return changes


def _topic_changes(step: EditTopic) -> list[str]:
    changes = [] if step.new_name is None else [f'rename to "{step.new_name}"']
    if step.description is not None:
        changes.append("change description" if step.description else "delete description")
    return changes


def _segment_changes(step: EditSegment) -> list[str]:
    changes = []
    if step.new_name is not None:
        changes.append(f'rename to "{step.new_name}"')
    if step.rule is not None:
        changes.append("change rule")
    if step.description is not None:
        changes.append("change description" if step.description else "delete description")
    return changes


def _options(options: tuple[str, ...]) -> str:
    return f"{'option' if len(options) == 1 else 'options'} {_quoted(options)}"


def _quoted(options: tuple[str, ...]) -> str:
    return ", ".join(f'"{option}"' for option in options)
