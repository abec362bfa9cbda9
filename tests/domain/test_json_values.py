"""Values that programs send as JSON: each kind of field takes one JSON type, in one form, and nothing is guessed."""

from datetime import UTC, date, datetime
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from tamis.domain.errors import ValueProblem
from tamis.domain.parsing.json_values import parse_json_value
from tamis.domain.values.fields import Field, Kind, Value

FIELDS = {kind: Field(101, "it", "It", kind, ("Pro", "Team, EU") if kind.has_options else ()) for kind in Kind}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        (Kind.TEXT, "  Zoë\n", "Zoë"),
        (Kind.TEXT, "0049", "0049"),
        (Kind.TEXT, " ", None),
        (Kind.NUMBER, 12, 12.0),
        (Kind.NUMBER, -0.0, 0.0),
        (Kind.NUMBER, 2**53, 2.0**53),
        (Kind.DATE, "2024-02-29", date(2024, 2, 29)),
        (Kind.DATETIME, "2024-12-31T23:59:00Z", datetime(2024, 12, 31, 23, 59, tzinfo=UTC)),
        (Kind.DATETIME, "2024-12-31t23:59:00.5+06:00", datetime(2024, 12, 31, 17, 59, 0, 500_000, tzinfo=UTC)),
        (Kind.DATETIME, "2024-12-31T23:59:00.123456000Z", datetime(2024, 12, 31, 23, 59, 0, 123_456, tzinfo=UTC)),
        (Kind.BOOLEAN, False, False),
        (Kind.CHOICE, " pro", "Pro"),
        (Kind.CHOICE, "", None),
        (Kind.CHOICES, ["team, eu", "PRO", "Pro"], ("Pro", "Team, EU")),
        (Kind.CHOICES, [], None),
    ],
)
def test_a_value_of_the_right_type_is_parsed(kind: Kind, sent: object, stored: Value | None) -> None:
    found = parse_json_value(sent, FIELDS[kind])
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (Kind.TEXT, 49),
        (Kind.TEXT, True),
        (Kind.TEXT, "a\x00b"),
        (Kind.TEXT, "\ud800"),
        (Kind.TEXT, "x" * 65_536),
        (Kind.NUMBER, "12"),
        (Kind.NUMBER, True),
        (Kind.NUMBER, float("nan")),
        (Kind.NUMBER, float("inf")),
        (Kind.NUMBER, 2**53 + 1),
        (Kind.NUMBER, 10**400),
        (Kind.DATE, "31/12/2024"),
        (Kind.DATE, "2024-02-30"),
        (Kind.DATE, "2024-12-31T00:00:00Z"),
        (Kind.DATE, 20241231),
        (Kind.DATETIME, "2024-12-31"),
        (Kind.DATETIME, "2024-12-31T23:59:00"),
        (Kind.DATETIME, "2024-12-31T23:59Z"),
        (Kind.DATETIME, "2024-12-31T23:59:60Z"),
        (Kind.DATETIME, "2024-12-31T23:59:00.1234567Z"),
        (Kind.DATETIME, 1735689540),
        (Kind.BOOLEAN, "yes"),
        (Kind.BOOLEAN, 1),
        (Kind.CHOICE, "Free"),
        (Kind.CHOICE, ["Pro"]),
        (Kind.CHOICES, "Pro"),
        (Kind.CHOICES, ["Pro", "Free"]),
        (Kind.CHOICES, ["Pro", None]),
        (Kind.CHOICES, ["Pro", ""]),
    ],
)
def test_any_other_value_is_refused(kind: Kind, sent: object) -> None:
    with pytest.raises(ValueProblem):
        parse_json_value(sent, FIELDS[kind])


@pytest.mark.parametrize("kind", Kind)
def test_null_clears_a_value(kind: Kind) -> None:
    assert parse_json_value(None, FIELDS[kind]) is None


@given(kind=st.sampled_from(Kind), sent=JSON)
def test_what_is_stored_can_be_sent_again(kind: Kind, sent: Any) -> None:
    try:
        stored = parse_json_value(sent, FIELDS[kind])
    except ValueProblem:
        return
    again = msgspec.json.decode(msgspec.json.encode(stored))
    assert parse_json_value(again, FIELDS[kind]) == stored
