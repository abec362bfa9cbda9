"""What an edit of a segment would do to its members, and to those of the segments that depend on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tamis.actions.segments.dependents import dependents_of_segment
from tamis.actions.segments.segments import SegmentEdit, check_edit, rule_of
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.columns.interface.rules import RuleEffect
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact
from tamis.domain.preconditions import NO_PRECONDITION, Precondition
from tamis.domain.segments.segments import Segment
from tamis.records import contacts, types
from tamis.rules.evaluation.dependencies import sort_into_levels
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SAMPLE_SIZE = 10


@dataclass(frozen=True, slots=True)
class DependentEffect:
    """How many members a segment that depends on the edited one would gain and lose."""

    segment: Segment
    count_before: int
    count_after: int
    entering: int
    leaving: int


@dataclass(frozen=True, slots=True)
class MembershipEffect:
    """How an edit would change the members of a segment: their number before and after, how many would enter and leave,
    some contacts among them, and the effects on the segments that depend on it, by name."""

    count_before: int
    count_after: int
    entering: int
    leaving: int
    dependents: tuple[DependentEffect, ...] = ()
    entering_sample: tuple[Contact, ...] = ()
    leaving_sample: tuple[Contact, ...] = ()

    @property
    def changes_members(self) -> bool:
        """Whether anybody would enter or leave; the counts alone may be equal."""
        return bool(self.entering or self.leaving)


def effect_of_edit(
    services: Services,
    account: Account,
    segment_id: int,
    edit: SegmentEdit,
    precondition: Precondition = NO_PRECONDITION,
    *,
    sample_size: int = 0,
) -> MembershipEffect:
    """Return what `edit_segment` with these arguments would do to the members now, including overrides, without doing
    it. Raises what `edit_segment` raises, and Unavailable."""
    with services.view(account.id) as view:
        db = view.records
        checked = check_edit(db, account, segment_id, edit, precondition)
        rule, type_id = rule_of(db, replace(checked.segment, rule=checked.document)), checked.segment.contact_type_id
        fields = types.fields_of_type(db, type_id)
        dependents = dependents_of_segment(db, checked.segment)
        rules = rules_of_type(db, type_id, fields)
        changed = {segment_id: rule, **{dependent.id: rules[dependent.id] for dependent in dependents}}
        as_of = EvaluationTime(view.as_of_type(type_id), account.zone)
        effects = view.columns.rules.effects(type_id, _levels(changed), as_of)
        samples: tuple[list[int], list[int]] = ([], [])
        if sample_size:
            samples = view.columns.rules.samples_of_effect(type_id, segment_id, rule, as_of, sample_size)
        entering, leaving = (tuple(contacts.by_ids(db, ids, fields)) for ids in samples)
    return MembershipEffect(*effects[segment_id], _effects_on(dependents, effects), entering, leaving)


def _levels(rules: Mapping[int, Rule]) -> list[dict[int, Rule]]:
    return [{segment_id: rules[segment_id] for segment_id in level} for level in sort_into_levels(rules)]


def _effects_on(dependents: list[Segment], effects: Mapping[int, RuleEffect]) -> tuple[DependentEffect, ...]:
    return tuple(DependentEffect(segment, *effects[segment.id]) for segment in dependents)
