"""§ Not is not: every negative operator is the exact complement of its positive one; leaves are two-valued."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts import Contact
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field
from tamis.rules.evaluate import selects
from tamis.rules.moment import Moment
from tamis.rules.operators import BY_NAME, Operator
from tamis.rules.tree import Node, Not
from tests.laws.stores import Stores
from tests.laws.strategies import FIELD_OPERATORS, built_condition, crowds, draft_conditions, rule_moments, rules

NEGATIVE = [operator for operator in FIELD_OPERATORS if operator.negates]
ALWAYS_KNOWN = (EMAIL, CREATED_AT, UPDATED_AT)


def complements(one: Node, other: Node, stores: Stores, crowd: list[Contact], moment: Moment) -> None:
    """Assert that each contact is selected by exactly one of two rules, in both meanings."""
    assert [selects(one, c, moment) for c in crowd] == [not selects(other, c, moment) for c in crowd]
    assert stores.selected(one, moment) == {c.id for c in crowd} - stores.selected(other, moment)


@pytest.mark.parametrize("operator", NEGATIVE, ids=lambda operator: operator.name)
@settings(max_examples=25)
@given(data=st.data(), crowd=crowds(), moment=rule_moments)
def test_not_is_not_for_each_negative_operator(
    stores: Stores, operator: Operator, data: st.DataObject, crowd: list[Contact], moment: Moment
) -> None:
    stores.fill(crowd)
    for _ in range(3):
        negative = built_condition(data.draw(draft_conditions(operator)))
        positive = replace(negative, operator=BY_NAME[str(operator.negates)])
        complements(positive, negative, stores, crowd, moment)


@given(rule=rules, crowd=crowds(), moment=rule_moments)
def test_not_is_not_for_any_rule(stores: Stores, rule: Node, crowd: list[Contact], moment: Moment) -> None:
    stores.fill(crowd)
    complements(rule, Not(rule), stores, crowd, moment)
    assert stores.selected(Not(Not(rule)), moment) == stores.selected(rule, moment)


def may_be_missing(field: Field) -> bool:
    return field not in ALWAYS_KNOWN


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=20)
@given(data=st.data(), crowd=crowds(most=2), moment=rule_moments)
def test_a_missing_value_is_what_the_negative_operator_says(
    stores: Stores, operator: Operator, data: st.DataObject, crowd: list[Contact], moment: Moment
) -> None:
    rule = built_condition(data.draw(draft_conditions(operator, may_be_missing)))
    without = [
        replace(c, values={key: value for key, value in c.values.items() if key != rule.field.id}) for c in crowd
    ]
    stores.fill(without)
    everybody = {contact.id for contact in without}
    assert stores.selected(rule, moment) == (everybody if operator.negates else set())
    assert {c.id for c in without if selects(rule, c, moment)} == (everybody if operator.negates else set())
