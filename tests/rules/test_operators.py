"""The table of operators is complete and consistent, and each operator means what its name says."""

from dataclasses import replace

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Kind, Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.operators import (
    BY_NAME,
    OPERATORS,
    SPELLINGS,
    Operator,
    Takes,
    ValueType,
    find_operator,
    names_for,
    positive_form,
)
from tamis.rules.syntaxes.draft import DraftCondition
from tests.rules.examples import ALWAYS, EXAMPLES, NOW, when
from tests.rules.fields import FIELDS


def test_names_are_unique_and_no_spelling_means_two_things_for_one_kind() -> None:
    assert len(BY_NAME) == len(OPERATORS)
    for spelling, meanings in SPELLINGS.items():
        assert spelling == " ".join(spelling.lower().split())
        for kind in Kind:
            assert sum(kind in operator.kinds for operator in meanings) <= 1


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_declares_its_operands(operator: Operator) -> None:
    assert operator.for_several is None or BY_NAME[operator.for_several].takes is Takes.MANY
    slots = {Takes.NONE: 0, Takes.ONE: 1, Takes.TWO: 2, Takes.MANY: 1}[operator.takes]
    assert [f"{{{i}}}" in operator.phrase for i in range(3)] == [i < slots for i in range(3)]
    if operator.takes_no_field:
        takes = {
            ValueType.SEGMENT: Takes.ONE,
            ValueType.TOPIC: Takes.ONE,
            ValueType.SHARE: Takes.TWO,
            ValueType.NOTHING: Takes.NONE,
        }
        assert (operator.takes, operator.holds) == (takes[operator.values], None)
        assert not operator.holds_when_missing
    elif operator.negates:
        other, complement = positive_form(operator)
        assert complement
        assert other.negates is None
        assert (other.kinds, other.takes, other.values) == (operator.kinds, operator.takes, operator.values)
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
def test_spellings_map_to_operators_of_the_kind(spelling: str, kind: Kind, name: str | None) -> None:
    found = find_operator(spelling, kind)
    assert (found.name if found else None) == name


def test_every_kind_can_be_tested_for_blank_and_not_blank() -> None:
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


@pytest.mark.parametrize(("key", "name", "values", "value", "expected"), EXAMPLES)
def test_operators_match_their_examples(
    key: str, name: str, values: tuple[str, ...], value: Value, expected: bool
) -> None:
    field = FIELDS.by_key[key]
    contact = Contact(1, 1, "a@b.de", ALWAYS | {field.id: value}, EPOCH, EPOCH)
    nobody_knows = replace(contact, values=ALWAYS)
    draft = DraftCondition(key, name, values, "here")
    assert selects(build(draft, FIELDS), contact, NOW) is expected
    assert not selects(build(draft, FIELDS), nobody_knows, NOW)
    for negative in (operator for operator in OPERATORS if operator.negates == name):
        rule = build(replace(draft, operator=negative.name), FIELDS)
        assert selects(rule, contact, NOW) is not expected
        assert selects(rule, nobody_knows, NOW)


def test_every_positive_operator_has_examples_of_both_results() -> None:
    shown = {(name, expected) for _, name, _, _, expected in EXAMPLES}
    positives = [operator.name for operator in OPERATORS if not operator.negates and not operator.takes_no_field]
    assert {(name, True) for name in positives} <= shown
    assert {(name, False) for name in positives if name != "is not blank"} <= shown


@pytest.mark.parametrize(
    ("key", "value"), [("email", "A@b.de"), ("created_at", "2024-01-01"), ("updated_at", "2024-01-02")]
)
def test_written_values_can_be_used_as_operands(key: str, value: str) -> None:
    contact = Contact(1, 1, "a@B.de", {}, when("2024-01-01 12:00"), when("2024-01-02 12:00"))
    assert selects(build(DraftCondition(key, "is", (value,), "here"), FIELDS), contact, NOW)
    assert not selects(build(DraftCondition(key, "is not", (value,), "here"), FIELDS), contact, NOW)
