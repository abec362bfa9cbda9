"""§ One tree for conditions about events: text, JSON and arrays."""

from hypothesis import given, settings

from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe, phrase
from tamis.rules.descriptions.outline import outline
from tamis.rules.syntaxes.arrays import NESTED, to_arrays
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.tree import EventCondition, Node, Not
from tests.laws.event_strategies import EVENTS, built_event_condition, draft_event_conditions, event_rules
from tests.laws.strategies import FIELDS, SEGMENTS
from tests.laws.test_round_trips import same
from tests.support.effort import examples

conditions = draft_event_conditions().map(built_event_condition)


@settings(max_examples=examples(1000))
@given(event_rules)
def test_a_rule_about_events_survives_text_and_json(rule: Node) -> None:
    for draft in (from_text(to_text(rule)), from_json(to_json(rule))):
        assert same(build(draft, FIELDS, SEGMENTS, EVENTS), rule)


@settings(max_examples=examples(1000))
@given(conditions)
def test_a_condition_about_events_and_its_negation_survive_text_and_json(condition: EventCondition) -> None:
    for rule in (condition, Not(condition)):
        for draft in (from_text(to_text(rule)), from_json(to_json(rule))):
            assert same(build(draft, FIELDS, SEGMENTS, EVENTS), rule)


@given(conditions)
def test_arrays_cannot_express_a_condition_about_events(condition: EventCondition) -> None:
    for rule in (condition, Not(condition)):
        assert to_arrays(rule).query_type == NESTED
        assert to_arrays(rule).select_field == ()


@settings(max_examples=examples(300))
@given(event_rules)
def test_every_rule_about_events_has_words(rule: Node) -> None:
    assert describe(rule).endswith(".")
    assert outline(rule).kind
    if isinstance(rule, EventCondition):
        assert rule.aggregate.event.name in phrase(rule)
