"""Applying a plan: step by step, so that what was done is known when one fails."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tamis.definitions.models import PresentType
from tamis.definitions.rules import with_ids
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
    Plan,
    RenameType,
    Step,
)
from tamis.definitions.workspace import Workspace
from tamis.domain.values.text import fold


def apply_plan(plan: Plan, present: Sequence[PresentType], workspace: Workspace, *, allow_loss: bool) -> Iterator[Step]:
    """Apply a plan, and yield each step when it is done. Raises ApiError at the step that fails; those before stay
    done, and a new plan contains the others."""
    type_ids = {fold(each.name): each.id for each in present}
    field_ids: dict[str, dict[int, int]] = defaultdict(dict)
    segment_ids: dict[str, dict[int, int]] = defaultdict(dict)
    topic_ids: dict[str, dict[int, int]] = defaultdict(dict)

    def known(rule: str, type_name: str) -> str:
        return with_ids(rule, field_ids[type_name], segment_ids[type_name], topic_ids[type_name])

    for step in plan.steps:
        match step:
            case CreateType():
                type_ids[fold(step.name)] = workspace.create_type(step.name)
            case RenameType():
                workspace.rename_type(step.id, step.name)
                type_ids[fold(step.name)] = step.id
            case CreateField(type_name, new_id, name, kind, options):
                type_id = type_ids[fold(type_name)]
                field_ids[type_name][new_id] = workspace.create_field(type_id, name, kind, options)
            case EditField():
                workspace.edit_field(step, allow_loss=allow_loss)
            case CreateTopic(type_name, new_id, name, description):
                type_id = type_ids[fold(type_name)]
                topic_ids[type_name][new_id] = workspace.create_topic(type_id, name, description)
            case EditTopic():
                workspace.edit_topic(step.id, step.new_name, step.description)
            case CreateSegment(type_name, _, new_id, name, rule, description):
                type_id, rule = type_ids[fold(type_name)], known(rule, type_name)
                segment_ids[type_name][new_id] = workspace.create_segment(type_id, name, rule, description)
            case EditSegment():
                changed = None if step.rule is None else known(step.rule, step.type_name)
                workspace.edit_segment(step.id, step.new_name, changed, step.description)
            case DeleteType() | DeleteField() | DeleteTopic() | DeleteSegment():
                _delete(step, workspace)
        yield step


def _delete(step: DeleteType | DeleteField | DeleteTopic | DeleteSegment, workspace: Workspace) -> None:
    match step:
        case DeleteType():
            workspace.delete_type(step.id)
        case DeleteField():
            workspace.delete_field(step.id)
        case DeleteTopic():
            workspace.delete_topic(step.id)
        case DeleteSegment():
            workspace.delete_segment(step.id)
