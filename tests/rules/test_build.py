"""The constructor of rules reports all errors at once, each with its path and advice."""

import pytest

from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import Field, FieldSet, Kind
from tamis.rules.build import build
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftGroup, DraftNot, uses_field
from tamis.rules.syntaxes.draft import conditions as draft_conditions
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.tree import All, Any, Condition, Not, conditions, fields_used
from tests.rules.fields import FIELDS, SEGMENTS


def leaf(field: str | int | None, operator: str, *values: str) -> DraftCondition:
    return DraftCondition(field, operator, values, "w", "w.field", "w.operator", tuple(f"w.{v}" for v in values))


def problems(draft: Draft) -> list[Problem]:
    with pytest.raises(Invalid) as refusal:
        build(draft, FIELDS, SEGMENTS)
    return list(refusal.value.problems)


@pytest.mark.parametrize(
    ("draft", "path", "message"),
    [
        (leaf("shoe_size", "is", "40"), "w.field", 'there is no field "shoe_size"'),
        (leaf(999, "is", "40"), "w.field", "there is no field with the ID 999"),
        (leaf("contry", "is", "40"), "w.field", 'there is no field "contry"; did you mean "country"?'),
        (leaf("birthdate", "is blank"), "w.field", 'there is no field "birthdate"; did you mean "birth_date"?'),
        (
            leaf("active", "resembles", "40"),
            "w.operator",
            'there is no operator "resembles"; for "Active", a yes or no field, use '
            "is, is not, is not blank, is blank, is true, is false, is field, is not field",
        ),
        (
            leaf("age", "is bigger than", "40"),
            "w.operator",
            'there is no operator "is bigger than"; did you mean "is greater than"?',
        ),
        (
            leaf("birth_date", "is at least", "2000-01-01"),
            "w.operator",
            '"is at least" does not work with "Birth date", a date field; did you mean "is at or after"?',
        ),
        (
            leaf("last_order", "is over", "30 days"),
            "w.operator",
            '"is over" does not work with "Last order", a date and time field; '
            'did you mean "is after" or "is more than … ago"?',
        ),
        (
            leaf("active", "contains", "t"),
            "w.operator",
            '"contains" does not work with "Active", a yes or no field; '
            "use is, is not, is not blank, is blank, is true, is false, is field, is not field",
        ),
        (leaf("age", "is"), "w", '"is" takes one value, not 0'),
        (leaf("age", "is", "1", "2"), "w", '"is" takes one value, not 2; for several values, use "is one of"'),
        (leaf("active", "is", "yes", "no"), "w", '"is" takes one value, not 2'),
        (leaf("age", "is between", "1"), "w", '"is between" takes two values, not 1'),
        (leaf("age", "is blank", "1"), "w", '"is blank" takes no value, not 1'),
        (leaf("age", "in"), "w", '"is one of" takes at least one value, not 0'),
        (leaf("age", "is", "x"), "w.x", 'the value of "Age" must be a number such as 12.5, not "x"'),
        (leaf("age", "is", " "), "w. ", 'the value of "Age" must not be blank; use the operator "is blank" instead'),
        (
            leaf("notes", "ends with", " "),
            "w. ",
            'the value of "Notes" must not be only spaces: no value starts or ends with one',
        ),
        (
            leaf("notes", "contains", ""),
            "w.",
            'the value of "Notes" must not be blank; use the operator "is blank" instead',
        ),
        (leaf("plan", "is", "Gold"), "w.Gold", 'the value of "Plan" must be one of "Free", "Pro", "Team", not "Gold"'),
        (leaf("age", "is between", "2", "1"), "w", "the values are in the wrong order; swap 2 and 1"),
        (
            leaf("birth_date", "is within", "x"),
            "w.x",
            'the value of "Birth date" must be a whole number, up to 999,999, of '
            'hours, days, weeks, months or years, such as 30 days, not "x"',
        ),
        (
            leaf("birth_date", "is within", "-7 days"),
            "w.-7 days",
            'the value of "Birth date" must be a positive number, such as 7 days, not "-7 days"',
        ),
        (
            leaf("birth_date", "is within", "1,000 days"),
            "w.1,000 days",
            'the value of "Birth date" must be a whole number, up to 999,999, of hours, days, weeks, months or years, '
            'such as 30 days, not "1,000 days"; write 1000 days',
        ),
        (
            leaf("birth_date", "is within", "30 days ago"),
            "w.30 days ago",
            'the value of "Birth date" must be a whole number, up to 999,999, of hours, days, weeks, months or years, '
            'such as 30 days, not "30 days ago"; remove "ago", or use "is more than … ago"',
        ),
        (
            leaf("birth_date", "is after", "30 days"),
            "w.30 days",
            'the value of "Birth date" must be a date such as 2024-12-31, not "30 days"; '
            'for a time relative to today, use "is within", "is more than … ago" or "is in the next"',
        ),
        (
            leaf("birth_date", "is", "1/2/2024"),
            "w.1/2/2024",
            'the value of "Birth date" must be a date such as 2024-12-31, not "1/2/2024"; '
            "write the year first, then the month and the day",
        ),
        (
            leaf("birth_date", "is within", "3 hours"),
            "w.3 hours",
            'the value of "Birth date" must be in days, weeks, months or years: hours need a date-time field',
        ),
        (
            leaf("last_order", "is anniversary within", "3 hours"),
            "w.3 hours",
            'the value of "Last order" must be in days, weeks, months or years: an anniversary is a whole day',
        ),
        (
            leaf("age", "is within", "3 days"),
            "w.operator",
            '"is within" does not work with "Age", a number field; use is, '
            "is not, is one of, is none of, is not blank, is blank, is greater than, is less than, "
            "is equal or greater than, is equal or less than, is between, is not between, "
            "is field, is not field, is greater than field, is less than field, is equal or greater than field, "
            "is equal or less than field",
        ),
        (leaf("age", "is in segment", "7"), "w.field", '"is in segment" takes no field; remove the field'),
        (leaf(None, "is", "7"), "w.field", '"is" needs a field'),
        (leaf(None, "is in segment", "6"), "w.6", 'there is no segment "6" of this contact type'),
        (leaf(None, "is in segment", "Nobody"), "w.Nobody", 'there is no segment "Nobody" of this contact type'),
        (
            leaf(None, "is in segment", "Customer in India"),
            "w.Customer in India",
            'there is no segment "Customer in India" of this contact type; did you mean "Customers in India"?',
        ),
        (leaf(None, "is not in segment"), "w", '"is not in segment" takes one value, not 0'),
        (DraftGroup("all", (), "g"), "g", "a group needs at least one condition"),
        (DraftNot(DraftGroup("any", (), "g"), "n"), "g", "a group needs at least one condition"),
    ],
)
def test_a_draft_is_refused_with_path_and_advice(draft: Draft, path: str, message: str) -> None:
    assert [(problem.path, str(problem)) for problem in problems(draft)] == [(path, message)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,000", "1000"),
        ("-1,234,567.5", "-1234567.5"),
        ("1.000,5", "1000.5"),
        ("1.234.567", "1234567"),
        ("1,5", "1.5"),
        ("$5", "5"),
        ("5 €", "5"),
        ("1'000", "1000"),
        ("1 000", "1000"),
        ("50%", "50"),
        ("10k", None),
        ("many", None),
    ],
)
def test_an_error_shows_how_to_write_a_number(written: str, meant: str | None) -> None:
    advice = f"; write {meant}, with digits and a decimal point only" if meant else ""
    message = f'the value of "Age" must be a number such as 12.5, not "{written}"{advice}'
    assert [(p.path, str(p)) for p in problems(leaf("age", "is", written))] == [(f"w.{written}", message)]


def test_all_errors_are_reported_at_once() -> None:
    draft = DraftGroup(
        "any",
        (
            leaf("shoe_size", "resembles", "40"),
            leaf("age", "in", "x", "1", "y"),
            DraftNot(DraftGroup("all", (DraftGroup("any", (), "g"), leaf("age", "is blank")), "h"), "n"),
            leaf("birth_date", "is between", "2024-02-30", "never"),
            leaf("age", "is", "5"),
        ),
        "top",
    )
    assert [problem.path for problem in problems(draft)] == [
        "w.field", "w.operator", "w.x", "w.y", "g", "w.2024-02-30", "w.never",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("2024-01-02", "2024-01-01"),
        ("2024-01-01T10:00", "2024-01-01T09:00"),
        ("2024-01-01T10:00Z", "2024-01-01T09:59:59Z"),
        ("2024-01-01T09:00-05:00", "2024-01-01T10:00Z"),
        ("2024-01-02T00:00", "2024-01-01"),
        ("2024-01-02", "2024-01-01T23:59"),
        ("2024-01-05T00:00Z", "2024-01-01"),
        ("2024-01-05T00:00", "2024-01-01T00:00Z"),
        ("9999-12-31", "0001-01-01T00:00+14:00"),
    ],
)
def test_bounds_in_the_wrong_order_are_refused(low: str, high: str) -> None:
    assert [problem.path for problem in problems(leaf("last_order", "is between", low, high))] == ["w"]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00Z", "2024-01-01T00:00:30Z"),  # their texts sort the other way
        ("2024-01-01T00:00:30Z", "2024-01-01T00:00:30.5Z"),
        ("2024-01-01T10:00Z", "2024-01-01T09:00-05:00"),
        ("2024-01-01T10:00", "2024-01-01"),  # until the day ends
        ("2024-01-01", "2024-01-01T00:00"),
        ("2024-01-01T23:00Z", "2024-01-01T12:00"),  # it depends on the account's time zone
        ("0001-01-01", "9999-12-31"),
        ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"),
    ],
)
def test_bounds_in_the_right_order_are_accepted(low: str, high: str) -> None:
    assert isinstance(build(leaf("last_order", "is between", low, high), FIELDS), Condition)


def test_equivalent_groups_are_normalized() -> None:
    one, two, three = (leaf("age", "is", value) for value in "123")
    nested = DraftGroup("all", (DraftGroup("all", (one, two), "h"), DraftGroup("any", (three,), "h")), "g")
    flat = build(DraftGroup("all", (one, two, three), "g"), FIELDS)
    assert build(nested, FIELDS) == flat
    assert isinstance(flat, All)
    assert [condition.values for condition in conditions(flat)] == [(1.0,), (2.0,), (3.0,)]
    mixed = build(DraftGroup("any", (DraftGroup("all", (one, two), "h"), DraftNot(three, "n")), "g"), FIELDS)
    assert isinstance(mixed, Any)
    assert [type(part) for part in mixed.parts] == [All, Not]
    assert build(None, FIELDS) is None
    assert list(conditions(None)) == []


def test_a_stored_rule_names_both_fields_that_it_compares() -> None:
    rule = build(DraftCondition("last_order", "is after field", ("created_at",), "here"), FIELDS)
    (stored,) = draft_conditions(from_json(to_json(rule)))
    assert [uses_field(stored, FIELDS.by_key[key].id) for key in ("last_order", "created_at", "birth_date")] == [
        True,
        True,
        False,
    ]


def test_a_field_is_compared_with_a_field_whose_key_ends_in_digits() -> None:
    fields = FieldSet((Field(1, "a", "A", Kind.NUMBER), Field(2, "line_12x3", "Line", Kind.NUMBER)))
    rule = build(DraftCondition("a", "is field", ("2",), "here"), fields)
    assert to_text(rule) == "a is field line_12x3"
    assert build(from_text(to_text(rule)), fields) == rule


def test_a_field_of_digits_is_found_by_its_key_in_backticks_only() -> None:
    fields = FieldSet((Field(101, "102", "102", Kind.NUMBER), Field(102, "a", "A", Kind.NUMBER),
                       Field(103, "b", "B", Kind.NUMBER)))  # fmt: skip
    by_id, by_key = (build(DraftCondition("b", "is field", (text,), "here"), fields) for text in ("102", "`102`"))
    assert [fields_used(rule)[1].id for rule in (by_id, by_key)] == [102, 101]
    assert build(from_text(to_text(by_key)), fields) == by_key
