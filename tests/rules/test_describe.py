"""One English sentence for a rule."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, product

import pytest

from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.tree import All, Any, Node, Not
from tests.rules.fields import FIELDS, SEGMENTS
from tests.support.effort import ALL

TODAY = date(2026, 11, 27)


def describe_text(text: str, today: date | None = None) -> str:
    return describe(build(from_text(text), FIELDS, SEGMENTS), "Customers", today)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Nobody: this segment has no conditions."),
        ("age is blank", "Customers whose Age is blank."),
        ("age is not blank", "Customers whose Age has any value."),
        ('city = "pune"', "Customers whose City is “pune”."),
        ("age > 1234567.5", "Customers whose Age is greater than 1,234,567.5."),
        ("age >= 1000000", "Customers whose Age is at least 1,000,000."),
        ("age between 25 and 60", "Customers whose Age is between 25 and 60."),
        ('plan in ("pro")', "Customers whose Plan is “Pro”."),
        ('plan in ("pro", "free", "team")', "Customers whose Plan is “Pro”, “Free” or “Team”."),
        ("active = true", "Customers whose Active is yes."),
        ("active is false", "Customers whose Active is no."),
        ("last_order is after 2024-01-01 10:00", "Customers whose Last order is after 1 Jan 2024, 10:00."),
        ("birth_date <= 2000-12-31", "Customers whose Birth date is on or before 31 Dec 2000."),
        ("notes contains '{0} {x}'", "Customers whose Notes contains “{0} {x}”."),
        ("last_order is more than 1 month ago", "Customers whose Last order is more than 1 month ago."),
        ("last_order is 2024-01-01 10:00:30Z", "Customers whose Last order is 1 Jan 2024, 10:00:30 UTC."),
        ("last_order is 2024-01-01 10:00:00", "Customers whose Last order is 1 Jan 2024, 10:00:00."),
        ("last_order is within 30", "Customers whose Last order is within the last 30 days."),
        ("last_order is within 1000 hours", "Customers whose Last order is within the last 1,000 hours."),
        ("birth_date is in the next 1 week", "Customers whose Birth date is in the next week."),
        (
            "birth_date is anniversary within 7 days",
            "Customers whose Birth date has its anniversary within the next 7 days.",
        ),
        ("is in segment 7", "Customers who are in “Customers in India”."),
        ("not is in segment 7", "Customers who are not in “Customers in India”."),
        ("not is not in segment 7", "Customers who are in “Customers in India”."),
        (
            "interests includes any of ('art', 'music', 'sport') and interests includes all of ('art', 'music')",
            "Customers whose Interests includes any of “Art”, “Music” or “Sport” and "
            "Interests includes all of “Art” and “Music”.",
        ),
    ],
)
def test_rules_are_described_in_sentences(text: str, sentence: str) -> None:
    assert describe_text(text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("age = 1 and age = 2 and age = 3", "Customers whose Age is 1, Age is 2 and Age is 3."),
        (
            "age = 1 and is in segment 7 and notes is blank",
            "Customers whose Age is 1, who are in “Customers in India” and whose Notes is blank.",
        ),
        (
            "age = 1 and notes is blank and is in segment 7",
            "Customers whose Age is 1 and Notes is blank, and who are in “Customers in India”.",
        ),
        (
            "active is true and last_order is before 2006-01-01 and (age >= 120 or plan = 'pro')",
            "Customers whose Active is yes and Last order is before 1 Jan 2006, "
            "and either Age is at least 120 or Plan is “Pro”.",
        ),
        (
            "age = 1 and plan = 'pro' or age = 2",
            "Customers whose Age is 1 and Plan is “Pro”, or whose Age is 2.",
        ),
        (
            "(age = 1 or plan = 'pro') and (age = 2 or is in segment 7)",
            "Customers whose (Age is 1 or Plan is “Pro”) and (whose Age is 2 or who are in “Customers in India”).",
        ),
        (
            "age = 1 and (age = 2 or age = 3 and notes is blank)",
            "Customers whose Age is 1 and (Age is 2 or (Age is 3 and Notes is blank)).",
        ),
        (
            "is in segment 7 and not (age = 1 or is not in segment 8)",
            "Customers who are in “Customers in India”, "
            'except those whose Age is 1 or who are not in “He said "eight"”.',
        ),
        ("not (age is blank or notes is blank)", "All Customers except those whose Age is blank or Notes is blank."),
        (
            "age = 1 or age = 2 and not (age = 3 or age = 4)",
            "Customers whose Age is 1, or whose Age is 2 and not (Age is 3 or Age is 4; blanks count as no).",
        ),
    ],
)
def test_groups_read_without_parentheses_where_they_can(text: str, sentence: str) -> None:
    assert describe_text(text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "country in ('India', 'China') and age >= 100 and last_order is within 1 year and is not in segment 7",
            "Customers in India or China whose Age is at least 100 and "
            "Last order is within the last year (since 27 Nov 2025), and who are not in “Customers in India”.",
        ),
        ("country = 'New Zealand'", "Customers in New Zealand."),
        (
            "country = 'India' and not (age = 3 or age = 4)",
            "Customers in India, except those whose Age is 3 or Age is 4.",
        ),
        ("country = 'Trinidad and Tobago'", "Customers whose Country is “Trinidad and Tobago”."),
        ("country != 'India'", "Customers whose Country is not “India” (or is blank)."),
        ("created_at is within 30 days", "Customers who were created within the last 30 days (since 28 Oct 2026)."),
        ("updated_at is not within 1 day", "Customers who were not updated within the last day."),
        ("created_at is 2026-01-02", "Customers who were created on 2 Jan 2026."),
        ("birth_date is in the next 1 week", "Customers whose Birth date is in the next week (until 4 Dec 2026)."),
        (
            "last_order is more than 1 year ago",
            "Customers whose Last order is more than 1 year ago (before 27 Nov 2025).",
        ),
    ],
)
def test_places_and_days_have_readable_names(text: str, sentence: str) -> None:
    assert describe_text(text, TODAY) == sentence


def test_a_long_list_is_abbreviated() -> None:
    sentence = describe_text(f"age in ({', '.join(map(str, range(1_300)))})")
    assert sentence == "Customers whose Age is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,290 more."
    assert describe_text(f"age in ({', '.join(map(str, range(12)))})").endswith("9, 10 or 11.")


LEAVES = ("country is 'India'", "age is 1", "age is 2", "is in segment 7")


def trees(leaves: Sequence[str]) -> Iterator[str]:
    """Write all rules of these leaves in this order, each part of them negated or not."""
    if len(leaves) == 1:
        texts = [leaves[0]]
    else:
        splits = [(trees(leaves[:place]), trees(leaves[place:])) for place in range(1, len(leaves))]
        pairs = [pair for one, other in splits for pair in product(list(one), list(other))]
        texts = [f"({one} {word} {other})" for one, other in pairs for word in ("and", "or")]
    for text in texts:
        yield text
        yield f"not {text}"


def truth(rule: Node, held: Mapping[str, bool]) -> bool:
    match rule:
        case All(parts):
            return all(truth(part, held) for part in parts)
        case Any(parts):
            return any(truth(part, held) for part in parts)
        case Not(part):
            return not truth(part, held)
    return held[to_text(rule)]


def test_different_rules_have_different_descriptions() -> None:
    """Every rule of up to four conditions (in `make test` three), any part negated, against its truth table."""
    names = [to_text(build(from_text(text), FIELDS, SEGMENTS)) for text in LEAVES]
    tables: dict[str, set[tuple[bool, ...]]] = {}
    for count in range(1, (len(LEAVES) if ALL else 3) + 1):
        for leaves in combinations(LEAVES, count):
            for text in trees(leaves):
                rule = build(from_text(text), FIELDS, SEGMENTS)
                assert rule is not None
                table = tuple(
                    truth(rule, dict(zip(names, held, strict=True)))
                    for held in product((False, True), repeat=len(names))
                )
                tables.setdefault(describe(rule), set()).add(table)
    assert [sentence for sentence, of_it in tables.items() if len(of_it) > 1] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("age != 30", "Customers whose Age is not 30 (or is blank)."),
        ("plan not in ('pro', 'team')", "Customers whose Plan is none of “Pro” or “Team” (or is blank)."),
        (
            "interests includes none of ('art', 'music')",
            "Customers whose Interests includes none of “Art” or “Music” (or is blank).",
        ),
        (
            "last_order is not within 30 days",
            "Customers whose Last order is not within the last 30 days (or is blank or in the future).",
        ),
        (
            "last_order is not more than 30 days ago",
            "Customers whose Last order is not more than 30 days ago (or is blank or in the future).",
        ),
        (
            "birth_date is not in the next 30 days",
            "Customers whose Birth date is not in the next 30 days (or is blank or in the past).",
        ),
        (
            "birth_date is not anniversary within 1 week",
            "Customers whose Birth date does not have its anniversary within the next week "
            "(or is blank or has no anniversary yet).",
        ),
        ("age not between 1 and 2", "Customers whose Age is not between 1 and 2 (or is blank)."),
        (
            "age != 30 and notes does not contain 'x'",
            "Customers whose Age is not 30 (or is blank) and Notes does not contain “x” (or is blank).",
        ),
    ],
)
def test_a_negative_condition_mentions_blanks(text: str, sentence: str) -> None:
    """In brackets: "is not 30 or is blank and …" would be read as something else."""
    assert describe_text(text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not (age = 30)", "Customers whose Age is not 30 (or is blank)."),
        ("not (age != 30)", "Customers whose Age is 30."),
        ("not (age is blank)", "Customers whose Age has any value."),
        ("not (age > 30)", "Customers whose Age is not greater than 30 (or is blank)."),
        ("not active is true", "Customers whose Active is not yes (or is blank)."),
        (
            "not interests includes all of ('art', 'music')",
            "Customers whose Interests does not include all of “Art” and “Music” (or is blank).",
        ),
    ],
)
def test_a_negated_group_mentions_blanks(text: str, sentence: str) -> None:
    assert describe_text(text) == sentence
