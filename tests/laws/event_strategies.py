"""Random events, and random conditions about them that meet the events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from hypothesis import strategies as st

from tamis.domain.errors import Invalid
from tamis.domain.events.events import AT, EventCatalogue, EventName, EventProperty
from tamis.domain.values.fields import Field, FieldSet, Kind, Value
from tamis.rules.build import build
from tamis.rules.build_events import is_window
from tamis.rules.evaluation.aggregates import Events, EventValues, fits
from tamis.rules.evaluation.operands import comparable
from tamis.rules.operators import OPERATORS, Operator, ValueType
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftEventCondition, DraftGroup, DraftNot
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, EventCondition, Node
from tests.laws.strategies import (
    FIELDS,
    SEGMENTS,
    VALUES,
    draft_conditions,
    draft_segments,
    operand_texts,
    others_of,
    swap_case,
    value_counts,
)
from tests.laws.time_strategies import instants_near, values_near

ORDER, OPEN, ODD = EventName(7, 1, "order"), EventName(8, 1, "Open"), EventName(9, 1, 'did not "ΟΔΟΣ" \\ within')
EVENTS = EventCatalogue(
    (ORDER, OPEN, ODD),
    (
        EventProperty(ORDER.id, Field(101, "amount", "Amount", Kind.NUMBER)),
        EventProperty(ORDER.id, Field(102, "category", "Category", Kind.TEXT)),
        EventProperty(ORDER.id, Field(103, "deliver_on", "Deliver on", Kind.DATE)),
        EventProperty(ORDER.id, Field(104, "paid_at", "Paid at", Kind.DATETIME)),
        EventProperty(ORDER.id, Field(105, "not", "Not", Kind.BOOLEAN)),
        EventProperty(ODD.id, Field(106, "number", "Number", Kind.NUMBER)),
        EventProperty(ODD.id, Field(107, "1st größe", "1st größe", Kind.NUMBER)),
    ),
)
"""The names and properties of all random events, one name without properties."""
PROPERTIES = tuple(each.field for each in EVENTS.properties)
Histories = Mapping[int, Mapping[int, Sequence[EventValues]]]
"""The events by contact and by the id of their name, in the order of their instants."""
NOTHING: Histories = {}

_AMOUNTS = (
    0.0,
    0.1,
    0.2,
    0.3,
    5e-7,
    4.9e-7,
    -5e-7,
    1 / 3,
    2.5,
    50.0,
    59.9,
    1e9,
    999_999_999.999_999,
    1e12,
    1e15,
    -1e300,
)
amounts = st.one_of(
    st.sampled_from(_AMOUNTS), st.integers(-3, 3).map(float), st.floats(-1e6, 1e6).map(lambda x: x + 0.0)
)
_LIMITS = ("0", "0.1", "0.3", "0.6", "1", "2", "2.5", "50", "-1", "0.000001", "-0.000001", "0.333333", "1000000000000")

_VALUES: Mapping[Kind, st.SearchStrategy[Value]] = {**VALUES, Kind.NUMBER: amounts}


@st.composite
def events_near(draw: st.DrawFn, event: EventName, as_of: EvaluationTime) -> EventValues:
    """An event, often near an evaluation time, and any of its properties missing."""
    values: dict[int, Value] = {}
    for field in EVENTS.properties_of(event.id).fields:
        if draw(st.booleans()):
            near = values_near(field.kind, as_of) if field.kind in (Kind.DATE, Kind.DATETIME) else _VALUES[field.kind]
            values[field.id] = comparable(draw(st.one_of(near, _VALUES[field.kind])))
    return EventValues(draw(instants_near(as_of)), values)


@st.composite
def histories_near(draw: st.DrawFn, contact_ids: Sequence[int], as_of: EvaluationTime, most: int = 5) -> Histories:
    """The events of some contacts; an engine of 64 bits adds up at most eight of the largest amounts."""
    return {
        contact_id: {
            event.id: sorted(draw(st.lists(events_near(event, as_of), max_size=most)), key=lambda found: found.at)
            for event in EVENTS.names
            if draw(st.booleans())
        }
        for contact_id in contact_ids
    }


def events_of(histories: Histories, contact_id: int) -> Events:
    """Return the events of one contact."""
    of_contact = histories.get(contact_id, {})
    return lambda event_id: of_contact.get(event_id, ())


# -- conditions --------------------------------------------------------------------------------------------------------


@st.composite
def conditions_over(
    draw: st.DrawFn, fields: FieldSet, allowed: Callable[[Operator], bool] = lambda operator: True
) -> DraftCondition:
    """A condition about one of some fields that `build` accepts."""
    field = draw(st.sampled_from(fields.fields))
    fitting = [
        operator
        for operator in OPERATORS
        if field.kind in operator.kinds
        and allowed(operator)
        and (operator.values is not ValueType.FIELD or others_of(field, fields))
    ]
    operator = draw(st.sampled_from(fitting))
    values = tuple(draw(operand_texts(field, operator, fields)) for _ in range(draw(value_counts(operator.takes))))
    references: list[str | int] = [field.id, field.key]
    return in_order(DraftCondition(draw(st.sampled_from(references)), operator.name, values, "here"), fields)


def in_order(draft: DraftCondition, fields: FieldSet) -> DraftCondition:
    """Exchange the two ends of a range that are in the wrong order."""
    try:
        build(draft, fields)
    except Invalid:
        return DraftCondition(draft.field, draft.operator, draft.values[::-1], draft.where)
    return draft


@st.composite
def _groups(draw: st.DrawFn, parts: st.SearchStrategy[Draft]) -> DraftGroup:
    join: Literal["all", "any"] = draw(st.sampled_from(["all", "any"]))
    return DraftGroup(join, tuple(draw(st.lists(parts, min_size=1, max_size=3))), "here")


def filters(fields: FieldSet) -> st.SearchStrategy[Draft]:
    """What can be asked of the properties of events."""
    return st.recursive(
        conditions_over(fields),
        lambda parts: st.one_of(_groups(parts), st.builds(DraftNot, parts, st.just("here"))),
        max_leaves=3,
    )


def _numbers(function: AggregateFunction) -> st.SearchStrategy[str]:
    if function is AggregateFunction.COUNT:
        return st.integers(0, 5).map(str)
    return st.sampled_from(_LIMITS)


@st.composite
def tests_of(draw: st.DrawFn, function: AggregateFunction, kind: Kind) -> DraftCondition:
    """What can be asked of a value of events."""
    operator = draw(st.sampled_from([o for o in OPERATORS if kind in o.kinds and o.values is not ValueType.FIELD]))
    field = Field(0, "value", "Value", kind)
    texts = _numbers(function) if kind is Kind.NUMBER else operand_texts(field, operator)
    values = tuple(draw(texts) for _ in range(draw(value_counts(operator.takes))))
    test = in_order(DraftCondition(field.id, operator.name, values, "here"), FieldSet((field,)))
    return DraftCondition(None, test.operator, test.values, "here")


@st.composite
def draft_event_conditions(
    draw: st.DrawFn, function: AggregateFunction | None = None, windows: Callable[[Operator], bool] = is_window
) -> DraftEventCondition:
    """A condition about events that `build` accepts."""
    of = function or draw(st.sampled_from(AggregateFunction))
    fitting = [each for each in EVENTS.properties if fits(of, each.field.kind)] if of.takes_property else []
    measured = draw(st.sampled_from(fitting)) if fitting else None
    event = EVENTS.by_id[measured.event_id] if measured else draw(st.sampled_from(EVENTS.names))
    kind = measured.field.kind if measured and not of.adds else Kind.NUMBER
    if of in (AggregateFunction.FIRST, AggregateFunction.LAST):
        kind = Kind.DATETIME
    window = draw(st.one_of(st.none(), conditions_over(FieldSet((AT,)), windows)))
    properties = EVENTS.properties_of(event.id)
    filter_ = draw(st.one_of(st.none(), filters(properties))) if properties.fields else None
    references: list[str | int] = [event.id, event.name, swap_case(event.name)]
    return DraftEventCondition(
        draw(st.sampled_from(references)),
        of,
        measured.field.id if measured else None,
        draw(tests_of(of, kind)),
        "here",
        DraftCondition(None, window.operator, window.values, "here") if window else None,
        filter_,
    )


def built_with_events(draft: Draft) -> Node:
    """Build a draft that is known to be right."""
    rule = build(draft, FIELDS, SEGMENTS, EVENTS)
    assert rule is not None
    return rule


def built_event_condition(draft: DraftEventCondition) -> EventCondition:
    """Build a condition about events that is known to be right."""
    rule = built_with_events(draft)
    assert isinstance(rule, EventCondition)
    return rule


event_rules: st.SearchStrategy[Node] = st.recursive(
    st.one_of(draft_event_conditions(), draft_event_conditions(), draft_conditions(), draft_segments()),
    lambda parts: st.one_of(_groups(parts), st.builds(DraftNot, parts, st.just("here"))),
    max_leaves=4,
).map(built_with_events)
"""Rules of any shape about events, fields and segments."""
