"""§ One meaning: for every rule and contact the compiled SQL and the reference evaluator agree."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts import Contact
from tamis.rules.evaluate import selects
from tamis.rules.operators import OPERATORS, Operator
from tamis.rules.tree import Node
from tests.laws.stores import Stores
from tests.laws.strategies import built, crowds, draft_conditions, rules, zones


def by_python(rule: Node, crowd: list[Contact], zone: ZoneInfo) -> set[int]:
    return {contact.id for contact in crowd if selects(rule, contact, zone)}


@settings(max_examples=150)
@given(crowd=crowds(), some=st.lists(rules, min_size=1, max_size=5), zone=zones)
def test_one_meaning_of_any_rule(stores: Stores, crowd: list[Contact], some: list[Node], zone: ZoneInfo) -> None:
    stores.fill(crowd)
    for rule in some:
        assert stores.selected(rule, zone) == by_python(rule, crowd, zone)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=25)
@given(data=st.data(), crowd=crowds(), zone=zones)
def test_one_meaning_of_each_operator(
    stores: Stores, operator: Operator, data: st.DataObject, crowd: list[Contact], zone: ZoneInfo
) -> None:
    stores.fill(crowd)
    for _ in range(5):
        rule = built(data.draw(draft_conditions(operator)))
        assert stores.selected(rule, zone) == by_python(rule, crowd, zone)
