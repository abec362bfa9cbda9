"""The text language, read and written."""

import pytest

from tamis.domain.errors import Invalid, Problem
from tamis.rules.build import build
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text, to_text
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
        # as people write them, and the sentence of a rule does
        ("age is 30 or more and age at least 5", "age is equal or greater than 30 and age is equal or greater than 5"),
        ("age is at most 5 or notes is blank", "age is equal or less than 5 or notes is blank"),
        ("birth_date is 2000-01-01 or later", "birth_date is at or after 2000-01-01"),
        ("(birth_date is on or before 2000-01-01)", "birth_date is at or before 2000-01-01"),
        ("age isn't 5 and notes doesn’t contain 'x'", 'age is not 5 and notes does not contain "x"'),
        ("age == 5 && age <> 6 || !(age ≥ 3)", "(age is 5 and age is not 6) or not (age is equal or greater than 3)"),
        (
            "notes is empty or notes is known or age has a value",
            "notes is blank or notes is not blank or age is not blank",
        ),
        ("plan is not in ('pro')", 'plan is none of ("Pro")'),
        ("plan is one of (“Pro”, “Free” or “Team”)", 'plan is one of ("Pro", "Free", "Team")'),
        ("interests includes all of ('art' and 'music',)", 'interests includes all of ("Art", "Music")'),
        ("plan in ['pro']", 'plan is one of ("Pro")'),
        ("plan = ('pro') and age between (1, 2)", 'plan is "Pro" and age is between 1 and 2'),
        ("last_order is within the last 7 days", "last_order is within 7 days"),
        ("birth_date has its anniversary within the next 7 days", "birth_date is anniversary within 7 days"),
        ("last_order is older than 30 days", "last_order is more than 30 days ago"),
        ("are in the segment “customers in india”", 'is in segment "Customers in India"'),
        ("not in segment 7", 'is not in segment "Customers in India"'),
        ("active is yes or active = no", "active is true or active = false"),
        ("age > –5 and birth_date > 2024–01–02", "age is greater than -5 and birth_date is after 2024-01-02"),
        # quotes of other keyboards
        ("notes = “a'b” or notes = ‘it’s’", 'notes is "a\'b" or notes is "it’s"'),
        (
            "notes = „a“ or notes = ”b” or notes = «c» or notes = »d«",
            'notes is "a" or notes is "b" or notes is "c" or notes is "d"',
        ),
        ('notes = "“a”"', 'notes is "“a”"'),
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


def test_an_empty_text_is_an_empty_rule() -> None:
    assert from_text("") is None
    assert from_text(" \n\t") is None
    assert to_text(None) == ""


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("age", "line 1, column 4", "the rule ends too early: an operator is missing after age, such as ="),
        ("age =", "line 1, column 6", "the rule ends too early: a value is missing"),
        ("age = 1 and", "line 1, column 12", "the rule ends too early: a condition is missing"),
        ("(age = 1\n ", "line 1, column 9", "the rule ends too early: a closing parenthesis is missing"),
        ("age between 25", "line 1, column 15", "the second value is missing"),
        (
            "age = 1)",
            "line 1, column 8",
            'cannot read ")": expected "and", "or" or the end of the rule; there is no matching',
        ),
        ("age =\n  = 1", "line 2, column 3", 'cannot read "=": expected a value: text in quotes, a number, a date'),
        ("= 1", "line 1, column 1", 'cannot read "=": expected a field'),
        ("age > 5 and < 10", "line 1, column 13", "each condition needs a field, as in age > 5 and age < 10"),
        (
            '"country" = "DE"',
            "line 1, column 1",
            'cannot read "country": expected a field, written without',
        ),
        ('country = "DE" and "FR"', "line 1, column 20", "each condition needs a field"),
        ("`Birth date is blank", "line 1, column 1", "the closing backtick is missing"),
        ("age = 1 & age = 2", "line 1, column 9", 'cannot read "&": write "and"'),
        ("age = 1 | age = 2", "line 1, column 9", 'cannot read "|": write "or"'),
        ("age = 1 age = 2", "line 1, column 9", 'cannot read "age": expected "and", "or" or the end of the rule'),
        ("age in (1 2)", "line 1, column 11", 'cannot read "2)": expected a comma or a closing parenthesis'),
        ("age > 1 000", "line 1, column 9", "write numbers without spaces, such as 1000"),
        ("age is blank 5", "line 1, column 14", 'cannot read "5": expected "and", "or"'),
        ("age between 1 or 2", "line 1, column 15", 'expected "and" and the second value'),
        ('notes = "x"andage = 1', "line 1, column 12", 'cannot read "andage"'),
        ('notes = "x', "line 1, column 9", 'cannot read "x: the closing quote is missing'),
        ("notes = “x", "line 1, column 9", "cannot read “x: the closing quote is missing"),
        ("last_order is within 30 fortnights", "line 1, column 25", "expected a unit of time: hours, days, weeks"),
        ("age is not 30 (or is blank)", "line 1, column 15", "a negative operator already includes blank values"),
    ],
)
def test_invalid_rule_texts_are_refused_with_their_position(text: str, path: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        from_text(text)
    (problem,) = refusal.value.problems
    assert problem.path == path
    assert message in str(problem)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        # lists
        ('country in "DE"', "line 1, column 12", 'put a list in parentheses: country in ("DE")'),
        ("plan not in Free, Pro", "line 1, column 13", 'put a list in parentheses: plan not in ("Free", "Pro")'),
        ("age in 1, 2", "line 1, column 8", "put a list in parentheses: age in (1, 2)"),
        ('plan is one of "Free" or "Pro"', "line 1, column 16", 'plan is one of ("Free", "Pro")'),
        (
            'country is "DE" or "FR"',
            "line 1, column 12",
            'each condition needs its own field and operator: country is "DE" or country is "FR"; '
            'or use a list: country in ("DE", "FR")',
        ),
        ("age = (1, 2)", "line 1, column 1", '"is" takes one value, not 2; for several values, use "is one of"'),
        ("age in ()", "line 1, column 1", '"is one of" takes at least one value, not 0'),
        ("age in (1,000)", "line 1, column 9", "write numbers without commas: 1000, not 1,000"),
        (
            "age between 25 to 60",
            "line 1, column 13",
            'put "and" between the two values: between 25 and 60',
        ),
        ("age between 25, 60", "line 1, column 13", 'put "and" between the two values: between 25 and 60'),
        # values without quotes
        ("country = India", "line 1, column 11", 'the value of "Country" must be in quotes if it is text: "India"'),
        ("city = New York and age > 5", "line 1, column 8", 'must be in quotes if it is text: "New York"'),
        ("notes = 1/2/2024", "line 1, column 9", 'must be in quotes if it is text: "1/2/2024"'),
        ("notes contains plan", "line 1, column 16", "cannot be another field; if you mean text"),
        ("age = one", "line 1, column 7", 'must be a number such as 12.5, not "one"'),
        ("age > 1,000", "line 1, column 7", 'not "1,000"; write 1000, with digits and a decimal point only'),
        ("age > 1.000,5", "line 1, column 7", "write 1000.5"),
        ("age > $5", "line 1, column 7", "write 5"),
        ("age = 12x", "line 1, column 7", 'must be a number such as 12.5, not "12x"'),
        ("birth_date > 1/2/2024", "line 1, column 14", "such as 2024-12-31, not"),
        ("birth_date > today", "line 1, column 14", 'for a time relative to today, use "is within"'),
        (
            "last_order is within -7 days",
            "line 1, column 22",
            'a positive number, such as 7 days, not "-7 days"',
        ),
        ("last_order is within –7 days", "line 1, column 22", "must be a positive number"),
        ("last_order is within 1,000 days", "line 1, column 22", "write 1000 days"),
        ("last_order is within days", "line 1, column 22", 'such as 30 days, not "days"'),
        (
            "age = 1 or\n is in segment Customers in India",
            "line 2, column 16",
            'put the segment name in quotes: "Customers in India"',
        ),
        # field against field
        (
            "last_order is after created_at",
            "line 1, column 21",
            "write last_order is after field created_at",
        ),
        ("birth_date > field last_order", "line 1, column 20", "must be another date field"),
        ("last_order is later in time than created_at", "line 1, column 15", "cannot be another field"),
        # names
        ("contry = 1", "line 1, column 1", 'there is no field "contry"; did you mean "country"?'),
        ("Birth date is blank", "line 1, column 1", "as birth_date, or in backticks: `Birth date`"),
        ('first name = "x"', "line 1, column 1", "as first_name, or in backticks: `First name`"),
        (
            "age resembles 1",
            "line 1, column 5",
            'no operator "resembles"; for "Age", a number field, use is, is not',
        ),
        ("age is bigger than 1", "line 1, column 5", 'no operator "is bigger than"; did you mean "is greater than"?'),
        ("age is not > 5", "line 1, column 5", 'there is no operator "is not >"'),
        ("age ~ 5", "line 1, column 5", 'there is no operator "~"'),
        ("age === 5", "line 1, column 5", 'there is no operator "==="; did you mean "=="?'),
        (
            'notes resembles ("x", "y")',
            "line 1, column 7",
            'no operator "resembles"; for "Notes", a text field, use',
        ),
        ("birth_date < 30 days ago", "line 1, column 12", 'did you mean "is more than … ago"'),
        ("last_order is more than 30 days", "line 1, column 12", 'did you mean "is after" or "is more than … ago"?'),
        ("age is 5 or later", "line 1, column 5", '"is … or later" does not work with "Age"'),
        ("age is in segment 7", "line 1, column 1", '"is in segment" takes no field; remove the field'),
    ],
)
def test_errors_in_rule_texts_give_a_correction(text: str, path: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        build(from_text(text), FIELDS, SEGMENTS)
    (problem,) = refusal.value.problems
    assert problem.path == path
    assert message in str(problem)


def test_all_errors_in_words_are_reported_with_their_positions() -> None:
    with pytest.raises(Invalid) as refusal:
        build(from_text('shoe_size > 40 and\n  (age = "many" or plan in ("Pro", "Gold")) and notes > 5'), FIELDS)
    places = [problem.path for problem in refusal.value.problems]
    assert places == ["line 1, column 1", "line 2, column 10", "line 2, column 36", "line 2, column 55"]
    assert refusal.value.problems[0] == Problem("line 1, column 1", "no_field", field="shoe_size", advice=None)


def test_a_text_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="500,000 characters"):
        from_text(" " * 500_001)


def test_nesting_too_deep_is_refused_but_parentheses_are_unlimited() -> None:
    with pytest.raises(Invalid, match="nest deeper than 30 levels"):
        from_text("not " * 30 + "age = 1")
    assert to_json(build(from_text("(" * 100 + "age = 1" + ")" * 100), FIELDS)) == to_json(
        build(from_text("age = 1"), FIELDS)
    )
    assert from_text("not " * 29 + "age = 1")
