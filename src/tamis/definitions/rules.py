"""Rules of definitions: built against the fields, topics and segments that the file describes, and compared with
present ones.

What exists has its id, and what is new a negative one, so that renaming it changes no rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import Any, TypeVar

import msgspec

from tamis.definitions.models import BuiltSegment, DesiredSegment, PresentSegment, PresentType
from tamis.domain.errors import Invalid, Problem, Refused
from tamis.domain.events.events import NO_EVENTS, EventCatalogue
from tamis.domain.segments.segments import SegmentRef, SegmentRefs, is_segment_id
from tamis.domain.values.fields import RESERVED, Field, FieldSet
from tamis.domain.values.text import fold
from tamis.rules.build import build
from tamis.rules.operators import BY_NAME, ValueType
from tamis.rules.syntaxes.draft import Draft, DraftCondition, map_conditions, other_fields
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.tree import Rule, referenced_segments, topics_used

MAX_NESTING, MAX_PARTS = 100, 100_000
"""A rule as JSON may nest so deep, and have so many values, keys and lists: aliases of YAML can repeat parts without
end."""
Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DesiredFields:
    """The fields of a desired type, the options that are renamed (old and new names, by the id of the field), and its
    topics."""

    fields: tuple[Field, ...]
    renamed_options: Mapping[int, Mapping[str, str]]
    topics: tuple[Field, ...] = ()

    @property
    def field_set(self) -> FieldSet:
        """All fields and topics, as rules refer to them."""
        return FieldSet((*RESERVED, *self.fields), self.topics)


def build_segments(
    present: PresentType | None,
    fields: DesiredFields,
    pairs: Sequence[tuple[DesiredSegment, PresentSegment | None]],
) -> list[BuiltSegment]:
    """Build the rules of a desired type; raises Invalid with every problem."""
    field_set, events = fields.field_set, present.events if present else NO_EVENTS
    ids = [found.id if found else -number for number, (_, found) in enumerate(pairs, 1)]
    refs = SegmentRefs(tuple(SegmentRef(id_, each.name) for id_, (each, _) in zip(ids, pairs, strict=True)))
    problems: list[Problem] = []
    built = []
    for id_, (each, found) in zip(ids, pairs, strict=True):
        try:
            rule = build(_draft(each), field_set, RefsByName(refs.refs), events)
        except Invalid as error:
            problems += [_in_file(each, problem) for problem in error.problems]
            continue
        was = present_rule(found, present) if found and present else None
        is_same = found is not None and _in_file_terms(was, fields, refs, events) == to_json(rule)
        built.append(BuiltSegment(id_, each, found, rule, was, is_same))
    if problems:
        raise Invalid(problems)
    _refuse_circles(built)
    return built


def _refuse_circles(built: Sequence[BuiltSegment]) -> None:
    segments = {each.id: each.desired for each in built}
    try:
        TopologicalSorter({each.id: referenced_segments(each.rule) for each in built}).prepare()
    except CycleError as error:
        circle = [segments[id_] for id_ in error.args[1]]
        chain = " → ".join(f'"{each.name}"' for each in reversed(circle))
        place = f"line {min(each.rule_line for each in circle)}"
        raise Invalid([Problem(place, "segment_depends_on_itself", chain=chain)]) from None


def is_valid(rule: str, present: PresentType) -> bool:
    """Return whether a rule in JSON can be evaluated with the present fields and segments."""
    try:
        build(from_json(rule), present.field_set, present.segment_refs, present.events)
    except Invalid:
        return False
    return True


def with_ids(
    rule: str, field_ids: Mapping[int, int], segment_ids: Mapping[int, int], topic_ids: Mapping[int, int]
) -> str:
    """Return a rule in JSON with other ids of fields, segments and topics; ids that are not in the mappings stay."""

    def change(leaf: Json) -> Json:
        if "field" in leaf:
            changed = leaf | {"field": field_ids.get(leaf["field"], leaf["field"])}
            others = [str(field_ids.get(int(value), value)) for value in _other_fields(leaf)]
            return changed | {"values": others} if others else changed
        ids = _ids_of(leaf, segment_ids, topic_ids)
        return leaf if ids is None else leaf | {"values": [str(ids.get(int(leaf["values"][0]), leaf["values"][0]))]}

    return msgspec.json.encode(_map_leaves(msgspec.json.decode(rule), change)).decode()


def rule_for_file(segment: PresentSegment, present: PresentType) -> str | Json:
    """Return the present rule of a segment as a file has it: as text, or as JSON with names where the text would have
    the id of a segment, since its name looks like one."""
    rule = present_rule(segment, present)
    names = {each.id: each.name for each in present.segments}
    topics = {each.id: each.name for each in present.topics}
    used = [*(names[other] for other in referenced_segments(rule)), *(topic.name for topic in topics_used(rule))]
    if not any(map(is_segment_id, used)):
        return segment.rule
    keys = {each.id: each.key for each in present.field_set.fields}

    def change(leaf: Json) -> Json:
        if "field" in leaf:
            named = leaf | {"field": keys[leaf["field"]]}
            others = [keys[int(value)] for value in _other_fields(leaf)]
            return named | {"values": others} if others else named
        known = _ids_of(leaf, names, topics)
        return leaf if known is None else leaf | {"values": [known[int(leaf["values"][0])]]}

    named: Json = _map_leaves(msgspec.json.decode(to_json(rule)), change)
    return named


def _ids_of(leaf: Json, of_segments: Mapping[int, T], of_topics: Mapping[int, T]) -> Mapping[int, T] | None:
    """Return the mapping for the segment or topic that a condition names, None if it names neither."""
    operator = BY_NAME[leaf["operator"]]
    return of_segments if operator.names_segment else of_topics if operator.names_topic else None


def _other_fields(leaf: Json) -> list[str]:
    """Return the ids of the fields that a condition compares its field with."""
    return leaf["values"] if BY_NAME[leaf["operator"]].values is ValueType.FIELD else []


def _map_leaves(node: Any, change: Callable[[Json], Json]) -> Any:
    match node:
        case {"all": parts}:
            return {"all": [_map_leaves(part, change) for part in parts]}
        case {"any": parts}:
            return {"any": [_map_leaves(part, change) for part in parts]}
        case {"not": part}:
            return {"not": _map_leaves(part, change)}
        case None:
            return None
    return change(node)


class RefsByName(SegmentRefs):
    """Segments as a file refers to them: by name, also where a name looks like an id."""

    def find(self, reference: str | int) -> SegmentRef | None:
        """Find a segment by its name, else as elsewhere."""
        if isinstance(reference, str):
            name = reference.strip()
            if found := self.by_name.get(name) or self.by_name.get(fold(name)):
                return found
        return super().find(reference)


def rule_means(rule: object, segment: PresentSegment, present: PresentType) -> bool:
    """Return whether a rule of a file, as text or a mapping, means the same as the present rule of a segment."""
    try:
        draft = from_json(json_of(rule)) if isinstance(rule, dict) else from_text(str(rule or ""))
        found = build(draft, present.field_set, RefsByName(present.segment_refs.refs), present.events)
    except (Invalid, ValueError):
        return False
    return to_json(found) == to_json(present_rule(segment, present))


def json_of(rule: dict[object, object]) -> str:
    """Return a mapping of a file as JSON; raises ValueError when it is too deep or too large."""
    return msgspec.json.encode(_plain(rule, MAX_NESTING, count())).decode()


def _draft(desired: DesiredSegment) -> Draft | None:
    return from_json(desired.rule) if desired.is_json else from_text(desired.rule)


def present_rule(segment: PresentSegment, present: PresentType) -> Rule:
    """Return the present rule of a segment; raises Refused when it is of a version of Tamis that has other rules."""
    try:
        return build(from_text(segment.rule), present.field_set, present.segment_refs, present.events)
    except Invalid:
        raise Refused("present_rule_not_read", segment=segment.name) from None


def _in_file_terms(rule: Rule, fields: DesiredFields, refs: SegmentRefs, events: EventCatalogue) -> str | None:
    """Return a present rule as JSON with the fields and segments of the file, None where these cannot express it."""
    draft = map_conditions(from_json(to_json(rule)), lambda condition: _with_new_options(condition, fields))
    try:
        return to_json(build(draft, fields.field_set, refs, events))
    except Invalid:
        return None


def _with_new_options(condition: DraftCondition, fields: DesiredFields) -> DraftCondition:
    if not isinstance(condition.field, int) or other_fields(condition):
        return condition
    renamed = fields.renamed_options.get(condition.field, {})
    return replace(condition, values=tuple(renamed.get(value, value) for value in condition.values))


def _in_file(desired: DesiredSegment, problem: Problem) -> Problem:
    place = f"line {desired.rule_line}"
    return Problem(place, "definition_rule_wrong", name=desired.name, place=problem.path, problem=problem)


def _plain(value: object, levels: int, parts: Iterator[int]) -> object:
    """Return a value as plain JSON types; raises ValueError when it nests too deep, or has too many parts."""
    if levels == 0 or next(parts) >= MAX_PARTS:
        raise ValueError
    if isinstance(value, dict):
        return {str(key): _plain(part, levels - 1, parts) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, levels - 1, parts) for part in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return str(value)  # dates, which YAML knows and JSON does not
