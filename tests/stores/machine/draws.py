"""What the machine of memberships draws: people, events, rules and days on which the calendar is odd."""

from datetime import UTC, datetime
from typing import Any

import hypothesis.strategies as st

PEOPLE = st.integers(0, 7).map(lambda n: f"Person{n}@Example.org")
SELDOM = st.integers(0, 3)  # a rule that costs much does something only at 0
BEGINNINGS = [
    (zone, datetime.fromisoformat(instant).replace(tzinfo=UTC))
    for zone, instant in (
        ("Asia/Dhaka", "2024-02-28T12:00"),  # before 29 February
        ("Asia/Dhaka", "2023-02-27T20:00"),  # in a year that has none
        ("America/New_York", "2024-03-09T20:00"),  # clocks go forward
        ("Europe/Berlin", "2024-10-26T12:00"),  # clocks go back
        ("Asia/Beirut", "2023-10-28T10:00"),  # clocks go back at midnight
        ("Pacific/Apia", "2011-12-29T20:00"),  # the next day does not exist
        ("UTC", "2023-12-31T10:00"),  # New Year
    )
]
LEAVES = [
    'country = "India"',
    'country is not "india"',
    "score > 3",
    "score is blank",
    "born is within 2 days",
    "born is not within 1 day",
    "born is in the next 2 days",
    "born is anniversary within 2 days",
    "born is within 1 month",
    "seen is within 3 hours",
    "seen is not within 3 hours",
    "seen is within 1 day",
    "seen is in the next 2 hours",
    "seen is in the next 1 day",
    "seen is anniversary within 1 day",
    "born is in this week",
    "born is not in last month",
    "seen is today",
    "seen is in next day",
    "born age is at least 1",
    "seen age is 0",
    "seen weekday is (Saturday, Sunday)",
    "born day is not (1, 29)",
    "seen is after field created_at",
    "first_name is not field last_name",
    'is in random 50% "half"',
    'is not in random 50% "half"',
    "created_at is within 2 hours",
    "updated_at is not within 1 hour",
    'tags includes any of ("red", "blue")',
    'tags includes none of ("red")',
    'tags includes all of ("red", "blue")',
    'first_name is "By"',
    'first_name is not "by"',
    "last_name is blank",
    'email contains "person1"',
    "is suppressed",
    "can be mailed",
    'is subscribed to "News"',
    'is not subscribed to "News"',
    "is in segment {}",
    "is not in segment {}",
    "is in segment {}",
    "is not in segment {}",
    "is in segment {}",
    "is in segment {}",
]
LEAVES_ABOUT_EVENTS = [
    'did "order"',
    'did not "order"',
    'did "order" at least 2 times',
    'did "order" within 3 hours',
    'did not "order" within 1 day',
    'did "order" exactly 1 times within 26 hours where (amount > 4)',
    'did "order" at most 1 times within 2 days where (note is blank)',
    'did "visit" between 2 and 3 times within 1 week',
    'did "visit" where (due is in the next 2 days)',
    'sum(amount) of "order" >= 8',
    'sum(amount) of "order" within 2 days < 8',
    'average(amount) of "order" >= 4',
    'max(amount) of "order" within 26 hours is not 6',
    'last "order" is more than 1 day ago',
    'last "order" is within 3 hours',
    'first "visit" is not within 1 day',
    'last "visit" is blank',
]


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Draw a rule; `{}` stands for a segment."""
    leaves = st.sampled_from(LEAVES) | st.sampled_from(LEAVES_ABOUT_EVENTS)
    parts = draw(st.lists(leaves, max_size=3))
    negated = [f"not ({part})" if draw(st.integers(0, 4)) == 0 else part for part in parts]
    return draw(st.sampled_from([" and ", " or "])).join(negated)


@st.composite
def people(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Draw what is to be stored of some people; days and hours are counted from now."""
    values = st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["India", "INDIA", "Peru"]),
            "score": st.integers(0, 6),
            "born": st.tuples(st.sampled_from([0, 0, -1, -4]), st.integers(-3, 3)),
            "seen": st.tuples(st.sampled_from([0, 0, 0, -1]), st.sampled_from([-30, -24, -3, -2, -1, 0, 1, 2, 3, 24])),
            "tags": st.sets(st.sampled_from(["red", "green", "blue"]), min_size=1),
        },
    )
    return draw(st.dictionaries(PEOPLE, values, min_size=1, max_size=4))


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw events to send; `at` is in hours from now, and some are sent again under their ids."""
    event = st.fixed_dictionaries(
        {
            "email": PEOPLE,
            "event": st.sampled_from(["order", "order", "Order", "visit"]),
            "at": st.sampled_from([-50, -30, -26, -24, -3, -2, -1, 0, 0, 0, 1, 2, 24]),
            "amount": st.integers(0, 7) | st.sampled_from(["3.5", "many"]),
        },
        optional={
            "id": st.integers(1, 3).map(str),
            "note": st.sampled_from(["gift", " "]),
            "due": st.integers(-3, 3),
        },
    )
    return draw(st.lists(event, min_size=1, max_size=4))
