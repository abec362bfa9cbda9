"""What a plan would do to the members of segments."""

from tamis.definitions.steps import CreateSegment, DeleteSegment, DeleteType, EditSegment, Effect, Plan, Step
from tamis.definitions.workspace import Workspace
from tamis.domain.errors import Refused


def count_effects(plan: Plan, workspace: Workspace) -> list[Effect | None]:
    """Return the effect of each step on the members of its segment, None for steps that concern no members.

    Each step is counted alone, as if it were the only one.
    """
    return [_effect(step, workspace) for step in plan.steps]


def refuse_types_with_contacts(plan: Plan, workspace: Workspace) -> None:
    """Raise Refused, before anything is done, where a type that is to be deleted still has contacts."""
    for step in plan.steps:
        if isinstance(step, DeleteType) and (contacts := workspace.count_contacts(step.id)):
            raise Refused("contact_type_not_empty", contact_type=step.name, contacts=contacts)


def _effect(step: Step, workspace: Workspace) -> Effect | None:
    match step:
        case CreateSegment(type_id=int(type_id), rule=rule, can_preview=True):
            count = workspace.count(type_id, rule)
            return Effect(0, count, count, 0)
        case CreateSegment():
            return Effect(0, None)
        case EditSegment(rule=str(rule), can_preview=True):
            return workspace.effect(step.id, rule)
        case EditSegment(rule=str()):
            return Effect(step.count, None)
        case DeleteSegment():
            return Effect(step.count, 0, 0, step.count)
    return None
