"""The only constructor of rules: it checks a draft against the fields of a contact type and reports all errors."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tamis.domain.errors import Invalid, Problem
from tamis.domain.events.events import NO_EVENTS, EventCatalogue
from tamis.domain.segments.segments import SegmentRefs
from tamis.domain.values.fields import Field, FieldSet, Kind, ValueProblem
from tamis.domain.values.instants import MICROSECOND, UTC_ZONE, to_utc
from tamis.domain.values.text import shorten
from tamis.rules import build_events
from tamis.rules.build_without_field import (
    build_in_segment,
    build_random_share,
    build_subscribed,
    build_suppressed,
    wrong_count,
)
from tamis.rules.diagnostics import names
from tamis.rules.diagnostics import values as advice
from tamis.rules.operators import SPELLINGS, Operator, Takes, ValueType, find_operator, normal_spelling
from tamis.rules.syntaxes.draft import (
    MAX_DEPTH,
    Draft,
    DraftCondition,
    DraftEventCondition,
    DraftGroup,
    DraftNot,
    event_conditions,
)
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    Node,
    Not,
    Rule,
    join,
)
from tamis.rules.values import ClockTime, ConditionValue, format_condition_value, parse_condition_value

MAX_CONDITIONS = 500
MAX_EVENT_CONDITIONS = 50
MAX_VALUES = 10_000
_WORDS = frozenset({ValueType.PERIOD, ValueType.MONTH, ValueType.WEEKDAY})
"""Values that are written as words without quotes."""


def build(
    draft: Draft | None,
    fields: FieldSet,
    segments: SegmentRefs = SegmentRefs(),  # noqa: B008  frozen
    events: EventCatalogue = NO_EVENTS,
) -> Rule:
    """Build a rule from a draft, or raise Invalid with all problems and their places; `segments` and `events` are those
    that it may name."""
    parts, problems = build_parts(draft, fields, segments, events)
    if problems:
        raise Invalid(problems)
    return parts[draft.where] if draft else None


def build_parts(
    draft: Draft | None, fields: FieldSet, segments: SegmentRefs, events: EventCatalogue = NO_EVENTS
) -> tuple[dict[str, Node], tuple[Problem, ...]]:
    """Build rules from a draft and from each of its parts, by their places, and return them with all problems.

    A part with a problem, or with such a part, yields no rule. Each part must have its own place, as in JSON, or share
    that of the part that it begins, as in text. What is asked of the properties of events is no part of its own.
    """
    if draft is None:
        return {}, ()
    if draft.depth > MAX_DEPTH:
        return {}, (Problem(draft.where, "rule_too_deep", most=MAX_DEPTH),)
    if _count(draft) > MAX_CONDITIONS:
        return {}, (Problem(draft.where, "too_many_conditions", most=MAX_CONDITIONS),)
    if sum(1 for _ in event_conditions(draft)) > MAX_EVENT_CONDITIONS:
        return {}, (Problem(draft.where, "too_many_event_conditions", most=MAX_EVENT_CONDITIONS),)
    problems: list[Problem] = []
    parts: dict[str, Node] = {}
    _node(draft, _Known(fields, segments, events), problems, parts)
    return parts, tuple(problems)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a rule may name; `filtered` is the name of the events that a part is to filter, and `outside` are the fields
    of contacts then."""

    fields: FieldSet
    segments: SegmentRefs
    events: EventCatalogue
    filtered: str = ""
    outside: FieldSet = FieldSet(())  # noqa: RUF009  frozen


def _count(draft: Draft) -> int:
    match draft:
        case DraftCondition():
            return 1
        case DraftEventCondition():
            return 1 + (_count(draft.filter) if draft.filter else 0)
        case DraftGroup():
            return sum(_count(part) for part in draft.parts)
        case DraftNot():
            return _count(draft.part)


def _node(draft: Draft, known: _Known, problems: list[Problem], found: dict[str, Node]) -> Node | None:
    """Build a rule from a part of a draft, and store it by its place; None when anything in it is wrong."""
    node: Node | None
    match draft:
        case DraftCondition():
            node = _leaf(draft, known, problems)
        case DraftEventCondition():
            node = _event_condition(draft, known, problems)
        case DraftNot():
            part = _node(draft.part, known, problems, found)
            node = Not(part) if part else None
        case DraftGroup():
            if not draft.parts:
                problems.append(Problem(draft.where, "group_is_empty"))
            parts = [_node(part, known, problems, found) for part in draft.parts]
            whole = [part for part in parts if part is not None]
            complete = whole and len(whole) == len(parts)
            node = join(All if draft.join == "all" else Any, whole) if complete else None
    if node:
        found[draft.where] = node
    return node


def _event_condition(draft: DraftEventCondition, known: _Known, problems: list[Problem]) -> EventCondition | None:
    if draft.problems:
        problems.extend(draft.problems)
        return None
    if known.filtered:
        problems.append(Problem(draft.where, "where_is_about_properties", event=known.filtered))
        return None

    def build_filter(filter_: Draft, event: str, properties: FieldSet) -> Node | None:
        inside = _Known(properties, SegmentRefs(), NO_EVENTS, event, known.fields)
        return _node(filter_, inside, problems, {})

    return build_events.build_event_condition(draft, known.events, known.fields, problems, _condition, build_filter)


def _leaf(draft: DraftCondition, known: _Known, problems: list[Problem]) -> Node | None:
    if draft.problems:
        problems.extend(draft.problems)
        return None
    meanings = SPELLINGS.get(normal_spelling(draft.operator), ())
    if meanings and meanings[0].takes_no_field:
        if known.filtered:
            problems.append(Problem(draft.where, "where_is_about_properties", event=known.filtered))
            return None
        if meanings[0].values is ValueType.SHARE:
            return build_random_share(draft, meanings[0], problems)
        if meanings[0].values is ValueType.NOTHING:
            return build_suppressed(draft, meanings[0], problems)
        if meanings[0].names_topic:
            return build_subscribed(draft, meanings[0], known.fields, problems)
        return build_in_segment(draft, meanings[0], known.segments, problems)
    before = len(problems)
    condition = _condition(draft, known.fields, problems)
    if draft.field is not None and any(problem.code == "no_field" for problem in problems[before:]):
        problems[before:] = [_better(problem, draft.field, known) for problem in problems[before:]]
    return condition


def _better(problem: Problem, field: str | int, known: _Known) -> Problem:
    """Explain an unknown field by the names and properties of events."""
    if problem.code != "no_field":
        return problem
    if known.filtered:
        message = names.unknown_property(field, known.filtered, known.fields, known.outside)
        return Problem.of(problem.path, message)
    better = names.event_in_place_of_field(field, known.events)
    return Problem.of(problem.path, better) if better else problem


def _condition(draft: DraftCondition, fields: FieldSet, problems: list[Problem]) -> Condition | None:
    before = len(problems)
    where = draft.where_field or draft.where
    field = None if draft.field is None else fields.find(draft.field)
    if draft.field is None:
        problems.append(Problem(where, "operator_needs_field", operator=shorten(draft.operator)))
    elif field is None:
        meant = names.find_multi_word_field(draft.field, draft.operator, fields)
        if meant:
            problems.append(Problem(where, "write_field_so", name=meant.name, field=meant.key))
            return None
        problems.append(Problem.of(where, names.unknown_field(draft.field, fields)))
    operator = _operator(draft, field, problems)
    if field is None or operator is None:
        return None
    values = _values(draft, field, operator, fields, problems)
    return Condition(field, operator, values) if len(problems) == before else None


def _operator(draft: DraftCondition, field: Field | None, problems: list[Problem]) -> Operator | None:
    where = draft.where_operator or draft.where
    if normal_spelling(draft.operator) not in SPELLINGS:
        problems.append(Problem.of(where, names.unknown_operator(draft.operator, field)))
        return None
    if field is None:
        return None
    operator = find_operator(draft.operator, field.kind)
    if operator is None:
        problems.append(Problem.of(where, names.inapplicable_operator(draft.operator, field)))
    return operator


def _values(
    draft: DraftCondition, field: Field, operator: Operator, fields: FieldSet, problems: list[Problem]
) -> tuple[ConditionValue, ...]:
    count = len(draft.values)
    if not operator.takes.allows(count):
        problems.append(wrong_count(draft, operator, field.kind))
        return ()
    if count > MAX_VALUES:
        problems.append(Problem(draft.where, "too_many_values", most=MAX_VALUES))
        return ()
    values: list[ConditionValue] = []
    for index, text in enumerate(draft.values):
        try:
            if index in draft.unquoted:
                _check_unquoted(text, field, operator, fields)
            values.append(_value(text, field, operator, fields))
        except ValueProblem as problem:
            where = draft.where_values[index] if draft.where_values else draft.where
            problems.append(Problem(where, "value_not_valid", field=field.name, problem=problem.message))
    if operator.takes is Takes.TWO and len(values) == 2:
        _check_order(draft, values, problems)
    return tuple(values)


def _value(text: str, field: Field, operator: Operator, fields: FieldSet) -> ConditionValue:
    if operator.values is ValueType.FIELD:
        return names.find_other_field(text, field, fields)
    try:
        return parse_condition_value(text, field, operator)
    except ValueProblem as problem:
        raise ValueProblem(
            "value_with_advice", problem=problem.message, advice=advice.advice(text, field, operator)
        ) from None


def _check_unquoted(text: str, field: Field, operator: Operator, fields: FieldSet) -> None:
    """Refuse unquoted words that name another field, or that should be quoted text."""
    if operator.values in _WORDS:
        return
    other = names.find_field_in_value(text, fields, field)
    if other:
        raise ValueProblem.of(advice.value_is_a_field(field, other, operator))
    if operator.takes_parts or field.kind in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES):
        raise ValueProblem.of(advice.text_without_quotes(text))


def _check_order(draft: DraftCondition, values: list[ConditionValue], problems: list[Problem]) -> None:
    low, high = values
    if low > high if isinstance(low, float | int) and isinstance(high, float | int) else _after(low, high):
        problems.append(
            Problem(
                draft.where,
                "values_in_wrong_order",
                low=format_condition_value(low),
                high=format_condition_value(high),
            )
        )


def _after(low: ConditionValue, high: ConditionValue) -> bool:
    # The account's time zone is not known here, so a naive time may differ from one with an offset by up to a day.
    first, last = _clock(low, time.min), _clock(high, time.max)
    differ = (first.tzinfo is None) is not (last.tzinfo is None)
    slack = timedelta(days=1) if differ else timedelta(0)
    return to_utc(first, UTC_ZONE) - to_utc(last, UTC_ZONE) > slack


def _clock(value: ConditionValue, of_day: time) -> datetime:
    if isinstance(value, ClockTime):
        return value.start if of_day == time.min else value.start + (value.precision.value - MICROSECOND)
    assert isinstance(value, date)
    return datetime.combine(value, of_day)
