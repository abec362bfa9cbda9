"""One English sentence for a rule."""

import pytest

from tamis.rules.build import build
from tamis.rules.syntaxes.text import from_text
from tamis.rules.wording.describe import describe
from tests.rules.fields import FIELDS, SEGMENTS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Nobody: this segment has no conditions."),
        ("age is blank", "Contacts whose Age is blank."),
        ("age is not blank", "Contacts whose Age is known."),
        ('country = "us"', "Contacts whose Country is “us”."),
        ("age > 1234567.5", "Contacts whose Age is greater than 1234567.5."),
        ("age >= 1000000", "Contacts whose Age is 1,000,000 or more."),
        ("age between 25 and 60", "Contacts whose Age is between 25 and 60."),
        ('plan in ("pro")', "Contacts whose Plan is one of “Pro”."),
        ('plan in ("pro", "free", "team")', "Contacts whose Plan is one of “Pro”, “Free” or “Team”."),
        ("active = true", "Contacts whose Active is true."),
        ("last_order is after 2024-01-01 10:00", "Contacts whose Last order is after 2024-01-01 10:00."),
        ("birth_date <= 2000-12-31", "Contacts whose Birth date is 2000-12-31 or earlier."),
        ("notes contains '{0} {x}'", "Contacts whose Notes contains “{0} {x}”."),
        ("age = 1 and age = 2 and age = 3", "Contacts whose Age is 1 and Age is 2 and Age is 3."),
        ("last_order is more than 30 days ago", "Contacts whose Last order is more than 30 days ago."),
        ("birth_date is more than 1 week ago", "Contacts whose Birth date is more than 1 week ago."),
        ("last_order is 2024-01-01 10:00:30", "Contacts whose Last order is 2024-01-01 10:00:30."),
        ("last_order is 2024-01-01 10:00:00", "Contacts whose Last order is 2024-01-01 10:00:00."),
        ("last_order is within 30", "Contacts whose Last order is within the last 30 days."),
        ("last_order is within 1000 hours", "Contacts whose Last order is within the last 1,000 hours."),
        ("birth_date is in the next 1 week", "Contacts whose Birth date is in the next 1 week."),
        (
            "birth_date is anniversary within 7 days",
            "Contacts whose Birth date has its anniversary within the next 7 days.",
        ),
        ("is in segment 7", "Contacts who are in the segment “Customers in India”."),
        ("not is in segment 7", "Contacts who are not in the segment “Customers in India”."),
        ("not is not in segment 7", "Contacts who are in the segment “Customers in India”."),
        (
            "age = 1 and is in segment 7 and notes is blank",
            "Contacts whose Age is 1 and who are in the segment “Customers in India” and whose Notes is blank.",
        ),
        (
            "is in segment 7 and not (age = 1 or is not in segment 8)",
            "Contacts who are in the segment “Customers in India” and "
            'not (whose Age is 1 or who are not in the segment “He said "eight"”; blanks count as no).',
        ),
        (
            "age = 1 or age = 2 and not (age = 3 or age = 4)",
            "Contacts whose Age is 1 or (Age is 2 and not (Age is 3 or Age is 4; blanks count as no)).",
        ),
        (
            "interests includes any of ('art', 'music', 'sport') and interests includes all of ('art', 'music')",
            "Contacts whose Interests includes any of “Art”, “Music” or “Sport” and "
            "Interests includes all of “Art” and “Music”.",
        ),
    ],
)
def test_a_sentence(text: str, sentence: str) -> None:
    assert describe(build(from_text(text), FIELDS, SEGMENTS)) == sentence


def test_a_long_list_is_cut_short() -> None:
    sentence = describe(build(from_text(f"age in ({', '.join(map(str, range(1_300)))})"), FIELDS))
    assert sentence == "Contacts whose Age is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,290 more."
    twelve = describe(build(from_text(f"age in ({', '.join(map(str, range(12)))})"), FIELDS))
    assert twelve.endswith("9, 10 or 11.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("age != 30", "Contacts whose Age is not 30 (or is blank)."),
        ("plan not in ('pro', 'team')", "Contacts whose Plan is none of “Pro” or “Team” (or is blank)."),
        (
            "interests includes none of ('art', 'music')",
            "Contacts whose Interests includes none of “Art” or “Music” (or is blank).",
        ),
        (
            "last_order is not within 30 days",
            "Contacts whose Last order is not within the last 30 days (or is blank or in the future).",
        ),
        (
            "last_order is not more than 30 days ago",
            "Contacts whose Last order is not more than 30 days ago (or is blank or in the future).",
        ),
        (
            "birth_date is not in the next 30 days",
            "Contacts whose Birth date is not in the next 30 days (or is blank or in the past).",
        ),
        (
            "birth_date is not anniversary within 1 week",
            "Contacts whose Birth date does not have its anniversary within the next 1 week "
            "(or is blank or has no anniversary yet).",
        ),
        ("age not between 1 and 2", "Contacts whose Age is not between 1 and 2 (or is blank)."),
        (
            "age != 30 and notes does not contain 'x'",
            "Contacts whose Age is not 30 (or is blank) and Notes does not contain “x” (or is blank).",
        ),
    ],
)
def test_a_negative_condition_says_that_blanks_are_meant_too(text: str, sentence: str) -> None:
    """In brackets: "is not 30 or is blank and …" would be read as something else."""
    assert describe(build(from_text(text), FIELDS, SEGMENTS)) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not (age = 30)", "Contacts whose Age is not 30 (or is blank)."),
        ("not (age != 30)", "Contacts whose Age is 30."),
        ("not (age is blank)", "Contacts whose Age is known."),
        ("not (age > 30)", "All contacts except those whose Age is greater than 30."),
        ("not (age is blank or notes is blank)", "All contacts except those whose Age is blank or Notes is blank."),
    ],
)
def test_what_is_negated_says_what_that_means_for_blanks(text: str, sentence: str) -> None:
    assert describe(build(from_text(text), FIELDS, SEGMENTS)) == sentence
