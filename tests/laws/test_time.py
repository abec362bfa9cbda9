"""§ Exact, in time: results change at each predicted breakpoint, and never between two of them."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import LAST_INSTANT, MICROSECOND, day_in_utc, day_of
from tamis.rules.evaluation.dependencies import MembershipSource
from tamis.rules.evaluation.evaluate import Membership, holds, selects
from tamis.rules.evaluation.explain import Explained, explain
from tamis.rules.operators import Operator, positive_form
from tamis.rules.time.breakpoints import (
    changes_at_midnight,
    clock_offsets,
    membership,
    next_breakpoint,
    next_change,
    time_dependent_conditions,
)
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.time.terms import relative_terms
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule, conditions, referenced_segments
from tests.laws.engines import Engine
from tests.laws.strategies import (
    FIELD_OPERATORS,
    SEGMENTS,
    VALUES,
    built,
    built_condition,
    draft_conditions,
    draft_segments,
    rules,
)
from tests.laws.time_strategies import evaluation_times, later, segments_of, timed_crowds, values_near
from tests.support.effort import examples

RELATIVE = [operator for operator in FIELD_OPERATORS if positive_form(operator)[0].relative]
ALWAYS_THE_SAME = [operator for operator in FIELD_OPERATORS if operator not in RELATIVE]


def contact_with(condition: Condition, value: Value) -> Contact:
    at = value if isinstance(value, datetime) else LAST_INSTANT
    return Contact(1, 1, "a@b.de", {condition.field.id: value}, at, at)


def between(data: st.DataObject, low: datetime, high: datetime, as_of: EvaluationTime) -> list[datetime]:
    """Draw instants between two others, both included, many of them where a day begins."""
    found = [low, high]
    for _ in range(3):
        micros = data.draw(st.integers(0, (high - low) // MICROSECOND))
        instant = low + timedelta(microseconds=micros)
        start = day_in_utc(day_of(instant, as_of.zone), as_of.zone)[0]
        found += [at for at in (instant, start, later(start, -MICROSECOND)) if low <= at <= high]
    return found


def some_later(data: st.DataObject, as_of: EvaluationTime) -> datetime:
    """Draw the last instant to check."""
    days = data.draw(st.sampled_from([1, 40, 400, 4_000, 400_000]))
    return later(as_of.now, timedelta(days=days))


@pytest.mark.parametrize("operator", RELATIVE, ids=lambda operator: operator.name)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data(), as_of=evaluation_times)
def test_a_condition_changes_exactly_when_predicted(
    operator: Operator, data: st.DataObject, as_of: EvaluationTime
) -> None:
    condition = built_condition(data.draw(draft_conditions(operator)))
    kind = condition.field.kind
    value = data.draw(st.one_of(values_near(kind, as_of), values_near(kind, as_of), VALUES[kind]))
    contact = contact_with(condition, value)
    for _ in range(3):
        output = holds(condition, contact, as_of)
        breakpoint = next_breakpoint(condition, value, as_of)
        until = later(breakpoint, -MICROSECOND) if breakpoint else some_later(data, as_of)
        for instant in between(data, as_of.now, max(until, as_of.now), as_of):
            assert holds(condition, contact, EvaluationTime(instant, as_of.zone)) is output, instant
        if breakpoint is None:
            return
        assert breakpoint > as_of.now
        as_of = EvaluationTime(breakpoint, as_of.zone)
        assert holds(condition, contact, as_of) is not output
        has_its_cause(condition, value, as_of)


@pytest.mark.parametrize("operator", RELATIVE, ids=lambda operator: operator.name)
@settings(max_examples=examples(40))
@given(data=st.data(), as_of=evaluation_times)
def test_every_engine_changes_its_result_when_predicted(
    engine: Engine, operator: Operator, data: st.DataObject, as_of: EvaluationTime
) -> None:
    condition = built_condition(data.draw(draft_conditions(operator)))
    value = data.draw(values_near(condition.field.kind, as_of))
    contact = contact_with(condition, value)
    engine.fill([contact])
    for _ in range(3):
        breakpoint = next_breakpoint(condition, value, as_of)
        until = later(breakpoint, -MICROSECOND) if breakpoint else some_later(data, as_of)
        output = {contact.id} if holds(condition, contact, as_of) else set()
        for instant in (as_of.now, max(until, as_of.now)):
            assert engine.selected(condition, EvaluationTime(instant, as_of.zone)) == output
        if breakpoint is None:
            return
        as_of = EvaluationTime(breakpoint, as_of.zone)
        assert engine.selected(condition, as_of) == {contact.id} - output


def has_its_cause(condition: Condition, value: Value, as_of: EvaluationTime) -> None:
    """Assert that the change of a condition is explained by its breakpoint kinds."""
    assert time_dependent_conditions(condition) == (condition,)
    by_clock = isinstance(value, datetime) and as_of.now - value in clock_offsets(condition)
    at_midnight = as_of.now == day_in_utc(as_of.today, as_of.zone)[0]
    assert by_clock or (at_midnight and changes_at_midnight(condition))


@pytest.mark.parametrize("operator", ALWAYS_THE_SAME, ids=lambda operator: operator.name)
@settings(max_examples=examples(5))
@given(data=st.data(), as_of=evaluation_times)
def test_a_condition_independent_of_time_never_changes(
    operator: Operator, data: st.DataObject, as_of: EvaluationTime
) -> None:
    condition = built_condition(data.draw(draft_conditions(operator)))
    assert time_dependent_conditions(condition) == ()
    assert relative_terms(condition) is None
    assert not changes_at_midnight(condition)
    assert clock_offsets(condition) == ()
    assert next_breakpoint(condition, data.draw(VALUES[condition.field.kind]), as_of) is None


timed_rules = st.recursive(
    st.one_of(
        st.sampled_from(RELATIVE).flatmap(draft_conditions).map(built),
        st.sampled_from(RELATIVE).flatmap(draft_conditions).map(built),
        draft_segments().map(built),
    ),
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(All, st.tuples(parts, parts)),
        st.builds(Any, st.tuples(parts, parts)),
    ),
    max_leaves=5,
)
decisions = st.fixed_dictionaries(
    {ref.id: st.one_of(st.booleans(), st.none(), timed_rules, timed_rules) for ref in SEGMENTS.refs}
)


@settings(max_examples=examples(100), deadline=None)
@given(data=st.data(), rule=timed_rules, case=timed_crowds(most=1), named=decisions)
def test_a_rule_changes_exactly_when_predicted(
    data: st.DataObject, rule: Node, case: tuple[EvaluationTime, list[Contact]], named: dict[int, Rule | bool]
) -> None:
    as_of, (contact,) = case
    decided: MembershipSource = in_no_circle(named).__getitem__
    for _ in range(2):
        output = verdict(rule, contact, as_of, decided)
        change = next_change(rule, contact, as_of, decided)
        until = later(change, -MICROSECOND) if change else some_later(data, as_of)
        for instant in between(data, as_of.now, max(until, as_of.now), as_of):
            assert verdict(rule, contact, EvaluationTime(instant, as_of.zone), decided) is output, instant
        if change is None:
            return
        as_of = EvaluationTime(change, as_of.zone)
        assert verdict(rule, contact, as_of, decided) is not output


def verdict(rule: Rule, contact: Contact, as_of: EvaluationTime, decided: MembershipSource) -> bool:
    return selects(rule, contact, as_of, membership(contact, as_of, decided))


def in_no_circle(named: dict[int, Rule | bool]) -> dict[int, Rule | bool]:
    """Let the rules of segments name only segments with smaller ids."""
    return {
        id_: rule if isinstance(rule, bool) or all(other < id_ for other in referenced_segments(rule)) else None
        for id_, rule in named.items()
    }


@given(rule=st.one_of(st.none(), rules), case=timed_crowds(most=2))
def test_every_explained_part_has_its_own_result(rule: Rule, case: tuple[EvaluationTime, list[Contact]]) -> None:
    as_of, audience = case
    for contact in audience:
        in_segment = segments_of(contact)
        explained = explain(rule, contact, as_of, in_segment)
        as_alone(explained, rule, contact, as_of, in_segment)
        again = msgspec.json.decode(msgspec.json.encode(explained), type=Explained)
        assert again == explained
        assert sum(1 for part in leaves(explained) if part.kind == "condition") == len(list(conditions(rule)))


def as_alone(explained: Explained, node: Rule, contact: Contact, as_of: EvaluationTime, in_segment: Membership) -> None:
    assert explained.holds is selects(node, contact, as_of, in_segment)
    parts: tuple[Node, ...] = ()
    match node:
        case All(parts) | Any(parts):
            holds_of_parts = [part.holds for part in explained.parts]
            assert explained.holds is (all if isinstance(node, All) else any)(holds_of_parts)
        case Not(part):
            parts = (part,)
            assert explained.holds is not explained.parts[0].holds
        case Condition(field):
            assert (explained.value is None) is (contact.value_of(field) is None)
        case InSegment() | None:
            assert explained.value is None
    assert len(explained.parts) == len(parts)
    for explained_part, child in zip(explained.parts, parts, strict=True):
        as_alone(explained_part, child, contact, as_of, in_segment)


def leaves(explained: Explained) -> list[Explained]:
    return [leaf for part in explained.parts for leaf in leaves(part)] or [explained]
