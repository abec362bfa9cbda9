"""§ One meaning, also for the largest rules allowed: no engine has a smaller limit."""

from datetime import date, timedelta

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import MAX_CONDITIONS, MAX_VALUES
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.laws.engines import Engine
from tests.laws.strategies import INTERESTS, ZONES, built
from tests.support.effort import examples

DAYS = [(date(1980, 1, 1) + timedelta(days=2 * n)).isoformat() for n in range(MAX_VALUES)]
LISTS = {
    "nickname": [f"name {n}" for n in range(MAX_VALUES)],
    "age": [str(n / 7) for n in range(MAX_VALUES)],
    "birth_date": DAYS,
    "last_order": DAYS,
}
VALUES: list[dict[int, Value]] = [
    {101: "Name 9", 103: 5 / 7, 105: date(1980, 1, 5), 106: EPOCH + timedelta(days=3654)},
    {101: "Name", 103: 5 / 9, 105: date(1980, 1, 6), 106: EPOCH + timedelta(days=3655)},
    {113: INTERESTS},
]
CROWD = [Contact(number, 1, "a@b.de", values, EPOCH, EPOCH) for number, values in enumerate(VALUES, 1)]
AS_OF = EvaluationTime(EPOCH, ZONES[0])


def agree(engine: Engine, draft: Draft) -> set[int]:
    rule = built(draft)
    engine.fill(CROWD)
    found = engine.selected(rule, AS_OF)
    assert found == {contact.id for contact in CROWD if selects(rule, contact, AS_OF)}
    return found


@pytest.mark.parametrize("key", LISTS)
def test_a_list_of_the_maximum_number_of_values(engine: Engine, key: str) -> None:
    values = tuple(LISTS[key][: examples(MAX_VALUES)])
    assert agree(engine, DraftCondition(key, "is one of", values, "here")) == {1}
    assert agree(engine, DraftCondition(key, "is none of", values, "here")) == {2, 3}


def test_a_rule_of_the_maximum_number_of_conditions(engine: Engine) -> None:
    leaves = tuple(DraftCondition("nickname", "is", (f"name {n}",), "here") for n in range(MAX_CONDITIONS))
    assert agree(engine, DraftGroup("any", leaves, "here")) == {1}
    assert agree(engine, DraftNot(DraftGroup("any", leaves, "here"), "here")) == {2, 3}


def test_a_rule_of_the_maximum_depth(engine: Engine) -> None:
    leaf = DraftCondition("nickname", "is", ("name 9",), "here")
    rule: Draft = leaf
    for depth in range(MAX_DEPTH - 1):
        rule = DraftNot(rule, "here") if depth % 2 else DraftGroup("any", (rule, leaf), "here")
    assert agree(engine, rule) in ({1}, {2, 3})


def test_all_options_at_once(engine: Engine) -> None:
    assert agree(engine, DraftCondition("interests", "includes all of", INTERESTS, "here")) == {3}
    assert agree(engine, DraftCondition("interests", "includes none of", INTERESTS, "here")) == {1, 2}
