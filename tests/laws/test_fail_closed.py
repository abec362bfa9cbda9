"""§ Fail closed: a draft that cannot be evaluated is refused; a rule without conditions selects nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.durations import Duration, Unit
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.operators import OPERATORS, SPELLINGS, Takes, ValueType, find_operator, normal_spelling
from tamis.rules.syntaxes.arrays import from_arrays
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftEventCondition, DraftGroup, DraftNot
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Node,
    Not,
)
from tamis.rules.values import ConditionValue
from tests.laws.engines import Engine
from tests.laws.strategies import FIELDS, SEGMENTS, ZONES, crowds, draft_conditions, drafts, leaves, raw_texts
from tests.support.effort import examples

AS_OF = EvaluationTime(EPOCH, ZONES[0])
NO_VALUE = {Kind.NUMBER: "many", Kind.DATE: "2024-02-30", Kind.DATETIME: "25:00", Kind.BOOLEAN: "2", Kind.CHOICE: "?",
            Kind.CHOICES: "Music; Art"}  # fmt: skip


def unknown_field(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, field="no_such_field" if isinstance(leaf.field, str) else 999)


def unknown_operator(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, operator="resembles")


def operator_of_another_kind(leaf: DraftCondition) -> Draft | None:
    field = FIELDS.find(leaf.field or "")
    assert field
    return replace(leaf, operator=next(o.name for o in OPERATORS if field.kind not in o.kinds))


def a_value_too_many(leaf: DraftCondition) -> Draft | None:
    takes = SPELLINGS[" ".join(leaf.operator.lower().split())][0].takes
    return None if takes is Takes.MANY else replace(leaf, values=(*leaf.values, "1"))


def a_value_too_few(leaf: DraftCondition) -> Draft | None:
    takes = SPELLINGS[" ".join(leaf.operator.lower().split())][0].takes
    return replace(leaf, values=() if takes is Takes.MANY else leaf.values[1:]) if leaf.values else None


def a_value_of_another_kind(leaf: DraftCondition) -> Draft | None:
    field = FIELDS.find(leaf.field or "")
    assert field
    operator = find_operator(leaf.operator, field.kind)
    if not leaf.values or field.kind is Kind.TEXT or (operator and operator.takes_parts):
        return None
    return replace(leaf, values=(*leaf.values[:-1], NO_VALUE[field.kind]))


def a_blank_value(leaf: DraftCondition) -> Draft | None:
    meanings = SPELLINGS[normal_spelling(leaf.operator)]
    blank = "" if meanings[0].takes_blanks else " \u00a0"
    return replace(leaf, values=(blank, *leaf.values[1:])) if leaf.values else None


def hours_of_a_date(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, field="birth_date", operator="is within", values=("3 hours",))


def hours_of_an_anniversary(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, field="last_order", operator="is anniversary within", values=("3 hours",))


def no_field(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, field=None)


def unknown_segment(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, field=None, operator="is in segment", values=("8",))


def a_segment_of_a_field(leaf: DraftCondition) -> Draft | None:
    return replace(leaf, operator="is not in segment", values=("7",))


def an_empty_group(leaf: DraftCondition) -> Draft | None:
    return DraftGroup("all", (), "here")


def a_negated_empty_group(leaf: DraftCondition) -> Draft | None:
    return DraftNot(DraftGroup("any", (), "here"), "here")


FAULTS = [
    unknown_field,
    unknown_operator,
    operator_of_another_kind,
    a_value_too_many,
    a_value_too_few,
    a_value_of_another_kind,
    a_blank_value,
    hours_of_a_date,
    hours_of_an_anniversary,
    no_field,
    unknown_segment,
    a_segment_of_a_field,
    an_empty_group,
    a_negated_empty_group,
]


@st.composite
def surrounded(draw: st.DrawFn, fault: Draft) -> Draft:
    """A fault somewhere in a draft that is right but for it."""
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            fault = DraftNot(fault, "here")
        else:
            before, after = draw(st.lists(drafts, max_size=1)), draw(st.lists(drafts, max_size=1))
            fault = DraftGroup(draw(st.sampled_from(["all", "any"])), (*before, fault, *after), "here")
    return fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@settings(max_examples=examples(50))
@given(data=st.data())
def test_fail_closed_on_one_fault_anywhere(
    fault: Callable[[DraftCondition], Draft | None], data: st.DataObject
) -> None:
    faulty = data.draw(draft_conditions(fields=lambda field: field.kind is not Kind.TEXT).map(fault).filter(bool))
    assert faulty
    draft = data.draw(surrounded(faulty))
    with pytest.raises(Invalid) as refusal:
        build(draft, FIELDS, SEGMENTS)
    assert refusal.value.problems
    assert all(problem.path and str(problem) for problem in refusal.value.problems)


random_leaves = st.builds(
    DraftCondition,
    st.one_of(st.sampled_from([f.id for f in FIELDS.fields]), st.integers(), raw_texts, st.none()),
    st.one_of(st.sampled_from(sorted(SPELLINGS)), raw_texts),
    st.lists(
        st.one_of(raw_texts, st.sampled_from(["1", "2024-01-01", "true", "Pro", "30 days", "2 hours"])), max_size=3
    ).map(tuple),
    st.just("here"),
)
random_drafts = st.recursive(
    st.one_of(random_leaves, leaves),
    lambda parts: st.one_of(
        st.builds(DraftGroup, st.sampled_from(["all", "any"]), st.lists(parts, max_size=3).map(tuple), st.just("here")),
        st.builds(DraftNot, parts, st.just("here")),
    ),
    max_leaves=4,
)


def well_made(node: Node) -> bool:
    match node:
        case Condition(field, operator, values) as condition:
            return (
                FIELDS.by_id[field.id] is field
                and field.kind in operator.kinds
                and operator.takes.allows(len(values))
                and all(fits(value, condition) for value in values)
                and (not field.kind.has_options or operator.takes_parts or set(values) <= set(field.options))
            )
        case InSegment(segment_id, name, operator):
            return operator.names_segment and bool(segment_id and name)
        case InRandomShare(percentage, name, operator):
            return operator.takes_no_field and 0 < percentage <= 100 and bool(name)
        case IsSuppressed(operator):
            return operator.values is ValueType.NOTHING
        case IsSubscribed(topic, operator):
            return operator.names_topic and topic in FIELDS.topics
        case EventCondition(aggregate):
            return aggregate.where is None or well_made(aggregate.where)
        case Not(part):
            return well_made(part)
        case All(parts) | Any(parts):
            return len(parts) >= 2 and not any(type(p) is type(node) for p in parts) and all(map(well_made, parts))


def fits(value: ConditionValue, condition: Condition) -> bool:
    kind, values = condition.field.kind, condition.operator.values
    if isinstance(value, Duration):
        return values is ValueType.DURATION and (value.unit is not Unit.HOUR or kind is Kind.DATETIME)
    if values is ValueType.FIELD:
        return isinstance(value, Field) and FIELDS.by_id[value.id] is value and value.kind is kind
    of_dates = {
        ValueType.PERIOD: "Period",
        ValueType.MONTH: "Month",
        ValueType.WEEKDAY: "Weekday",
        ValueType.DAY: "int",
        ValueType.AGE: "int",
    }
    if values in of_dates:
        return kind in (Kind.DATE, Kind.DATETIME) and type(value).__name__ == of_dates[values]
    names = {
        Kind.TEXT: {"str"},
        Kind.CHOICE: {"str"},
        Kind.CHOICES: {"str"},
        Kind.NUMBER: {"float"},
        Kind.DATE: {"date"},
        Kind.DATETIME: {"date", "ClockTime"},
        Kind.BOOLEAN: {"bool"},
    }
    return type(value).__name__ in names[kind]


def leaves_of(node: Node) -> int:
    match node:
        case Not(part):
            return leaves_of(part)
        case All(parts) | Any(parts):
            return sum(map(leaves_of, parts))
    return 1


def size(draft: Draft) -> int:
    match draft:
        case DraftCondition():
            return 1
        case DraftEventCondition(filter=inner):
            return 1 + (size(inner) if inner else 0)
        case DraftNot():
            return size(draft.part)
        case DraftGroup():
            return sum(size(part) for part in draft.parts)


@given(random_drafts)
def test_fail_closed_every_rule_is_well_made_and_has_all_of_its_conditions(draft: Draft) -> None:
    problems: tuple[Problem, ...] | None = None
    rule = None
    try:
        rule = build(draft, FIELDS, SEGMENTS)
    except Invalid as refusal:
        problems = refusal.problems
    if problems is not None:
        assert problems
        return
    assert rule is not None
    assert well_made(rule)
    assert leaves_of(rule) == size(draft)


@given(audience=crowds())
def test_fail_closed_a_rule_without_conditions_selects_nobody(engine: Engine, audience: list[Contact]) -> None:
    engine.fill(audience)
    empty_rules = [
        build(draft, FIELDS, SEGMENTS) for draft in (from_text(" \n"), from_json("null"), from_arrays([], [], [], None))
    ]
    assert empty_rules == [None, None, None]
    assert engine.selected(None, AS_OF) == set()
    assert not any(selects(None, contact, AS_OF) for contact in audience)
    assert describe(None).startswith("Nobody")


def test_fail_closed_on_a_rule_too_deep_or_too_wide() -> None:
    leaf: Draft = DraftCondition("age", "is blank", (), "here")
    deep = leaf
    for _ in range(MAX_DEPTH - 1):
        deep = DraftNot(deep, "here")
    assert build(deep, FIELDS, SEGMENTS)
    with pytest.raises(Invalid, match="nest deeper"):
        build(DraftNot(deep, "here"), FIELDS, SEGMENTS)
    assert build(DraftGroup("any", (leaf,) * 500, "here"), FIELDS, SEGMENTS)
    with pytest.raises(Invalid, match="more than 500 conditions"):
        build(DraftGroup("any", (leaf,) * 501, "here"), FIELDS, SEGMENTS)
    with pytest.raises(Invalid, match="more than 10,000 values"):
        build(DraftCondition("age", "in", ("1",) * 10_001, "here"), FIELDS, SEGMENTS)
