"""The real purchases of CDNOW: the counts of its README, computed elsewhere, and explanations that agree with them."""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.events.events import EventCatalogue, EventName, EventProperty
from tamis.domain.values.fields import Field, FieldSet, Kind
from tamis.domain.values.instants import EPOCH, MICROSECOND
from tamis.rules.build import build
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.evaluation.compiled import compile_rule
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.evaluation.explain import explain
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.breakpoints import next_change
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule
from tests.laws.event_strategies import Histories
from tests.support.effort import ALL

FILE = Path(__file__).parents[3] / "shared/data/events/cdnow_sample.csv"
QUANTITY, AMOUNT = Field(106, "quantity", "Quantity", Kind.NUMBER), Field(101, "amount", "Amount", Kind.NUMBER)
EVENTS = EventCatalogue((EventName(7, 1, "order"),), (EventProperty(7, QUANTITY), EventProperty(7, AMOUNT)))
AFTERWARDS = EvaluationTime(datetime(1998, 7, 1, tzinfo=UTC), ZoneInfo("UTC"))
COUNTS = {
    "did order at least 2 times": 1152,
    "did order exactly once": 1205,
    "did order where amount >= 50": 640,
    "sum(amount) of order >= 100": 615,
    "sum(quantity) of order >= 10": 454,
    "last order is after 1997-12-31": 515,
    "did order at least 2 times between 1997-06-01 and 1997-09-30": 225,
    "did order": 2357,
    "did not order": 0,
}
RULES = (
    *COUNTS,
    "did order at least 2 times within 90 days",
    "did not order within 180 days",
    "sum(amount) of order within 1 year > 60",
    "last order is more than 30 days ago",
    "first order is within 6 months and did order at least twice where (quantity > 1 or amount < 20)",
    "average(amount) of order within 300 days is not between 10 and 30",
    "min(quantity) of order since 1997-03-01 is 1 or max(amount) of order > 100",
    "did order between 1 and 2 times in this month",
    "did order at most 1 time within 1000 hours",
    "count of order in last year is one of (2, 3)",
    "not (did order today) and last order is within 8 weeks",
)
NO_SEGMENTS: dict[int, Rule | bool] = {}
INSTANTS = [datetime(1997, 1, 2, 5, tzinfo=UTC) + timedelta(days=49, hours=7) * number for number in range(12)]


def parsed(text: str) -> Node:
    rule = build(from_text(text), FieldSet(()), events=EVENTS)
    assert rule is not None
    return rule


@pytest.fixture(scope="module")
def histories() -> Histories:
    """The events by the number of the customer, in their order."""
    found: dict[int, list[EventValues]] = defaultdict(list)
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            values = {QUANTITY.id: float(row["quantity"]), AMOUNT.id: float(row["amount"])}
            number = int(row["email"][1:].partition("@")[0])
            found[number].append(EventValues(datetime.fromisoformat(f"{row['at']}T00:00+00:00"), values))
    return {number: {7: sorted(events, key=lambda event: event.at)} for number, events in found.items()}


@pytest.mark.parametrize(("text", "count"), COUNTS.items())
def test_the_counts_of_the_readme_come_out(histories: Histories, text: str, count: int) -> None:
    compiled = compile_rule(parsed(text), AFTERWARDS.zone)
    found = [
        number for number, of in histories.items() if compiled.selects({}, AFTERWARDS, lambda _: False, of.__getitem__)
    ]
    assert len(found) == count


def test_explanations_and_predictions_agree_with_memberships(histories: Histories) -> None:
    zone = ZoneInfo("America/New_York")
    rules = [parsed(text) for text in RULES]
    contact = Contact(1, 1, "a@example.org", {}, EPOCH, EPOCH)
    step = 1 if ALL else 600
    for number, of in islice(histories.items(), 0, None, step):
        events = of.__getitem__
        for rule in rules:
            for instant in INSTANTS:
                as_of = EvaluationTime(instant, zone)
                is_selected = selects(rule, contact, as_of, lambda _: False, events)
                assert explain(rule, contact, as_of, lambda _: False, events).holds is is_selected, number
            change = next_change(rule, contact, as_of, NO_SEGMENTS.__getitem__, events=events)
            if change:
                for at, expected in ((change - MICROSECOND, is_selected), (change, not is_selected)):
                    assert selects(rule, contact, EvaluationTime(at, zone), lambda _: False, events) is expected
