"""Breakpoints, and explanations of rules."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Kind, Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.evaluation.explain import Explained, explain
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.breakpoints import (
    changes_at_midnight,
    clock_offsets,
    next_breakpoint,
    next_change,
    time_dependent_conditions,
)
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Condition, Rule
from tests.rules.fields import FIELDS, SEGMENTS


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rule_of(text: str) -> Rule:
    return build(from_text(text), FIELDS, SEGMENTS)


def condition(text: str) -> Condition:
    rule = rule_of(text)
    assert isinstance(rule, Condition)
    return rule


BERLIN, UTC = "Europe/Berlin", "UTC"
HOURS = timedelta(hours=12)


@pytest.mark.parametrize(
    ("text", "midnight", "edges"),
    [
        ("last_order is within 12 hours", False, (timedelta(0), HOURS)),
        ("last_order is not in the next 12 hours", False, (-HOURS, timedelta(0))),
        ("last_order is within 0 days", True, (timedelta(0),)),
        ("last_order is more than 30 days ago", True, ()),
        ("last_order is not more than 12 hours ago", False, (HOURS,)),
        ("birth_date is more than 30 days ago", True, ()),
        ("last_order is in the next 2 months", True, (timedelta(0),)),
        ("last_order is anniversary within 1 day", True, ()),
        ("birth_date is not within 2 weeks", True, ()),
        ("birth_date is anniversary within 1 day", True, ()),
    ],
)
def test_conditions_change_at_breakpoints(text: str, midnight: bool, edges: tuple[timedelta, ...]) -> None:
    found = condition(text)
    assert time_dependent_conditions(found) == (found,)
    assert changes_at_midnight(found) is midnight
    assert clock_offsets(found) == edges


def test_time_dependent_conditions_are_found_once_at_any_depth() -> None:
    one, other = condition("last_order is within 1 day"), condition("birth_date is in the next 1 week")
    text = (
        "age = 1 and not (last_order is within 1 day or is in segment 7) and "
        "(birth_date is in the next 1 week or last_order within 1)"
    )
    assert time_dependent_conditions(rule_of(text)) == (one, other)
    assert time_dependent_conditions(None) == ()


def test_the_first_anniversary_is_reached_only_once() -> None:
    as_of = EvaluationTime(at("2024-05-17T12:00Z"), ZoneInfo("UTC"))
    found = condition("birth_date is anniversary within 1 year")
    assert next_breakpoint(found, date(1990, 1, 1), as_of) is None
    assert next_breakpoint(found, date(2024, 6, 1), as_of) == at("2024-06-01T00:00Z")
    assert next_breakpoint(found, date(2024, 6, 1), EvaluationTime(at("2024-06-01T00:00Z"), ZoneInfo("UTC"))) is None
    assert next_breakpoint(found, date(9999, 6, 1), as_of) is None


@pytest.mark.parametrize(
    ("text", "zone", "now", "value", "breakpoint"),
    [
        ("last_order is within 12 hours", UTC, "2024-05-17T12:00Z", at("2024-05-17T06:00Z"), "2024-05-17T18:00Z"),
        ("last_order is within 12 hours", UTC, "2024-05-17T12:00Z", at("2024-05-17T00:00Z"), None),
        ("last_order is within 12 hours", UTC, "2024-05-17T12:00Z", at("2024-05-17T13:00Z"), "2024-05-17T13:00Z"),
        (
            "last_order is in the next 12 hours",
            "UTC",
            "2024-05-17T12:00Z",
            at("2024-05-18T12:00Z"),
            "2024-05-18T00:00Z",
        ),
        (
            "last_order is within 1 day",
            BERLIN,
            "2024-03-30T12:00Z",
            at("2024-03-30T12:00Z"),
            "2024-03-31T22:00Z",
        ),
        (
            "last_order is within 1 day",
            BERLIN,
            "2024-03-30T12:00Z",
            at("9999-12-31T00:00Z"),
            "9999-12-31T00:00Z",
        ),
        ("birth_date is within 1 month", UTC, "2024-03-31T12:00Z", date(2024, 2, 29), "2024-04-01T00:00Z"),
        ("birth_date is within 1 month", UTC, "2024-03-31T12:00Z", date(2024, 2, 28), None),
        ("birth_date is in the next 1 month", UTC, "2024-01-28T12:00Z", date(2024, 2, 29), "2024-01-29T00:00Z"),
        ("birth_date is in the next 0 days", UTC, "9999-12-31T12:00Z", date(9999, 12, 31), None),
        # never at all: at midnight it is now already, and a day that was left out never is today
        ("last_order is in the next 0 days", UTC, "2024-05-17T12:00Z", at("2024-05-18T00:00Z"), None),
        ("birth_date is within 0 days", "Pacific/Apia", "2011-12-29T12:00Z", date(2011, 12, 30), None),
        ("birth_date is within 1 day", "Pacific/Apia", "2011-12-29T12:00Z", date(2011, 12, 30), "2011-12-30T10:00Z"),
        ("birth_date is more than 1 month ago", UTC, "2024-03-31T12:00Z", date(2024, 2, 29), "2024-04-01T00:00Z"),
        ("birth_date is more than 1 month ago", UTC, "2024-04-01T12:00Z", date(2024, 2, 29), None),
        ("birth_date is more than 1 day ago", UTC, "9999-12-30T12:00Z", date(9999, 12, 31), None),
        (
            "last_order is more than 1 day ago",
            BERLIN,
            "2024-03-30T12:00Z",
            at("2024-03-30T12:00Z"),
            "2024-03-31T22:00Z",
        ),
        (
            "last_order is not more than 12 hours ago",
            UTC,
            "2024-05-17T12:00Z",
            at("2024-05-17T06:00Z"),
            "2024-05-17T18:00Z",
        ),
        # birthdays
        ("birth_date is anniversary within 7 days", UTC, "2024-05-17T12:00Z", date(2024, 5, 20), "2025-05-13T00:00Z"),
        ("birth_date is anniversary within 7 days", UTC, "2024-12-28T12:00Z", date(2024, 12, 30), "2025-12-23T00:00Z"),
        ("birth_date is anniversary within 0 days", UTC, "2024-01-01T12:00Z", date(2026, 5, 20), "2027-05-20T00:00Z"),
        ("birth_date is anniversary within 7 days", UTC, "2024-05-17T12:00Z", date(1990, 5, 17), "2024-05-18T00:00Z"),
        ("birth_date is anniversary within 7 days", UTC, "2024-05-18T00:00Z", date(1990, 5, 17), "2025-05-10T00:00Z"),
        ("birth_date is anniversary within 0 days", UTC, "2024-03-01T00:00Z", date(2000, 2, 29), "2025-02-28T00:00Z"),
        (
            "birth_date is anniversary within 364 days",
            "UTC",
            "2024-01-02T00:00Z",
            date(1990, 12, 31),
            "2028-01-01T00:00Z",
        ),
        ("birth_date is anniversary within 0 days", UTC, "9999-06-02T00:00Z", date(1990, 6, 1), None),
    ],
)
def test_when_a_condition_changes(text: str, zone: str, now: str, value: Value, breakpoint: str | None) -> None:
    found = next_breakpoint(condition(text), value, EvaluationTime(at(now), ZoneInfo(zone)))
    assert found == (at(breakpoint) if breakpoint else None)


def test_a_missing_value_never_changes() -> None:
    as_of = EvaluationTime(EPOCH, ZoneInfo("UTC"))
    assert next_breakpoint(condition("birth_date is not within 1 day"), None, as_of) is None


def contact(**values: Value) -> Contact:
    return Contact(1, 1, "a@b.de", {FIELDS.by_key[key].id: value for key, value in values.items()}, EPOCH, EPOCH)


NOON = EvaluationTime(at("2024-05-17T12:00Z"), ZoneInfo("UTC"))
ADA = contact(age=30.0, birth_date=date(1990, 5, 20), last_order=at("2024-05-17T06:00Z"))


def segments(segment_id: int) -> Rule | bool:
    return {7: rule_of("last_order is within 8 hours and is in segment 8"), 8: True, 9: False}[segment_id]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("age = 30", None),
        ("last_order is within 12 hours", "2024-05-17T18:00Z"),
        ("last_order is within 12 hours or age = 30", None),
        ("last_order is within 12 hours and age = 31", None),
        ("last_order is within 12 hours or birth_date is anniversary within 3 days", "2024-05-21T00:00Z"),
        ("is in segment 7", "2024-05-17T14:00Z"),
        ("not is in segment 7 and age = 30", "2024-05-17T14:00Z"),
        ("is in segment 8", None),
        ("is in segment 9 and is in segment 7", None),
        ("birth_date is anniversary within 3 days and age = 31", None),  # looked through for 10,000 changes
    ],
)
def test_when_a_rule_changes(text: str, change: str | None) -> None:
    found = next_change(rule_of(text), ADA, NOON, segments)
    assert found == (at(change) if change else None)


def test_no_rule_never_changes() -> None:
    assert next_change(None, ADA, NOON, segments) is None


def explained(
    kind: Literal["condition", "segment"],
    text: str,
    value: str | None,
    holds: bool,
    phrase: str,
    field_kind: Kind | None,
    segment_id: int | None = None,
) -> Explained:
    return Explained(kind, text, value, holds, (), phrase, field_kind, segment_id)


def test_a_rule_is_explained() -> None:
    rule = rule_of("last_order is within 12 hours and not (age > 40 or notes is blank) and is in segment 7")
    assert explain(rule, ADA, NOON, lambda segment_id: segment_id == 7) == Explained(
        "all",
        "last_order is within 12 hours and not (age is greater than 40 or notes is blank) and "
        'is in segment "Customers in India"',
        None,
        False,
        (
            explained(
                "condition",
                "last_order is within 12 hours",
                "2024-05-17T06:00Z",
                True,
                "Last order is within the last 12 hours",
                Kind.DATETIME,
            ),
            Explained(
                "not",
                "not (age is greater than 40 or notes is blank)",
                None,
                False,
                (
                    Explained(
                        "any",
                        "age is greater than 40 or notes is blank",
                        None,
                        True,
                        (
                            explained(
                                "condition",
                                "age is greater than 40",
                                "30",
                                False,
                                "Age is greater than 40",
                                Kind.NUMBER,
                            ),
                            explained("condition", "notes is blank", None, True, "Notes is blank", Kind.TEXT),
                        ),
                    ),
                ),
            ),
            explained(
                "segment",
                'is in segment "Customers in India"',
                None,
                True,
                "Is in segment “Customers in India”",
                None,
                7,
            ),
        ),
    )
    assert explain(None, ADA, NOON, lambda _: True) == Explained("nothing", "", None, False)
