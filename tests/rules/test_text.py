"""The text language, both ways."""

import pytest

from tamis.domain.errors import Invalid, Problem
from tamis.rules.build import build
from tamis.rules.json import to_json
from tamis.rules.text import from_text, to_text
from tests.rules.fields import FIELDS, SEGMENTS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # the examples of the page that promises the language
        (
            'country = "US" and age is between 25 and 60',
            'country is "US" and age is between 25 and 60',
        ),
        (
            "last_order >= 2024-01-01 and not (plan in ('pro', \"team\") or email ends with '@example.org')",
            "last_order is at or after 2024-01-01 and "
            'not (plan is one of ("Pro", "Team") or email ends with "@example.org")',
        ),
        ("birth_date is after 1990-01-01", "birth_date is after 1990-01-01"),
        # precedence: not, and, or
        (
            "age = 1 or age = 2 and not age = 3",
            "age is 1 or (age is 2 and not (age is 3))",
        ),
        ("(age = 1 or age = 2) and age = 3", "(age is 1 or age is 2) and age is 3"),
        ("age=1 and (age=2 and (age=3))", "age is 1 and age is 2 and age is 3"),
        ("((((age = 1))))", "age is 1"),
        ("not not age = 1", "not (not (age is 1))"),
        ("NOT(age=1)OR(age=2)", "not (age is 1) or age is 2"),
        # and belongs to between first
        ("age between 1 and 2 and age != 3", "age is between 1 and 2 and age is not 3"),
        ("age not between 1 and 2", "age is not between 1 and 2"),
        # spellings
        ("AGE  IS\n  GREATER\tTHAN 5", "age is greater than 5"),
        ("age>5", "age is greater than 5"),
        ("age>=5", "age is equal or greater than 5"),
        ("age<5 and age<=5", "age is less than 5 and age is equal or less than 5"),
        ("birth_date > 1990-01-01", "birth_date is after 1990-01-01"),
        ("`Birth Date` is blank", "birth_date is blank"),
        ("`Address line 1` is blank", "address_line1 is blank"),
        ('plan not in ("free")', 'plan is none of ("Free")'),
        ('interests INCLUDES  all of ("art", "MUSIC")', 'interests includes all of ("Art", "Music")'),
        # fields whose keys are words of the language, or begin with one
        ('notes = "x"', 'notes is "x"'),
        ('not notes = "x"', 'not (notes is "x")'),
        ("not_seen is true", "not_seen is true"),
        ("not seen is true", "not (seen is true)"),
        ('`or` = "x" or `or` is blank', '`or` is "x" or `or` is blank'),
        # counted from now
        ("last_order is within 30 days", "last_order is within 30 days"),
        ("last_order within 30", "last_order is within 30 days"),
        ("last_order is more than 30 days ago", "last_order is more than 30 days ago"),
        ("last_order IS MORE  THAN 30 AGO and age = 1", "last_order is more than 30 days ago and age is 1"),
        ("not (birth_date is not more than '1 week' ago)", "not (birth_date is not more than 1 week ago)"),
        ("last_order IS  Within 1 Days and age = 1", "last_order is within 1 day and age is 1"),
        ("last_order not within 12HOURS", "last_order is not within 12 hours"),
        ("birth_date is in the next '2 weeks' or age = 1", "birth_date is in the next 2 weeks or age is 1"),
        ("birth_date is not in the next 0 months", "birth_date is not in the next 0 months"),
        ("not birth_date is anniversary within 1 year", "not (birth_date is anniversary within 1 year)"),
        ('notes is 30 days or notes = "x"', 'notes is "30 days" or notes is "x"'),
        # other segments
        ('is in segment "Customers in India"', 'is in segment "Customers in India"'),
        ("is in segment 7", 'is in segment "Customers in India"'),
        ("age = 1 and IS IN  segment 'CUSTOMERS in india'", 'age is 1 and is in segment "Customers in India"'),
        ('not is in segment "8"', 'not (is in segment "He said \\"eight\\"")'),
        ("is not in segment 8 or (is in segment 9)", 'is not in segment "He said \\"eight\\"" or is in segment 9'),
        # values
        ("active = true", "active = true"),
        ("active is true", "active is true"),
        ("active is not true", "active != true"),
        ("active != FALSE", "active != false"),
        ("age is -1.50e1", "age is -15"),
        ("age is .5", "age is 0.5"),
        ("age is 1e300", "age is 1e+300"),
        ('age is "5"', "age is 5"),
        ("notes is 5", 'notes is "5"'),
        ("notes is 2024-01-01", 'notes is "2024-01-01"'),
        ("notes = true", 'notes is "true"'),
        (r'notes is "a\"b\\c\n\t\'d"', 'notes is "a\\"b\\\\c\\n\t\'d"'),
        ("notes is 'a\"b'", 'notes is "a\\"b"'),
        ('notes is "  a b  "', 'notes is "a b"'),
        ("last_order is 2024-01-01 10:00", "last_order is 2024-01-01T10:00"),
        ("last_order is 2024-01-01 10:00:00", "last_order is 2024-01-01T10:00:00"),
        ("last_order is 2024-01-01T10:00:00.000Z", "last_order is 2024-01-01T10:00:00.000000Z"),
        ("last_order is 2024-01-01T10:00:00.5Z", "last_order is 2024-01-01T10:00:00.500000Z"),
        (
            "last_order between 2024-01-01 and 2024-01-02T10:00+05:30",
            "last_order is between 2024-01-01 and 2024-01-02T10:00+05:30",
        ),
    ],
)
def test_a_text_is_read_and_written(text: str, canonical: str) -> None:
    rule = build(from_text(text), FIELDS, SEGMENTS)
    assert to_text(rule) == canonical
    assert build(from_text(canonical), FIELDS, SEGMENTS) == rule


def test_nothing_is_no_rule() -> None:
    assert from_text("") is None
    assert from_text(" \n\t") is None
    assert to_text(None) == ""


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("age", "rule", "ends too early: a condition, a value or a closing bracket is missing"),
        ("age =", "rule", "ends too early"),
        ("age = 1 and", "rule", "ends too early"),
        ("(age = 1", "rule", "ends too early"),
        ("age = 1)", "line 1, column 8", 'cannot read ")": expected "and", "or" or the end'),
        ("age = one", "line 1, column 7", 'cannot read "one": expected a value: text in quotes, a number, a date'),
        ("age =\n  = 1", "line 2, column 3", 'cannot read "=": expected a value'),
        ("age equals 1", "line 1, column 5", 'cannot read "equals": expected an operator such as =, >'),
        ("= 1", "line 1, column 1", 'cannot read "=": expected a field'),
        ("age = 1 & age = 2", "line 1, column 9", 'cannot read "&": expected'),
        ("age = 1 age = 2", "line 1, column 9", 'cannot read "age": expected "and", "or"'),
        ("age in ()", "line 1, column 9", 'cannot read ")": expected a value'),
        ("age in (1 2)", "line 1, column 11", 'cannot read "2)"'),
        ("age is blank 5", "line 1, column 14", 'cannot read "5": expected "and", "or"'),
        ("age between 1 or 2", "line 1, column 15", 'cannot read "or"'),
        ('notes = "x"andage = 1', "line 1, column 12", 'cannot read "andage"'),
        ('notes = "x', "line 1, column 9", "cannot read"),
        ("last_order is within 30 fortnights", "line 1, column 25", "expected a unit of time: hours, days, weeks"),
        ("last_order is within days", "line 1, column 22", "a duration such as 30 days"),
        (
            "age = 1 or\n is in segment Customers",
            "line 2, column 16",
            '"Customers": expected a value: text',
        ),
        ("age = 12x", "line 1, column 7", 'cannot read "12x"'),
    ],
)
def test_what_is_no_text_of_a_rule_is_refused_with_its_place(text: str, path: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        from_text(text)
    (problem,) = refusal.value.problems
    assert problem.path == path
    assert message in problem.message


def test_all_that_is_wrong_with_the_words_is_told_at_once_with_its_place() -> None:
    with pytest.raises(Invalid) as refusal:
        build(from_text('shoe_size > 40 and\n  (age = "many" or plan in ("Pro", "Gold")) and notes > 5'), FIELDS)
    places = [problem.path for problem in refusal.value.problems]
    assert places == ["line 1, column 1", "line 2, column 10", "line 2, column 36", "line 2, column 55"]
    assert refusal.value.problems[0] == Problem("line 1, column 1", 'there is no field "shoe_size"')


def test_a_text_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="500,000 characters"):
        from_text(" " * 500_001)


def test_nesting_too_deep_is_refused_but_brackets_are_free() -> None:
    with pytest.raises(Invalid, match="nest deeper than 30 levels"):
        from_text("not " * 30 + "age = 1")
    assert to_json(build(from_text("(" * 100 + "age = 1" + ")" * 100), FIELDS)) == to_json(
        build(from_text("age = 1"), FIELDS)
    )
    assert from_text("not " * 29 + "age = 1")
