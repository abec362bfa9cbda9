"""§ Fail closed: a draft that cannot be evaluated is refused; a rule without conditions selects nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts import Contact
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Kind, Value
from tamis.domain.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.describe import describe
from tamis.rules.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.evaluate import selects
from tamis.rules.json import from_json
from tamis.rules.moment import Moment
from tamis.rules.operators import OPERATORS, SPELLINGS, Takes, find_operator
from tamis.rules.text import from_text
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, conditions
from tamis.rules.wire import from_arrays
from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS, ZONES, crowds, draft_conditions, drafts, raw_texts

MOMENT = Moment(EPOCH, ZONES[0])
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
    return replace(leaf, values=(" \u00a0", *leaf.values[1:])) if leaf.values else None


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
@settings(max_examples=50)
@given(data=st.data())
def test_fail_closed_on_one_fault_anywhere(
    fault: Callable[[DraftCondition], Draft | None], data: st.DataObject
) -> None:
    faulty = data.draw(draft_conditions(fields=lambda field: field.kind is not Kind.TEXT).map(fault).filter(bool))
    assert faulty
    draft = data.draw(surrounded(faulty))
    with pytest.raises(Invalid) as refusal:
        build(draft, FIELDS)
    assert refusal.value.problems
    assert all(problem.path and problem.message for problem in refusal.value.problems)


random_leaves = st.builds(
    DraftCondition,
    st.one_of(st.sampled_from([f.id for f in FIELDS.fields]), st.integers(), raw_texts),
    st.one_of(st.sampled_from(sorted(SPELLINGS)), raw_texts),
    st.lists(st.one_of(raw_texts, st.sampled_from(["1", "2024-01-01", "true", "Pro"])), max_size=3).map(tuple),
    st.just("here"),
)
random_drafts = st.recursive(
    st.one_of(random_leaves, draft_conditions()),
    lambda parts: st.one_of(
        st.builds(DraftGroup, st.sampled_from(["all", "any"]), st.lists(parts, max_size=3).map(tuple), st.just("here")),
        st.builds(DraftNot, parts, st.just("here")),
    ),
    max_leaves=4,
)


def well_made(node: Node) -> bool:
    match node:
        case Condition(field, operator, values):
            return (
                FIELDS.by_id[field.id] is field
                and field.kind in operator.kinds
                and operator.takes.allows(len(values))
                and all(fits(value, field.kind) for value in values)
                and (not field.kind.has_options or operator.takes_parts or set(values) <= set(field.options))
            )
        case InSegment(segment_id, name, operator):
            return operator.names_segment and bool(segment_id and name)
        case Not(part):
            return well_made(part)
        case All(parts) | Any(parts):
            return len(parts) >= 2 and not any(type(p) is type(node) for p in parts) and all(map(well_made, parts))


def fits(value: Value, kind: Kind) -> bool:
    names = {
        Kind.TEXT: {"str"},
        Kind.CHOICE: {"str"},
        Kind.CHOICES: {"str"},
        Kind.NUMBER: {"float"},
        Kind.DATE: {"date"},
        Kind.DATETIME: {"date", "datetime"},
        Kind.BOOLEAN: {"bool"},
    }
    return type(value).__name__ in names[kind]


def size(draft: Draft) -> int:
    match draft:
        case DraftCondition():
            return 1
        case DraftNot():
            return size(draft.part)
        case DraftGroup():
            return sum(size(part) for part in draft.parts)


@given(random_drafts)
def test_fail_closed_every_rule_is_well_made_and_has_all_of_its_conditions(draft: Draft) -> None:
    problems: tuple[Problem, ...] | None = None
    rule = None
    try:
        rule = build(draft, FIELDS)
    except Invalid as refusal:
        problems = refusal.problems
    if problems is not None:
        assert problems
        return
    assert rule is not None
    assert well_made(rule)
    assert len(list(conditions(rule))) == size(draft)


@given(crowd=crowds())
def test_fail_closed_a_rule_without_conditions_selects_nobody(stores: Stores, crowd: list[Contact]) -> None:
    stores.fill(crowd)
    nobody = [build(draft, FIELDS) for draft in (from_text(" \n"), from_json("null"), from_arrays([], [], [], None))]
    assert nobody == [None, None, None]
    assert stores.selected(None, MOMENT) == set()
    assert not any(selects(None, contact, MOMENT) for contact in crowd)
    assert describe(None).startswith("Nobody")


def test_fail_closed_on_a_rule_too_deep_or_too_wide() -> None:
    leaf: Draft = DraftCondition("age", "is blank", (), "here")
    deep = leaf
    for _ in range(MAX_DEPTH - 1):
        deep = DraftNot(deep, "here")
    assert build(deep, FIELDS)
    with pytest.raises(Invalid, match="nest deeper"):
        build(DraftNot(deep, "here"), FIELDS)
    assert build(DraftGroup("any", (leaf,) * 500, "here"), FIELDS)
    with pytest.raises(Invalid, match="more than 500 conditions"):
        build(DraftGroup("any", (leaf,) * 501, "here"), FIELDS)
    with pytest.raises(Invalid, match="more than 10,000 values"):
        build(DraftCondition("age", "in", ("1",) * 10_001, "here"), FIELDS)
