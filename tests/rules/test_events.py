"""Conditions about events: how they are written, and what is wrong with them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid
from tamis.domain.events.events import EventCatalogue, EventName, EventProperty
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.descriptions.outline import outline
from tamis.rules.descriptions.progress import describe_progress
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.evaluation.explain import Explained, explain
from tamis.rules.syntaxes.incomplete import list_incomplete
from tamis.rules.syntaxes.json import from_decoded_json, from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule, referenced_events, referenced_properties

FIELDS = FieldSet((*RESERVED, Field(101, "last", "Last", Kind.DATETIME), Field(102, "did", "Did", Kind.NUMBER)))
EVENTS = EventCatalogue(
    (EventName(7, 1, "order"), EventName(8, 1, "open")),
    (
        EventProperty(7, Field(101, "amount", "Amount", Kind.NUMBER)),
        EventProperty(7, Field(102, "category", "Category", Kind.TEXT)),
        EventProperty(7, Field(103, "due", "Due", Kind.DATE)),
    ),
)
TODAY = date(2026, 11, 28)


def parsed(text: str) -> Rule:
    return build(from_text(text), FIELDS, events=EVENTS)


@pytest.mark.parametrize(
    ("text", "written", "sentence"),
    [
        ("did order", 'did "order"', "Contacts who did “order”."),
        ("did ORDER at least once", 'did "order"', "Contacts who did “order”."),
        (
            'did "order" at least 3 times within 90 days where (amount > 50 and category = "Books")',
            'did "order" at least 3 times within 90 days where (amount is greater than 50 and category is "Books")',
            "Contacts who did “order” at least 3 times within the last 90 days (since 30 Aug 2026, "
            "where Amount is greater than 50 and Category is “Books”).",
        ),
        (
            "did order where category is not Books within 1 week at most twice".replace("Books", '"Books"'),
            'did "order" at most 2 times within 1 week where (category is not "Books")',
            "Contacts who did “order” at most 2 times within the last week (since 21 Nov 2026, "
            "where Category is not “Books” (or is blank); or never).",
        ),
        (
            'did "order" exactly 2 times between 2026-01-01 and 2026-03-31',
            'did "order" exactly 2 times between 2026-01-01 and 2026-03-31',
            "Contacts who did “order” exactly 2 times between 1 Jan 2026 and 31 Mar 2026.",
        ),
        ("did order once", 'did "order" exactly 1 time', "Contacts who did “order” exactly 1 time."),
        (
            "did order between 2 and 4 times in this month",
            'did "order" between 2 and 4 times in this month',
            "Contacts who did “order” between 2 and 4 times in this month (1 Nov 2026 to 30 Nov 2026).",
        ),
        ("did order today", 'did "order" today', "Contacts who did “order” today (28 Nov 2026)."),
        (
            "didn't open within 180 days",
            'did not "open" within 180 days',
            "Contacts who did not “open” within the last 180 days (since 1 Jun 2026).",
        ),
        ("not did order", 'did not "order"', "Contacts who did not “order”."),
        ("not (did not order)", 'not (did not "order")', None),
        (
            "sum(amount) of order within 1 year >= 1000",
            'sum(amount) of "order" within 1 year is equal or greater than 1000',
            "Contacts whose total Amount of “order” within the last year (since 28 Nov 2025) is at least 1,000.",
        ),
        (
            "total(amount) of order < 50",
            'sum(amount) of "order" is less than 50',
            "Contacts whose total Amount of “order” is less than 50 (none counts as 0).",
        ),
        (
            "avg(amount) of order more than 90 days ago is not between 5 and 6",
            'average(amount) of "order" more than 90 days ago is not between 5 and 6',
            "Contacts whose average Amount of “order” more than 90 days ago (before 30 Aug 2026) is not between "
            "5 and 6 (or there is none).",
        ),
        (
            "max(due) of order since 2026-01-01 is before 2026-06-01",
            'max(due) of "order" since 2026-01-01 is before 2026-06-01',
            "Contacts whose latest Due of “order” on or after 1 Jan 2026 is before 1 Jun 2026.",
        ),
        (
            "last order is more than 90 days ago and first order is before 2026-01-01",
            'last "order" is more than 90 days ago and first "order" is before 2026-01-01',
            "Contacts whose last “order” is more than 90 days ago (before 30 Aug 2026) "
            "and first “order” is before 1 Jan 2026.",
        ),
        ("last order within 30 days", 'last "order" is within 30 days', None),
        (
            "count of order in (1, 2)",
            'count of "order" is one of (1, 2)',
            "Contacts whose number of “order” is 1 or 2.",
        ),
        ("last within 30 days and did = 5", "last is within 30 days and did is 5", None),
    ],
)
def test_what_people_did_in_text_and_in_words(text: str, written: str, sentence: str | None) -> None:
    rule = parsed(text)
    assert to_text(rule) == written
    assert parsed(written) == rule
    assert build(from_json(to_json(rule)), FIELDS, events=EVENTS) == rule
    assert sentence is None or describe(rule, today=TODAY) == sentence


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("did ordr", "line 1, column 5", 'no event "ordr"; did you mean "order"?'),
        ("did ship", "line 1, column 5", 'no event "ship"; choose from "order", "open"'),
        ("did order at least 3", "line 1, column 20", 'add "times" if this is how often it happened: 3 times'),
        ("did order at least -1 times", "line 1, column 20", "must be 0 or more"),
        ("did order at least 2.5 times", "line 1, column 20", "must be a whole number"),
        ("did order once twice", "line 1, column 16", "can have only one"),
        ("did order within 1 day after 2026-01-01", "line 1, column 24", "can have only one"),
        ("did order within 1 day where due is blank where due is blank", "line 1, column 49", "can have only one"),
        ("did order where colour = 5", "line 1, column 17", 'no property "colour"; choose from "amount", "category"'),
        ("did order where amuont = 5", "line 1, column 17", 'no property "amuont"; did you mean "amount"?'),
        ('did order where country = "x"', "line 1, column 17", '"country" is a field of contacts'),
        (
            'did order where due is blank and category = "x"',
            "line 1, column 34",
            'parentheses of did "order" where (… and …)',
        ),
        ("did order where (did open)", "line 1, column 18", "only be conditions about properties"),
        ('did order where (is in segment "x")', "line 1, column 18", "only be conditions about properties"),
        ("did order between 2026-03-01 and 2026-01-01", "line 1, column 11", "in the wrong order"),
        ("did order in the next 5 days", "line 1, column 11", "cannot say when events happened"),
        ("did order not within 5 days", "line 1, column 11", "cannot say when events happened"),
        ("sum(category) of order > 5", "line 1, column 5", '"category" is a text property'),
        ("sum(due) of order > 5", "line 1, column 5", '"due" is a date property'),
        ("sum(amount) of order > 0.0000001", "line 1, column 24", "at most six decimals"),
        (" or ".join(["did order"] * 51), "line 1, column 1", "must not have more than 50 conditions about events"),
        ("sum(amount) of order > 1000000000001", "line 1, column 24", "between -1,000,000,000,000 and"),
        ("sum(amuont) of order > 5", "line 1, column 5", 'did you mean "amount"?'),
        ("did order 3 times", "line 1, column 11", 'did "order" at least 3 times, at most 3 times or exactly 3 times'),
        ('did not "order" three times', "line 1, column 17", 'did "order" at least 3 times'),
        ("did order at least three times", "line 1, column 20", 'in digits, as in did "order" at least 3 times'),
        (
            "order > 5",
            "line 1, column 1",
            'it is an event: write did "order" at least 3 times, or count of "order" > 3',
        ),
        ("sum(amount) of order >= 1000 within 1 year", "line 1, column 30", "comparison: within 1 year >= 1000"),
        ("count of order > 5 within 30 days", "line 1, column 20", "comparison: within 30 days > 5"),
        ("median(amount) of order > 5", "line 1, column 7", "use count, sum, min, max, average, first or last"),
        ("median(amount of order) > 5", "line 1, column 7", 'there is no "median" of events'),
        ("count of order 3 times", "line 1, column 16", 'cannot read "3": write count of "order" >= 3'),
        ('count("order") > 3', "line 1, column 6", 'write count of "order" >= 3'),
        ('sum("amount") of order > 3', "line 1, column 5", "write the property alone in the parentheses: sum(amount)"),
        ("avg(amount of order) > 3", "line 1, column 12", "avg(amount) of"),
        ('sum(amount) of order contains "x"', "line 1, column 22", "does not work with"),
        ("last order", "line 1, column 6", "an operator and a value are missing"),
        ("last order at least 3 times", "line 1, column 12", '"times" goes with "did"'),
        ('first name is "Anna"', "line 1, column 1", 'write the field "First name" as first_name'),
    ],
)
def test_what_is_wrong_is_said_where_it_is(text: str, place: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parsed(text)
    assert (refusal.value.problems[0].path, message in str(refusal.value.problems[0])) == (place, True), refusal.value


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        parsed(
            "did ordr within 5 and sum(x) of order > 1 and did order at least -1 times where (a = 1 or amount = 'x')"
        )
    assert [problem.code for problem in refusal.value.problems] == [
        "no_event",
        "no_property",
        "no_property",
        "value_not_valid",
        "count_is_negative",
    ]


def test_json_is_short_for_what_happened_at_least_once() -> None:
    draft = from_decoded_json({"event": "order", "where": {"field": "amount", "operator": ">", "values": [50]}})
    assert build(draft, FIELDS, events=EVENTS) == parsed("did order where amount > 50")


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        ({"event": "order", "times": 3}, "rule", 'remove "times"'),
        ({"event": None}, "rule.event", "the ID or the name of an event"),
        ({"event": "order", "function": 5}, "rule.function", "must be count, sum"),
        ({"event": "order", "window": "90 days"}, "rule.window", '"operator" and "values"'),
        ({"event": "order", "where": []}, "rule.where", "must be an object"),
        ({"event": "order", "function": "last"}, "rule.operator", "must be the name of an operator"),
        ({"event": "order", "property": "amount"}, "rule.property", '"count" takes no property'),
        ({"event": "order", "function": "sum", "operator": ">", "values": [1]}, "rule.property", "sum(…) of"),
        ({"event": 99}, "rule.event", "the ID 99"),
        ({"event": "order", "function": "median", "operator": ">", "values": [1]}, "rule", 'no "median" of events'),
    ],
)
def test_json_is_strict(data: object, place: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        build(from_decoded_json(data), FIELDS, events=EVENTS)
    assert (refusal.value.problems[0].path, message in str(refusal.value.problems[0])) == (place, True), refusal.value


def test_a_condition_about_events_counts_with_those_of_its_where() -> None:
    filters = " or ".join(f"amount = {number}" for number in range(499))
    assert parsed(f"did order where ({filters})")
    with pytest.raises(Invalid, match="more than 500 conditions"):
        parsed(f"did order where ({filters} or amount = 1.5)")


def test_a_rule_says_which_events_and_properties_it_uses() -> None:
    rule = parsed("not (sum(amount) of order where (due is blank) > 5) and (did open or did is blank)")
    assert referenced_events(rule) == {7, 8}
    assert {field.key for field in referenced_properties(rule)} == {"amount", "due"}


def test_blanks_of_a_condition_about_events_are_to_be_filled_in() -> None:
    data = {
        "event": "",
        "function": "sum",
        "property": "",
        "operator": ">",
        "values": [""],
        "window": {"operator": "is within", "values": [""]},
        "where": {"field": "", "operator": "is", "values": ["5"]},
    }
    assert list_incomplete(from_decoded_json(data)) == ("rule", "rule.where")


ADA = Contact(1, 1, "ada@example.com", {}, EPOCH, EPOCH)
NOON = EvaluationTime(datetime(2026, 11, 28, 12, tzinfo=UTC), ZoneInfo("UTC"))


def order(text: str, amount: float | None = None) -> EventValues:
    return EventValues(datetime.fromisoformat(f"{text}+00:00"), {} if amount is None else {101: amount})


ORDERS = [order("2026-10-16T10:00", 20.0), order("2026-11-01T10:00", 50.5), order("2026-11-20T10:00")]


def explained(text: str) -> Explained:
    return explain(parsed(text), ADA, NOON, lambda _: False, {7: ORDERS, 8: []}.__getitem__)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "did order at least 3 times within 90 days",
            "3 events; needed: at least 3 times; holds until 15 Jan 2027, 00:00, "
            "when the “order” of 16 Oct 2026, 10:00 stops counting",
        ),
        (
            "did order more than 48 hours ago exactly 3 times where amount > 10",
            "2 events; needed: exactly 3 times",
        ),
        (
            "sum(amount) of order within 30 days <= 60",
            "2 events, 50.5; needed: is at most 60",
        ),
        (
            "last order is more than 30 days ago",
            "3 events, 20 Nov 2026, 10:00; needed: is more than 30 days ago; will hold from 21 Dec 2026, 00:00",
        ),
        ("did open", "0 events; needed: at least 1 time"),
        (
            "average(amount) of order within 35 days > 40",
            "2 events, 50.5; needed: is greater than 40; holds until 7 Dec 2026, 00:00, "
            "when the “order” of 1 Nov 2026, 10:00 stops counting",
        ),
    ],
)
def test_an_explanation_says_what_counts_and_until_when(text: str, words: str) -> None:
    assert describe_progress(explained(text), NOON.zone) == words


def test_a_negated_condition_is_explained_as_one() -> None:
    never, seldom = explained("did not open"), explained("did not order at least 4 times within 90 days")
    assert (never.holds, never.is_about_events, never.phrase) == (True, True, "Did not “open”")
    assert describe_progress(never, NOON.zone) == "0 events; needed: never"
    assert seldom.phrase == "Did not “order” at least 4 times within the last 90 days"
    assert describe_progress(seldom, NOON.zone) == "3 events; needed: not at least 4 times"
    both = explained("not (did open or did order)")
    assert (both.is_about_events, both.phrase) == (False, "")
    leaves = explained("did not order at least 3 times within 90 days")
    assert describe_progress(leaves, NOON.zone) == (
        "3 events; needed: not at least 3 times; will hold from 15 Jan 2027, 00:00, "
        "when the “order” of 16 Oct 2026, 10:00 stops counting"
    )


def test_an_outline_says_when_and_which_and_what_nothing_means() -> None:
    spent = "sum(amount) of order where (amount > 5) < 50"
    found = outline(parsed(f"did not open within 90 days and {spent} and last order < 2020-01-01"))
    assert [part.text for part in found.parts] == [
        "Did not “open” within the last 90 days",
        "Total Amount of “order” (where Amount is greater than 5) is less than 50 (none counts as 0)",
        "Last “order” is before 1 Jan 2020",
    ]


def test_an_explanation_names_the_latest_events_that_count() -> None:
    found = explained("did order within 30 days").events
    assert found
    assert found.latest == (ORDERS[1].at, ORDERS[2].at)
    assert (found.counted, found.stops, found.changing) == (2, True, ORDERS[2].at)


def test_an_explanation_tells_of_an_event_to_come() -> None:
    part = explain(
        parsed("did open"),
        ADA,
        NOON,
        lambda _: False,
        lambda _: [order("2026-11-28T13:00")],
    )
    assert describe_progress(part, NOON.zone) == (
        "0 events; needed: at least 1 time; will hold from 28 Nov 2026, 13:00, "
        "when the “open” of 28 Nov 2026, 13:00 counts"
    )
