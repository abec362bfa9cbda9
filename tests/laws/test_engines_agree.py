"""§ One meaning: for every rule and contact the compiled SQL and the reference evaluator agree."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import CONTACT_ID, CREATED_AT, EMAIL, SUPPRESSED, UPDATED_AT
from tamis.rules.evaluation.aggregates import no_events
from tamis.rules.evaluation.compiled import Values, compile_rule
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.evaluation.operands import comparable
from tamis.rules.operators import Operator, positive_form
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node
from tests.laws.engines import Engine
from tests.laws.strategies import FIELD_OPERATORS, built, draft_conditions, rules
from tests.laws.time_strategies import crowds_for, instants_of_the_day, segments_of, timed_crowds
from tests.support.effort import examples

RELATIVE = [operator for operator in FIELD_OPERATORS if positive_form(operator)[0].relative]


def by_python(rule: Node, audience: list[Contact], as_of: EvaluationTime) -> set[int]:
    return {contact.id for contact in audience if selects(rule, contact, as_of, segments_of(contact))}


def by_python_at(rule: Node, audience: list[Contact], as_of: EvaluationTime, instants: list[datetime]) -> set[int]:
    times = [EvaluationTime(instant, as_of.zone) for instant in instants]
    return {c.id for c in audience if selects(rule, c, times[c.id - 1], segments_of(c))}


def agree(engine: Engine, rule: Node, audience: list[Contact], as_of: EvaluationTime, instants: list[datetime]) -> None:
    assert engine.selected(rule, as_of) == by_python(rule, audience, as_of)
    assert engine.selected(rule, as_of, instants) == by_python_at(rule, audience, as_of, instants)


@settings(max_examples=examples(150))
@given(data=st.data(), case=timed_crowds(), some=st.lists(rules, min_size=1, max_size=5))
def test_one_meaning_of_any_rule(
    engine: Engine, data: st.DataObject, case: tuple[EvaluationTime, list[Contact]], some: list[Node]
) -> None:
    as_of, audience = case
    instants = [data.draw(instants_of_the_day(as_of)) for _ in audience]
    engine.fill(audience)
    for rule in some:
        agree(engine, rule, audience, as_of, instants)


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_one_meaning_of_each_operator(engine: Engine, operator: Operator, data: st.DataObject) -> None:
    as_of, audience = data.draw(crowds_for(operator))
    engine.fill(audience)
    for _ in range(5):
        rule = built(data.draw(draft_conditions(operator)))
        assert engine.selected(rule, as_of) == by_python(rule, audience, as_of)


@pytest.mark.parametrize("operator", RELATIVE, ids=lambda operator: operator.name)
@settings(max_examples=examples(30))
@given(data=st.data())
def test_one_meaning_of_relative_conditions_at_any_instant(
    engine: Engine, operator: Operator, data: st.DataObject
) -> None:
    as_of, audience = data.draw(crowds_for(operator))
    instants = [data.draw(instants_of_the_day(as_of)) for _ in audience]
    engine.fill(audience)
    for _ in range(5):
        agree(engine, built(data.draw(draft_conditions(operator))), audience, as_of, instants)


@settings(max_examples=examples(150))
@given(case=timed_crowds(), some=st.lists(rules, min_size=1, max_size=5))
def test_one_meaning_of_compiled_rules(case: tuple[EvaluationTime, list[Contact]], some: list[Node]) -> None:
    as_of, audience = case
    for rule in some:
        compiled = compile_rule(rule, as_of.zone)
        found = {c.id for c in audience if compiled.selects(values_of(c), as_of, segments_of(c), no_events)}
        assert found == by_python(rule, audience, as_of)


def values_of(contact: Contact) -> Values:
    known = contact.values | {
        field.id: contact.value_of(field) for field in (CONTACT_ID, EMAIL, CREATED_AT, UPDATED_AT, SUPPRESSED)
    }
    known |= contact.states
    return {field_id: comparable(value) for field_id, value in known.items() if value is not None}
