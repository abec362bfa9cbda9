"""The table of operators: it is complete and consistent, and each operator means what its name says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.contacts import Contact
from tamis.domain.fields import Kind, Value
from tamis.domain.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.operators import BY_NAME, OPERATORS, SPELLINGS, Operator, Takes, find_operator, names_for, positive
from tamis.rules.syntaxes.draft import DraftCondition
from tamis.rules.time.moment import Moment
from tests.rules.fields import FIELDS

NOW = Moment(EPOCH, ZoneInfo("Europe/Berlin"))


def test_names_are_unique_and_no_spelling_means_two_things_for_one_kind() -> None:
    assert len(BY_NAME) == len(OPERATORS)
    for spelling, meanings in SPELLINGS.items():
        assert spelling == " ".join(spelling.lower().split())
        for kind in Kind:
            assert sum(kind in operator.kinds for operator in meanings) <= 1


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_says_what_it_needs(operator: Operator) -> None:
    slots = {Takes.NONE: 0, Takes.ONE: 1, Takes.TWO: 2, Takes.MANY: 1}[operator.takes]
    assert [f"{{{i}}}" in operator.phrase for i in range(3)] == [i < slots for i in range(3)]
    if operator.names_segment:
        assert (operator.takes, operator.holds) == (Takes.ONE, None)
        assert not operator.holds_when_missing
    elif operator.negates:
        other, complement = positive(operator)
        assert complement
        assert other.negates is None
        assert (other.kinds, other.takes, other.takes_parts) == (operator.kinds, operator.takes, operator.takes_parts)
        assert operator.holds is None
        assert operator.holds_when_missing
    else:
        assert operator.holds
        assert not operator.holds_when_missing


def test_how_many_values_an_operator_takes() -> None:
    allowed = {takes: [count for count in range(4) if takes.allows(count)] for takes in Takes}
    assert allowed == {Takes.NONE: [0], Takes.ONE: [1], Takes.TWO: [2], Takes.MANY: [1, 2, 3]}


@pytest.mark.parametrize(
    ("spelling", "kind", "name"),
    [
        ("=", Kind.TEXT, "is"),
        ("!=", Kind.BOOLEAN, "is not"),
        (">", Kind.NUMBER, "is greater than"),
        (">", Kind.DATE, "is after"),
        ("<=", Kind.DATETIME, "is at or before"),
        ("IN", Kind.CHOICE, "is one of"),
        ("  Is \n Not   Between ", Kind.DATE, "is not between"),
        (">", Kind.TEXT, None),
        ("contains", Kind.NUMBER, None),
        ("is true", Kind.TEXT, None),
        ("is", Kind.BOOLEAN, "is"),
        ("resembles", Kind.TEXT, None),
        ("", Kind.TEXT, None),
    ],
)
def test_a_spelling_means_an_operator_of_the_kind(spelling: str, kind: Kind, name: str | None) -> None:
    found = find_operator(spelling, kind)
    assert (found.name if found else None) == name


def test_every_kind_can_be_asked_for_a_value_and_for_none() -> None:
    for kind in Kind:
        assert {"is blank", "is not blank"} <= set(names_for(kind))
        one_value = {"includes any of", "includes none of"} if kind is Kind.CHOICES else {"is", "is not"}
        assert one_value <= set(names_for(kind))


NAMES_OF_THE_FAMILY = (
    """
is · is not · is blank · is not blank · contains · does not contain · starts with · does not start with · ends with
does not end with · is one of · is none of · is greater than · is less than · is equal or greater than
is equal or less than · is between · is not between · is after · is before · is at or after · is at or before
is true · is false · includes any of · includes all of · includes none of
""".replace("\n", " · ")
    .strip(" ·")
    .split(" · ")
)


def test_the_names_are_those_of_the_segment_api_family() -> None:
    assert set(NAMES_OF_THE_FAMILY) <= set(BY_NAME)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


EXAMPLES: list[tuple[str, str, tuple[str, ...], Value, bool]] = [
    ("notes", "is", ("ÄB",), "äb", True),
    ("notes", "is", ("ab",), "abc", False),
    ("notes", "is one of", ("x", "AB"), "ab", True),
    ("notes", "is one of", ("x", "y"), "ab", False),
    ("notes", "contains", ("B C",), "ab cd", True),
    ("notes", "contains", ("%",), "ab cd", False),
    ("notes", "contains", ("_",), "ab cd", False),
    ("notes", "starts with", ("AB",), "ab cd", True),
    ("notes", "starts with", ("b",), "ab cd", False),
    ("notes", "ends with", ("D",), "ab cd", True),
    ("notes", "ends with", ("c",), "ab cd", False),
    ("notes", "is not blank", (), "ab", True),
    ("plan", "is", ("pro",), "Pro", True),
    ("plan", "contains", ("RE",), "Free", True),
    ("plan", "is one of", ("pro", "team"), "Free", False),
    ("age", "is", ("30.0",), 30.0, True),
    ("age", "is", ("30",), 30.5, False),
    ("age", "is one of", ("1", "30"), 30.0, True),
    ("age", "is greater than", ("30",), 30.0, False),
    ("age", "is greater than", ("30",), 30.1, True),
    ("age", "is less than", ("30",), 30.0, False),
    ("age", "is less than", ("30",), -31.0, True),
    ("age", "is equal or greater than", ("30",), 30.0, True),
    ("age", "is equal or greater than", ("30",), 29.9, False),
    ("age", "is equal or less than", ("30",), 30.0, True),
    ("age", "is equal or less than", ("30",), 30.1, False),
    ("age", "is between", ("25", "60"), 25.0, True),
    ("age", "is between", ("25", "60"), 60.0, True),
    ("age", "is between", ("25", "60"), 60.1, False),
    ("age", "is between", ("25", "25"), 25.0, True),
    ("birth_date", "is", ("1990-01-01",), date(1990, 1, 1), True),
    ("birth_date", "is after", ("1990-01-01",), date(1990, 1, 1), False),
    ("birth_date", "is after", ("1990-01-01",), date(1990, 1, 2), True),
    ("birth_date", "is before", ("1990-01-01",), date(1990, 1, 1), False),
    ("birth_date", "is before", ("1990-01-01",), date(1, 1, 1), True),
    ("birth_date", "is at or after", ("1990-01-01",), date(1990, 1, 1), True),
    ("birth_date", "is at or after", ("1990-01-01",), date(1989, 12, 31), False),
    ("birth_date", "is at or before", ("1990-01-01",), date(1990, 1, 1), True),
    ("birth_date", "is at or before", ("1990-01-01",), date(9999, 12, 31), False),
    ("birth_date", "is between", ("1990-01-01", "1990-01-31"), date(1990, 1, 31), True),
    ("birth_date", "is between", ("1990-01-01", "1990-01-31"), date(1990, 2, 1), False),
    # the day of Berlin on which daylight saving began lasted from 23:00 to 22:00 in UTC
    ("last_order", "is", ("2024-03-31",), when("2024-03-30 22:59:59.999999"), False),
    ("last_order", "is", ("2024-03-31",), when("2024-03-30 23:00"), True),
    ("last_order", "is", ("2024-03-31",), when("2024-03-31 21:59:59.999999"), True),
    ("last_order", "is", ("2024-03-31",), when("2024-03-31 22:00"), False),
    ("last_order", "is one of", ("2024-03-31", "2024-05-01T12:00"), when("2024-03-31 12:00"), True),
    ("last_order", "is one of", ("2024-03-31", "2024-05-01T12:00"), when("2024-05-01 10:00"), True),
    ("last_order", "is one of", ("2024-03-31", "2024-05-01T12:00"), when("2024-05-01 10:01"), False),
    ("last_order", "is after", ("2024-03-31",), when("2024-03-31 21:59:59"), False),
    ("last_order", "is after", ("2024-03-31",), when("2024-03-31 22:00"), True),
    ("last_order", "is before", ("2024-03-31",), when("2024-03-30 23:00"), False),
    ("last_order", "is before", ("2024-03-31",), when("2024-03-30 22:59:59"), True),
    ("last_order", "is at or after", ("2024-03-31",), when("2024-03-30 23:00"), True),
    ("last_order", "is at or after", ("2024-03-31",), when("2024-03-30 22:59"), False),
    ("last_order", "is at or before", ("2024-03-31",), when("2024-03-31 21:59:59"), True),
    ("last_order", "is at or before", ("2024-03-31",), when("2024-03-31 22:00"), False),
    ("last_order", "is between", ("2024-03-31T12:00", "2024-03-31"), when("2024-03-31 10:00"), True),
    ("last_order", "is between", ("2024-03-31T12:00", "2024-03-31"), when("2024-03-31 09:59"), False),
    ("last_order", "is between", ("2024-03-31T12:00", "2024-03-31"), when("2024-03-31 21:59:59"), True),
    ("last_order", "is", ("2024-03-31T12:00",), when("2024-03-31 10:00"), True),
    # a minute is the whole minute, and a second the whole second
    ("last_order", "is", ("2024-05-01 10:30Z",), when("2024-05-01 10:29:59.999999"), False),
    ("last_order", "is", ("2024-05-01 10:30Z",), when("2024-05-01 10:30:59.999999"), True),
    ("last_order", "is", ("2024-05-01 10:30Z",), when("2024-05-01 10:31"), False),
    ("last_order", "is", ("2024-05-01 10:30:00Z",), when("2024-05-01 10:30:00.999999"), True),
    ("last_order", "is", ("2024-05-01 10:30:00Z",), when("2024-05-01 10:30:01"), False),
    ("last_order", "is", ("2024-05-01 10:30:00.5Z",), when("2024-05-01 10:30:00.500000"), True),
    ("last_order", "is", ("2024-05-01 10:30:00.5Z",), when("2024-05-01 10:30:00.500001"), False),
    ("last_order", "is one of", ("2024-05-01 10:30Z",), when("2024-05-01 10:30:30"), True),
    ("last_order", "is after", ("2024-05-01 10:30Z",), when("2024-05-01 10:30:59.999999"), False),
    ("last_order", "is after", ("2024-05-01 10:30Z",), when("2024-05-01 10:31"), True),
    ("last_order", "is before", ("2024-05-01 10:30Z",), when("2024-05-01 10:30"), False),
    ("last_order", "is before", ("2024-05-01 10:30Z",), when("2024-05-01 10:29:59.999999"), True),
    ("last_order", "is at or after", ("2024-05-01 10:30Z",), when("2024-05-01 10:30"), True),
    ("last_order", "is at or before", ("2024-05-01 10:30Z",), when("2024-05-01 10:30:59.999999"), True),
    ("last_order", "is at or before", ("2024-05-01 10:30Z",), when("2024-05-01 10:31"), False),
    ("last_order", "is between", ("2024-05-01 10:30Z", "2024-05-01 10:31Z"), when("2024-05-01 10:31:59.999999"), True),
    ("last_order", "is between", ("2024-05-01 10:30Z", "2024-05-01 10:31Z"), when("2024-05-01 10:32"), False),
    # where clocks are put forward 02:30 is the minute half an hour later, where they are put back it is the first one
    ("last_order", "is", ("2024-03-31 02:30",), when("2024-03-31 01:30:30"), True),
    ("last_order", "is", ("2024-03-31 01:59",), when("2024-03-31 00:59:59.999999"), True),
    ("last_order", "is", ("2024-03-31 01:59",), when("2024-03-31 01:00"), False),
    ("last_order", "is", ("2024-10-27 02:30",), when("2024-10-27 00:30:30"), True),
    ("last_order", "is", ("2024-10-27 02:30",), when("2024-10-27 01:30:30"), False),
    ("last_order", "is", ("2024-10-27 02:30+01:00",), when("2024-10-27 01:30:30"), True),
    ("last_order", "is", ("2024-03-31T12:00Z",), when("2024-03-31 12:00"), True),
    ("last_order", "is", ("2024-03-31T12:00+05:30",), when("2024-03-31 06:30"), True),
    ("interests", "includes any of", ("music",), ("Music", "Sport"), True),
    ("interests", "includes any of", ("Art", "SPORT"), ("Music", "Sport"), True),
    ("interests", "includes any of", ("Art",), ("Music", "Sport"), False),
    ("interests", "includes all of", ("sport", "music", "Music"), ("Music", "Sport"), True),
    ("interests", "includes all of", ("Music", "Art"), ("Music", "Sport"), False),
    ("interests", "is not blank", (), ("Music",), True),
    # it is 1970-01-01 01:00 in Berlin, 00:00 in UTC
    ("birth_date", "is within", ("30 days",), date(1969, 12, 2), True),
    ("birth_date", "is within", ("30 days",), date(1969, 12, 1), False),
    ("birth_date", "is more than ago", ("30 days",), date(1969, 12, 1), True),
    ("birth_date", "is more than ago", ("30 days",), date(1969, 12, 2), False),
    ("birth_date", "is more than ago", ("30 days",), date(1970, 1, 2), False),
    ("birth_date", "is in the next", ("1 month",), date(1970, 2, 1), True),
    ("birth_date", "is in the next", ("1 month",), date(1970, 2, 2), False),
    ("birth_date", "is anniversary within", ("1 week",), date(1961, 1, 8), True),
    ("birth_date", "is anniversary within", ("1 week",), date(1961, 1, 9), False),
    ("birth_date", "is anniversary within", ("1 week",), date(1969, 1, 8), True),
    ("birth_date", "is anniversary within", ("1 week",), date(1970, 1, 8), False),  # of this year
    ("last_order", "is within", ("1 day",), when("1969-12-30 23:00"), True),
    ("last_order", "is within", ("1 day",), when("1969-12-30 22:59:59.999999"), False),
    ("last_order", "is more than ago", ("1 day",), when("1969-12-30 22:59:59.999999"), True),
    ("last_order", "is more than ago", ("1 day",), when("1969-12-30 23:00"), False),
    ("last_order", "is more than ago", ("1 hour ago",), when("1969-12-31 23:00"), True),
    ("last_order", "is more than ago", ("1 hour",), when("1969-12-31 23:00:00.000001"), False),
    ("last_order", "is anniversary within", ("0 days",), when("1961-12-31 23:00"), True),
    ("last_order", "is anniversary within", ("0 days",), when("1961-12-31 22:59"), False),
    ("active", "is true", (), True, True),
    ("active", "is true", (), False, False),
    ("active", "is false", (), False, True),
    ("active", "is false", (), True, False),
    ("active", "is", ("yes",), True, True),
    ("active", "is", ("no",), True, False),
    ("active", "is", ("no",), False, True),
]


@pytest.mark.parametrize(("key", "name", "values", "value", "expected"), EXAMPLES)
def test_an_operator_means_what_it_says(
    key: str, name: str, values: tuple[str, ...], value: Value, expected: bool
) -> None:
    field = FIELDS.by_key[key]
    contact = Contact(1, 1, "a@b.de", {field.id: value}, EPOCH, EPOCH)
    nobody_knows = replace(contact, values={})
    draft = DraftCondition(key, name, values, "here")
    assert selects(build(draft, FIELDS), contact, NOW) is expected
    assert not selects(build(draft, FIELDS), nobody_knows, NOW)
    for negative in (operator for operator in OPERATORS if operator.negates == name):
        rule = build(replace(draft, operator=negative.name), FIELDS)
        assert selects(rule, contact, NOW) is not expected
        assert selects(rule, nobody_knows, NOW)


def test_every_positive_operator_has_an_example_either_way() -> None:
    shown = {(name, expected) for _, name, _, _, expected in EXAMPLES}
    positives = [operator.name for operator in OPERATORS if not operator.negates and not operator.names_segment]
    assert {(name, True) for name in positives} <= shown
    assert {(name, False) for name in positives if name != "is not blank"} <= shown


@pytest.mark.parametrize(
    ("key", "value"), [("email", "A@b.de"), ("created_at", "2024-01-01"), ("updated_at", "2024-01-02")]
)
def test_what_tamis_writes_itself_can_be_asked_for(key: str, value: str) -> None:
    contact = Contact(1, 1, "a@B.de", {}, when("2024-01-01 12:00"), when("2024-01-02 12:00"))
    assert selects(build(DraftCondition(key, "is", (value,), "here"), FIELDS), contact, NOW)
    assert not selects(build(DraftCondition(key, "is not", (value,), "here"), FIELDS), contact, NOW)
