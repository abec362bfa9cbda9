"""§ Exact, in time, for events: results change at each predicted breakpoint, and never between two of them."""

from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.instants import MICROSECOND, day_in_utc
from tamis.rules.descriptions.progress import describe_progress
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.evaluation.dependencies import MembershipSource
from tamis.rules.evaluation.evaluate import counted, event_condition_holds, selects
from tamis.rules.evaluation.explain import Explained, explain
from tamis.rules.syntaxes.draft import DraftEventCondition
from tamis.rules.time.breakpoints import (
    clock_offsets,
    membership,
    next_breakpoint_of_events,
    next_change,
)
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventCondition, Node, Rule, conditions, event_conditions
from tests.laws.event_strategies import (
    EVENTS,
    Histories,
    built_event_condition,
    draft_event_conditions,
    event_rules,
    events_near,
    events_of,
)
from tests.laws.test_events_agree import timed_histories
from tests.laws.test_time import between, in_no_circle, leaves, some_later
from tests.laws.time_strategies import evaluation_times, later, segments_of
from tests.support.effort import examples


def holds_at(condition: EventCondition, events: list[EventValues], instant: datetime, as_of: EvaluationTime) -> bool:
    return event_condition_holds(condition, EvaluationTime(instant, as_of.zone), lambda event_id: events)


def critical_instants(condition: EventCondition, events: list[EventValues], as_of: EvaluationTime) -> list[datetime]:
    """List the instants at which any event can begin or stop counting by the clock, and those just before them."""
    found = [event.at for event in events]
    window = condition.aggregate.window
    for part in (condition.test, *([window] if window else []), *conditions(condition.aggregate.where)):
        found += [later(event.at, offset) for event in events for offset in clock_offsets(part)]
    return [at for exact in found for at in (later(exact, -MICROSECOND), exact) if at > as_of.now]


@pytest.mark.parametrize("function", AggregateFunction)
@settings(max_examples=examples(200), deadline=None)
@given(data=st.data(), as_of=evaluation_times)
def test_a_condition_about_events_changes_exactly_when_predicted(
    function: AggregateFunction, data: st.DataObject, as_of: EvaluationTime
) -> None:
    draft: DraftEventCondition = data.draw(draft_event_conditions(function))
    condition = built_event_condition(draft)
    name = next(each for each in EVENTS.names if each.id == condition.aggregate.event.id)
    events = sorted(data.draw(st.lists(events_near(name, as_of), max_size=5)), key=lambda event: event.at)
    for _ in range(4):
        output = holds_at(condition, events, as_of.now, as_of)
        found = next_breakpoint_of_events(condition, events, as_of)
        until = later(found.at, -MICROSECOND) if found else some_later(data, as_of)
        checked = [at for at in critical_instants(condition, events, as_of) if at <= until]
        midnights = [day_in_utc(day, as_of.zone)[0] for day in days_after(as_of, 40)]
        checked += [at for at in midnights if as_of.now < at <= until]
        for instant in (*between(data, as_of.now, max(until, as_of.now), as_of), *checked):
            assert holds_at(condition, events, instant, as_of) is output, instant
        if found is None:
            return
        assert found.at > as_of.now
        as_of = EvaluationTime(found.at, as_of.zone)
        assert holds_at(condition, events, as_of.now, as_of) is not output
        assert found.event is None or found.event in events


@settings(max_examples=examples(300), deadline=None)
@given(
    data=st.data(),
    rule=event_rules,
    case=timed_histories(),
    named=st.fixed_dictionaries({id_: st.one_of(st.booleans(), event_rules) for id_ in (3, 4, 5, 7, 123_456)}),
)
def test_a_rule_about_events_changes_exactly_when_predicted(
    data: st.DataObject,
    rule: Node,
    case: tuple[EvaluationTime, list[Contact], Histories],
    named: dict[int, Rule | bool],
) -> None:
    as_of, (contact, *_), histories = case
    decided: MembershipSource = in_no_circle(named).__getitem__
    events = events_of(histories, contact.id)

    def verdict(as_of: EvaluationTime) -> bool:
        return selects(rule, contact, as_of, membership(contact, as_of, decided, events), events)

    for _ in range(3):
        output = verdict(as_of)
        change = next_change(rule, contact, as_of, decided, events=events)
        until = later(change, -MICROSECOND) if change else some_later(data, as_of)
        for instant in between(data, as_of.now, max(until, as_of.now), as_of):
            assert verdict(EvaluationTime(instant, as_of.zone)) is output, instant
        if change is None:
            return
        as_of = EvaluationTime(change, as_of.zone)
        assert verdict(as_of) is not output


def days_after(as_of: EvaluationTime, most: int) -> list[date]:
    ordinals = range(as_of.today.toordinal() + 1, as_of.today.toordinal() + 1 + most)
    return [date.fromordinal(ordinal) for ordinal in ordinals if ordinal <= date.max.toordinal()]


@settings(max_examples=examples(200))
@given(rule=event_rules, case=timed_histories())
def test_every_explained_part_about_events_has_its_own_result(
    rule: Node, case: tuple[EvaluationTime, list[Contact], Histories]
) -> None:
    as_of, audience, histories = case
    for contact in audience:
        events, in_segment = events_of(histories, contact.id), segments_of(contact)
        explained = explain(rule, contact, as_of, in_segment, events)
        assert explained.holds is selects(rule, contact, as_of, in_segment, events)
        assert msgspec.json.decode(msgspec.json.encode(explained), type=Explained) == explained
        parts = [part for part in leaves(explained) if part.events]
        for condition, part in zip(event_conditions(rule), parts, strict=True):
            found = counted(condition.aggregate, as_of, events)
            assert part.holds is event_condition_holds(condition, as_of, events)
            assert part.events
            assert (part.events.counted, part.events.latest) == (len(found), tuple(event.at for event in found))
            assert describe_progress(part, as_of.zone)
