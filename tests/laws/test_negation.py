"""§ Not is not: every negative operator is the exact complement of its positive one; leaves are two-valued."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, Kind
from tamis.domain.values.instants import EPOCH
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.operators import BY_NAME, Operator
from tamis.rules.syntaxes.draft import DraftCondition
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import InSegment, Node, Not
from tests.laws.engines import Engine
from tests.laws.strategies import (
    FIELD_OPERATORS,
    FIELDS,
    ZONES,
    built_condition,
    draft_conditions,
    duration_texts,
    rules,
)
from tests.laws.time_strategies import crowds_for, evaluation_times, segments_of, timed_crowds, values_near
from tests.support.effort import examples

NEGATIVE = [operator for operator in FIELD_OPERATORS if operator.negates]
ALWAYS_KNOWN = (EMAIL, CREATED_AT, UPDATED_AT)


def complements(one: Node, other: Node, engine: Engine, audience: list[Contact], as_of: EvaluationTime) -> None:
    """Assert that each contact is selected by exactly one of two rules, in both meanings."""
    for contact in audience:
        in_segment = segments_of(contact)
        assert selects(one, contact, as_of, in_segment) is not selects(other, contact, as_of, in_segment)
    assert engine.selected(one, as_of) == {c.id for c in audience} - engine.selected(other, as_of)


@pytest.mark.parametrize("operator", NEGATIVE, ids=lambda operator: operator.name)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_not_is_not_for_each_negative_operator(engine: Engine, operator: Operator, data: st.DataObject) -> None:
    as_of, audience = data.draw(crowds_for(operator))
    engine.fill(audience)
    for _ in range(3):
        negative = built_condition(data.draw(draft_conditions(operator)))
        positive = replace(negative, operator=BY_NAME[str(operator.negates)])
        complements(positive, negative, engine, audience, as_of)


@given(rule=rules, case=timed_crowds())
def test_not_is_not_for_any_rule(engine: Engine, rule: Node, case: tuple[EvaluationTime, list[Contact]]) -> None:
    as_of, audience = case
    engine.fill(audience)
    complements(rule, Not(rule), engine, audience, as_of)
    assert engine.selected(Not(Not(rule)), as_of) == engine.selected(rule, as_of)


def test_not_is_not_for_being_in_a_segment(engine: Engine) -> None:
    audience = [Contact(number, 1, "a@b.de", {}, EPOCH, EPOCH) for number in range(1, 7)]
    engine.fill(audience)
    positive, negative = (InSegment(4, "Some", BY_NAME[name]) for name in ("is in segment", "is not in segment"))
    complements(positive, negative, engine, audience, EvaluationTime(EPOCH, ZONES[0]))
    assert engine.selected(positive, EvaluationTime(EPOCH, ZONES[0])) == {2, 5}


@pytest.mark.parametrize("key", ["birth_date", "last_order"])
@settings(max_examples=examples(100))
@given(data=st.data(), as_of=evaluation_times)
def test_the_past_is_within_a_duration_or_more_than_it_ago(
    engine: Engine, key: str, data: st.DataObject, as_of: EvaluationTime
) -> None:
    field = FIELDS.by_key[key]
    duration = data.draw(duration_texts(hours=field.kind is Kind.DATETIME))
    within, ago = (
        built_condition(DraftCondition(key, name, (duration,), "here")) for name in ("is within", "is more than ago")
    )
    audience = [Contact(n, 1, "a@b.de", {field.id: data.draw(values_near(field.kind, as_of))}, EPOCH, EPOCH)
             for n in range(1, 6)]  # fmt: skip
    engine.fill(audience)
    now = as_of.now if field.kind is Kind.DATETIME else as_of.today
    past = {contact.id for contact in audience if contact.values[field.id] <= now}  # type: ignore[operator]
    found = [engine.selected(rule, as_of) for rule in (within, ago)]
    assert found[0] | found[1] == past
    assert not found[0] & found[1]


def may_be_missing(field: Field) -> bool:
    return field not in ALWAYS_KNOWN


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=examples(20))
@given(data=st.data())
def test_a_missing_value_is_what_the_negative_operator_says(
    engine: Engine, operator: Operator, data: st.DataObject
) -> None:
    as_of, audience = data.draw(crowds_for(operator, most=2))
    rule = built_condition(data.draw(draft_conditions(operator, may_be_missing)))
    without = [
        replace(c, values={key: value for key, value in c.values.items() if key != rule.field.id}) for c in audience
    ]
    engine.fill(without)
    all_ids = {contact.id for contact in without}
    assert engine.selected(rule, as_of) == (all_ids if operator.negates else set())
    assert {c.id for c in without if selects(rule, c, as_of)} == (all_ids if operator.negates else set())
