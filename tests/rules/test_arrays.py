"""The parallel arrays of the Segment API, read and written."""

import pytest

from tamis.domain.errors import Invalid
from tamis.rules.build import build
from tamis.rules.syntaxes.arrays import NESTED, Arrays, from_arrays, to_arrays
from tamis.rules.syntaxes.text import from_text, to_text
from tests.rules.fields import FIELDS, SEGMENTS


@pytest.mark.parametrize(
    ("text", "arrays"),
    [
        ("", Arrays((), (), (), None)),
        ("age is blank", Arrays(("101",), ("is blank",), (), None)),
        ("age is 5", Arrays(("101",), ("is",), ("5",), None)),
        (
            'country is "US" and age is between 25 and 60 and age is not blank and active = true',
            Arrays(
                ("5", "101", "101", "104"),
                ("is", "is between", "is not blank", "is"),
                ("US", "25", "60", "true"),
                "and",
            ),
        ),
        ('is in segment "Customers in India"', Arrays(("0",), ("is in segment",), ("7",), None)),
        (
            'last_order is within 30 days and is not in segment "Customers in India"',
            Arrays(("103", "0"), ("is within", "is not in segment"), ("30 days", "7"), "and"),
        ),
        (
            'age is 1 or plan is one of ("Pro", "Team") or age is 2',
            Arrays(("101", "105", "101"), ("is", "is one of", "is"), ("1", "Pro", "Team", "2"), "or"),
        ),
    ],
)
def test_a_rule_is_written_and_read(text: str, arrays: Arrays) -> None:
    rule = build(from_text(text), FIELDS, SEGMENTS)
    assert to_arrays(rule) == arrays
    again = from_arrays(arrays.select_field, arrays.select_operator, arrays.value, arrays.query_type)
    assert build(again, FIELDS, SEGMENTS) == rule
    assert to_text(rule) == text


@pytest.mark.parametrize(
    "text",
    [
        "not (age is 5)",
        "age is 1 and not (age is 5)",
        "age is 1 and (age is 2 or age is 3)",
        "age in (1) and age not in (2)",
    ],
)
def test_arrays_cannot_express_every_rule(text: str) -> None:
    assert to_arrays(build(from_text(text), FIELDS)) == Arrays((), (), (), "rule")


def test_fields_and_operators_may_be_written_in_other_ways() -> None:
    draft = from_arrays(["age", "Birth date"], ["=", "IS  AFTER"], ["5", "1990-01-01"], "and")
    assert to_text(build(draft, FIELDS)) == "age is 5 and birth_date is after 1990-01-01"


@pytest.mark.parametrize("query_type", ["or", "OR", " Or "])
def test_a_query_type_is_read_in_any_case(query_type: str) -> None:
    draft = from_arrays(["age", "age"], ["is", "is"], ["5", "6"], query_type)
    assert to_text(build(draft, FIELDS)) == "age is 5 or age is 6"


def test_an_operator_around_its_value_has_one_name() -> None:
    for name in ("is more than ago", "is more than … ago", "Is more than ... ago"):
        draft = from_arrays(["last_order"], [name], ["30 days"], None)
        rule = build(draft, FIELDS)
        assert to_text(rule) == "last_order is more than 30 days ago"
        assert to_arrays(rule) == Arrays(("103",), ("is more than ago",), ("30 days",), None)


def test_an_unknown_operator_suggests_similar_names() -> None:
    with pytest.raises(Invalid, match='there is no operator "is bigger than"; did you mean "is greater than"'):
        from_arrays(["age"], ["is bigger than"], ["5"], None)
    with pytest.raises(Invalid, match='there is no operator "resembles"; use is, is not, is one of, '):
        from_arrays(["age"], ["resembles"], ["5"], None)


@pytest.mark.parametrize(
    ("fields", "operators", "values", "query_type", "paths"),
    [
        (["101"], [], [], None, ["select_operator"]),
        ([], ["is"], ["5"], None, ["select_operator"]),
        ([], [], ["5"], None, ["value"]),
        (["101"], ["is"], [], None, ["value"]),
        (["101"], ["is"], ["5", "6"], None, ["value"]),
        (["101"], ["is between"], ["5"], None, ["value"]),
        (["101"], ["is blank"], [""], None, ["value"]),
        (["101"], ["is one of"], [], None, ["value"]),
        (["101", "101"], ["is", "is one of"], ["5"], "and", ["value"]),
        (["101", "101"], ["is", "is"], ["5", "6"], None, ["query_type"]),
        (["101", "101"], ["is", "is"], ["5", "6"], "xor", ["query_type"]),
        (["101"], ["is"], ["5"], "rule", ["query_type"]),
        (["101"], ["resembles"], ["5"], None, ["select_operator.0"]),
        (["5"], ["is in segment"], ["7"], None, ["select_field.0"]),
        (["0", ""], ["is in segment", "is not in segment"], ["7", "7"], "and", ["select_field.1"]),
        (["101", "101"], ["is one of", "in"], ["5", "6"], "or", ["select_operator.1"]),
        (
            ["101", "101", "101"],
            ["is", "resembles", "matches"],
            ["5"],
            "xor",
            ["select_operator.1", "select_operator.2", "query_type"],
        ),
    ],
)
def test_mismatched_arrays_are_refused(
    fields: list[str], operators: list[str], values: list[str], query_type: str | None, paths: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        from_arrays(fields, operators, values, query_type)
    assert [problem.path for problem in refusal.value.problems] == paths


def test_all_semantic_errors_are_reported_at_once() -> None:
    draft = from_arrays(["999", "101", "105"], ["is", "is between", "is one of"], ["x", "5", "y", "Pro", "Gold"], "or")
    with pytest.raises(Invalid) as refusal:
        build(draft, FIELDS)
    assert [problem.path for problem in refusal.value.problems] == ["select_field.0", "value.2", "value.4"]


@pytest.mark.parametrize("field", ["-1", "9" * 30, "٣", "", " ", "1.0"])
def test_a_field_that_is_neither_id_nor_key_is_refused(field: str) -> None:
    with pytest.raises(Invalid, match="there is no field"):
        build(from_arrays([field], ["is"], ["5"], None), FIELDS)


def test_a_rule_not_shown_as_arrays_is_not_stored_back_as_an_empty_rule() -> None:
    with pytest.raises(Invalid, match="query_type"):
        from_arrays([], [], [], NESTED)
