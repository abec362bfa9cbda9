"""The planner: the steps from what an account has to what a file says. A pure function, and the only one that decides.

A new name is matched before a previous one, so that a file whose renames were applied plans nothing more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tamis.definitions.fields import field_step_key, field_steps, match_fields, type_step_key
from tamis.definitions.matching import Matches, match, repeated_names
from tamis.definitions.models import BuiltSegment, DesiredSegment, DesiredType, PresentSegment, PresentType
from tamis.definitions.order import PlannedStep, in_order
from tamis.definitions.rules import build_segments, is_valid, present_rule
from tamis.definitions.steps import CreateSegment, CreateType, DeleteSegment, DeleteType, EditSegment, Plan, RenameType
from tamis.definitions.topics import match_topics, topic_step_key, topic_steps
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.text import fold
from tamis.rules.syntaxes.json import to_json
from tamis.rules.tree import Rule, fields_used, referenced_segments, topics_used

SegmentMatches = Matches[DesiredSegment, PresentSegment]


def plan_changes(desired: Sequence[DesiredType], present: Sequence[PresentType]) -> Plan:
    """Plan the steps; raises Invalid with every problem of the file, and Refused for steps that need each other."""
    _check_names(desired)
    types = match(desired, present, fold, lambda each: each.name)
    segments = _Segments(types)
    problems: list[Problem] = []
    steps: list[PlannedStep] = []
    for want, have in types.pairs:
        try:
            steps += _type_steps(want, have, segments)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    for gone in types.left:
        deleted = _deletions(gone.name, gone, gone.segments, {})
        steps += deleted
        after = frozenset(each.key for each in deleted)
        steps.append(PlannedStep(_deleted_type_key(gone), DeleteType(gone.id, gone.name), after))
    return Plan(tuple(in_order(steps)))


class _Segments:
    """The matched segments of all types, and which step frees the name of one that moves to another type."""

    def __init__(self, types: Matches[DesiredType, PresentType]) -> None:
        self.matches: dict[int, SegmentMatches] = {}
        self._freed_by = {fold(each.name): _deleted_segment_key(each) for gone in types.left for each in gone.segments}
        for want, have in types.pairs:
            found: SegmentMatches = match(
                want.segments, have.segments if have else (), fold, lambda segment: segment.name
            )
            self.matches[want.line] = found
            self._freed_by |= {fold(each.name): _deleted_segment_key(each) for each in found.left}
            self._freed_by |= {fold(each.name): _segment_key(wish) for wish, each in found.pairs if each}

    def before(self, name: str) -> frozenset[str]:
        """Return the step that has to come before a segment gets a name."""
        return frozenset({self._freed_by[fold(name)]}) if fold(name) in self._freed_by else frozenset()


def _type_steps(want: DesiredType, have: PresentType | None, all_segments: _Segments) -> list[PlannedStep]:
    fields, segments = match_fields(want, have), all_segments.matches[want.line]
    topics = match_topics(want, have)
    built = build_segments(have, replace(fields.desired, topics=topics.fields), segments.pairs)
    steps = _own_steps(want, have)
    users = _users_of_fields(have, built, segments.left)
    steps += field_steps(want, fields, built, users)
    steps += topic_steps(want, topics, users)
    keys = {each.id: _segment_key(each.desired) for each in built}
    for each in built:
        step = _segment_step(want, have, each)
        if step is None:
            continue
        after = {type_step_key(want)} | all_segments.before(each.desired.name)
        after |= {field_step_key(want, field) for field in fields_used(each.rule)}
        after |= {topic_step_key(want, topic) for topic in topics_used(each.rule)}
        after |= {keys[other] for other in referenced_segments(each.rule)}
        steps.append(PlannedStep(keys[each.id], step, frozenset(after)))
    if have:
        editors = {each.present.id: keys[each.id] for each in built if each.present}
        steps += _deletions(want.name, have, segments.left, editors)
    return steps


def _own_steps(want: DesiredType, have: PresentType | None) -> list[PlannedStep]:
    if have is None:
        return [PlannedStep(type_step_key(want), CreateType(want.name))]
    if have.name == want.name:
        return []
    return [PlannedStep(type_step_key(want), RenameType(have.id, have.name, want.name))]


def _segment_step(
    want: DesiredType, have: PresentType | None, built: BuiltSegment
) -> CreateSegment | EditSegment | None:
    wish, present, rule = built.desired, built.present, to_json(built.rule)
    can_preview = have is not None and is_valid(rule, have)
    if present is None:
        type_id = have.id if have else None
        return CreateSegment(want.name, type_id, built.id, wish.name, rule, wish.description, can_preview)
    step = EditSegment(
        want.name,
        present.id,
        present.name,
        present.count,
        new_name=wish.name if wish.name != present.name else None,
        rule=None if built.is_same_rule else rule,
        description=wish.description if wish.description != present.description else None,
        can_preview=can_preview,
    )
    changes = (step.new_name, step.rule, step.description)
    return step if any(change is not None for change in changes) else None


def _deletions(
    type_name: str, have: PresentType, gone: Sequence[PresentSegment], editors: Mapping[int, str]
) -> list[PlannedStep]:
    """Return the deletions of segments, each after the steps of those whose present rules name it."""
    keys = {each.id: editors.get(each.id, _deleted_segment_key(each)) for each in have.segments}
    named_by = defaultdict(set)
    for each in have.segments:
        for other in referenced_segments(present_rule(each, have)):
            named_by[other].add(keys[each.id])
    return [
        PlannedStep(
            keys[each.id], DeleteSegment(type_name, each.id, each.name, each.count), frozenset(named_by[each.id])
        )
        for each in gone
    ]


def _users_of_fields(
    have: PresentType | None, built: Sequence[BuiltSegment], left: Sequence[PresentSegment]
) -> dict[int, frozenset[str]]:
    """Return the keys of the steps of the segments whose present rules use a field or a topic, by its id."""
    rules: list[tuple[str, Rule]] = [(_segment_key(each.desired), each.present_rule) for each in built]
    rules += [(_deleted_segment_key(each), present_rule(each, have)) for each in left if have]
    users: dict[int, frozenset[str]] = {}
    for key, rule in rules:
        for field in (*fields_used(rule), *topics_used(rule)):
            users[field.id] = users.get(field.id, frozenset()) | {key}
    return users


def _check_names(desired: Sequence[DesiredType]) -> None:
    problems = repeated_names(desired, fold, lambda each: each.line, "type_defined_twice")
    segments = [segment for each in desired for segment in each.segments]
    problems += repeated_names(segments, fold, lambda each: each.line, "segment_defined_twice")
    if problems:
        raise Invalid(problems)


def _segment_key(of: DesiredSegment) -> str:
    return f"segment {fold(of.name)}"


def _deleted_segment_key(of: PresentSegment) -> str:
    return f"segment {of.id} deleted"


def _deleted_type_key(of: PresentType) -> str:
    return f"type {of.id} deleted"
