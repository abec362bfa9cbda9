"""§ One meaning and § Not is not for conditions about events."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.events.events import AT
from tamis.domain.values.fields import FieldSet
from tamis.rules.build_events import is_window
from tamis.rules.evaluation.compiled import compile_rule
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.operators import OPERATORS, positive_form
from tamis.rules.syntaxes.draft import DraftCondition
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventCondition, Node, Not
from tests.laws.engines import Engine
from tests.laws.event_strategies import (
    Histories,
    built_event_condition,
    conditions_over,
    draft_event_conditions,
    event_rules,
    events_of,
    histories_near,
)
from tests.laws.test_engines_agree import values_of
from tests.laws.time_strategies import instants_of_the_day, segments_of, timed_crowds
from tests.support.effort import examples

WINDOWS = [operator for operator in OPERATORS if AT.kind in operator.kinds and is_window(operator)]


@st.composite
def timed_histories(draw: st.DrawFn) -> tuple[EvaluationTime, list[Contact], Histories]:
    """An evaluation time, contacts, and events near it."""
    as_of, audience = draw(timed_crowds(most=4))
    return as_of, audience, draw(histories_near([contact.id for contact in audience], as_of))


Case = tuple[EvaluationTime, list[Contact], Histories]


def by_python(rule: Node, case: Case) -> set[int]:
    as_of, audience, histories = case
    return {c.id for c in audience if selects(rule, c, as_of, segments_of(c), events_of(histories, c.id))}


def by_compiled(rule: Node, case: Case) -> set[int]:
    as_of, audience, histories = case
    compiled = compile_rule(rule, as_of.zone)
    return {c.id for c in audience if compiled.selects(values_of(c), as_of, segments_of(c), events_of(histories, c.id))}


def agree(engine: Engine, rule: Node, case: Case) -> None:
    expected = by_python(rule, case)
    assert by_compiled(rule, case) == expected
    assert engine.selected(rule, case[0]) == expected


@settings(max_examples=examples(300))
@given(data=st.data(), case=timed_histories(), some=st.lists(event_rules, min_size=1, max_size=5))
def test_one_meaning_of_rules_about_events(engine: Engine, data: st.DataObject, case: Case, some: list[Node]) -> None:
    as_of, audience, histories = case
    instants = [data.draw(instants_of_the_day(as_of)) for _ in audience]
    engine.fill(audience, histories)
    for rule in some:
        agree(engine, rule, case)
        at_instants = {
            c.id
            for c in audience
            if c.id in by_python(rule, (EvaluationTime(instants[c.id - 1], as_of.zone), [c], histories))
        }
        assert engine.selected(rule, as_of, instants) == at_instants


@pytest.mark.parametrize("function", AggregateFunction)
@settings(max_examples=examples(100))
@given(data=st.data(), case=timed_histories())
def test_one_meaning_of_each_value_of_events_and_of_its_complement(
    engine: Engine, function: AggregateFunction, data: st.DataObject, case: Case
) -> None:
    as_of, audience, histories = case
    engine.fill(audience, histories)
    for _ in range(4):
        rule = built_event_condition(data.draw(draft_event_conditions(function)))
        agree(engine, rule, case)
        assert engine.selected(Not(rule), as_of) == {c.id for c in audience} - engine.selected(rule, as_of)
        opposite = EventCondition(rule.aggregate, positive_form(rule.operator)[0], rule.values)
        if opposite != rule:
            assert engine.selected(opposite, as_of) == engine.selected(Not(rule), as_of) == by_python(opposite, case)


@pytest.mark.parametrize("operator", WINDOWS, ids=lambda operator: operator.name)
@settings(max_examples=examples(60))
@given(data=st.data(), case=timed_histories())
def test_one_meaning_of_each_window(engine: Engine, operator: object, data: st.DataObject, case: Case) -> None:
    engine.fill(*case[1:])
    for _ in range(4):
        draft = data.draw(draft_event_conditions(windows=lambda each: each is operator))
        window = data.draw(conditions_over(FieldSet((AT,)), lambda each: each is operator))
        with_window = DraftCondition(None, window.operator, window.values, "here")
        rule = built_event_condition(replace(draft, window=with_window))
        agree(engine, rule, case)
