"""§ One meaning: for every rule and contact the compiled SQL and the reference evaluator agree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts import Contact
from tamis.rules.evaluate import selects
from tamis.rules.moment import Moment
from tamis.rules.operators import Operator
from tamis.rules.tree import Node
from tests.laws.stores import Stores
from tests.laws.strategies import FIELD_OPERATORS, built, crowds, draft_conditions, rule_moments, rules


def by_python(rule: Node, crowd: list[Contact], moment: Moment) -> set[int]:
    return {contact.id for contact in crowd if selects(rule, contact, moment)}


@settings(max_examples=150)
@given(crowd=crowds(), some=st.lists(rules, min_size=1, max_size=5), moment=rule_moments)
def test_one_meaning_of_any_rule(stores: Stores, crowd: list[Contact], some: list[Node], moment: Moment) -> None:
    stores.fill(crowd)
    for rule in some:
        assert stores.selected(rule, moment) == by_python(rule, crowd, moment)


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=25)
@given(data=st.data(), crowd=crowds(), moment=rule_moments)
def test_one_meaning_of_each_operator(
    stores: Stores, operator: Operator, data: st.DataObject, crowd: list[Contact], moment: Moment
) -> None:
    stores.fill(crowd)
    for _ in range(5):
        rule = built(data.draw(draft_conditions(operator)))
        assert stores.selected(rule, moment) == by_python(rule, crowd, moment)
