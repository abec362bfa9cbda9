"""§ One tree: a rule written in any syntax is parsed as the same tree."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tamis.domain.values.fields import Kind
from tamis.rules.build import build
from tamis.rules.operators import SPELLINGS, Operator, Takes, ValueType
from tamis.rules.syntaxes.arrays import NESTED, from_arrays, to_arrays
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Node,
    Not,
    Rule,
    conditions,
)
from tamis.rules.values import format_condition_value
from tests.laws.strategies import (
    FIELD_OPERATORS,
    FIELDS,
    SEGMENTS,
    built,
    built_condition,
    draft_conditions,
    drafts,
    leaves,
    rules,
)
from tests.support.effort import examples


def same(one: Rule, other: Rule) -> bool:
    """Return whether two trees are the same, down to how their values are written: instants that are equal may not
    be."""
    written = [[format_condition_value(v) for c in conditions(rule) for v in c.values] for rule in (one, other)]
    return one == other and written[0] == written[1]


def flat(kind: type[All] | type[Any], drafts: list[DraftCondition]) -> Node:
    return kind(tuple(built(draft) for draft in drafts))


@settings(max_examples=examples(300))
@given(rules)
def test_round_trip_of_text(rule: Node) -> None:
    assert same(build(from_text(to_text(rule)), FIELDS, SEGMENTS), rule)


@given(rules)
def test_round_trip_of_json(rule: Node) -> None:
    assert same(build(from_json(to_json(rule)), FIELDS, SEGMENTS), rule)


@given(st.one_of(rules, st.builds(flat, st.sampled_from([All, Any]), st.lists(leaves, min_size=2, max_size=4))))
def test_round_trip_of_arrays_where_they_can_express_a_rule(rule: Node) -> None:
    arrays = to_arrays(rule)
    if arrays.query_type == NESTED:
        assert (arrays.select_field, arrays.select_operator, arrays.value) == ((), (), ())
    else:
        draft = from_arrays(arrays.select_field, arrays.select_operator, arrays.value, arrays.query_type)
        assert same(build(draft, FIELDS, SEGMENTS), rule)


@given(leaves)
def test_round_trip_of_arrays_for_every_single_condition(draft: DraftCondition) -> None:
    rule = build(draft, FIELDS, SEGMENTS)
    arrays = to_arrays(rule)
    assert arrays.query_type is None
    assert same(
        build(from_arrays(arrays.select_field, arrays.select_operator, arrays.value, None), FIELDS, SEGMENTS), rule
    )


@given(drafts)
def test_round_trip_through_all_formats_in_turn(draft: Draft) -> None:
    rule = build(draft, FIELDS, SEGMENTS)
    again = build(from_json(to_json(build(from_text(to_text(rule)), FIELDS, SEGMENTS))), FIELDS, SEGMENTS)
    assert to_text(again) == to_text(rule)


def test_round_trip_of_no_rule() -> None:
    assert from_text(to_text(None)) is None
    assert from_json(to_json(None)) is None
    arrays = to_arrays(None)
    assert from_arrays(arrays.select_field, arrays.select_operator, arrays.value, arrays.query_type) is None


def test_round_trip_of_the_deepest_and_the_widest_rule() -> None:
    deep: Draft = DraftCondition("age", "is", ("1",), "here")
    for level in range(MAX_DEPTH - 1):
        deep = DraftGroup("all" if level % 2 else "any", (DraftCondition("age", "is", ("2",), "here"), deep), "here")
    wide = DraftNot(DraftGroup("all", (DraftCondition("plan", "is blank", (), "here"),) * 500, "here"), "here")
    for draft in (deep, wide):
        rule = build(draft, FIELDS, SEGMENTS)
        assert build(from_text(to_text(rule)), FIELDS, SEGMENTS) == rule
        assert build(from_json(to_json(rule)), FIELDS, SEGMENTS) == rule


@given(rules, rules)
def test_different_rules_are_written_differently(one: Node, other: Node) -> None:
    assume(not same(one, other))
    assert to_text(one) != to_text(other)
    assert to_json(one) != to_json(other)


def as_written(condition: Condition) -> list[str]:
    """Write the values of a condition as its text does."""
    if condition.other:
        return [f"`{condition.other.key}`"]
    texts = map(format_condition_value, condition.values)
    if condition.field.kind not in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES):
        return list(texts)
    return [f"“{text.replace(BACKSLASH, BACKSLASH * 2).replace('”', BACKSLASH + '”')}”" for text in texts]


BACKSLASH = chr(92)


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=examples(20))
@given(data=st.data())
def test_described_rules_can_be_typed(operator: Operator, data: st.DataObject) -> None:
    condition = built_condition(data.draw(draft_conditions(operator)))
    values = as_written(condition)
    # "is true" is an operator by itself, for the same contacts
    assume(not (condition.field.kind is Kind.BOOLEAN and values))
    if operator.takes is Takes.MANY:
        values = [f"({f' {operator.joins} '.join(values)})"]
    typed = f"`{condition.field.key}` {operator.phrase.format(*values)}"
    assert same(build(from_text(typed), FIELDS, SEGMENTS), condition)
    assert same(build(from_text(f"not ({typed} or {typed})"), FIELDS, SEGMENTS), Not(Any((condition, condition))))


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
@settings(max_examples=examples(5))
@given(data=st.data())
def test_every_spelling_can_be_typed(spelling: str, data: st.DataObject) -> None:
    operator = SPELLINGS[spelling][0]
    if operator.names_segment:
        assert build(from_text(f"{spelling} 3"), FIELDS, SEGMENTS) == InSegment(3, "Customers in India", operator)
        return
    if operator.names_topic:
        assert build(from_text(f"{spelling} 4"), FIELDS) == IsSubscribed(FIELDS.topics[0], operator)
        assert build(from_text(f"{spelling} 'NEWS'"), FIELDS) == IsSubscribed(FIELDS.topics[0], operator)
        return
    if operator.values is ValueType.NOTHING:
        assert build(from_text(f"({spelling})"), FIELDS, SEGMENTS) == IsSuppressed(operator)
        return
    if operator.takes_no_field:
        share = InRandomShare(Decimal(10), "autumn test", operator)
        assert build(from_text(f"{spelling} 10% 'autumn test'"), FIELDS, SEGMENTS) == share
        return
    condition = built_condition(data.draw(draft_conditions(operator)))
    assume(not (condition.field.kind is Kind.BOOLEAN and condition.values))
    values = as_written(condition)
    between = {Takes.TWO: " and ".join(values), Takes.MANY: f"({', '.join(values)})"}.get(
        operator.takes, "".join(values)
    )
    words = spelling.replace("…", between) if "…" in spelling else f"{spelling} {between}"
    assert same(build(from_text(f"`{condition.field.key}` {words}"), FIELDS, SEGMENTS), condition)
