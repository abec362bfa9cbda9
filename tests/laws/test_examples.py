"""§ One meaning, for examples in which engines tend to differ: all give the expected result."""

from collections.abc import Iterator

import pytest

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.operators import OPERATORS
from tamis.rules.syntaxes.draft import DraftCondition
from tests.laws.engines import ENGINES, Engine
from tests.rules.examples import ALWAYS, EXAMPLES, NOW
from tests.rules.fields import FIELDS


@pytest.fixture(scope="module", params=ENGINES)
def engine_of_examples(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = ENGINES[request.param](FIELDS)
    yield made
    made.close()


def test_an_operator_means_what_it_says_in_every_engine(engine_of_examples: Engine) -> None:
    held: list[dict[int, Value]] = [
        ALWAYS,
        *(ALWAYS | {FIELDS.by_key[key].id: value} for key, _, _, value, _ in EXAMPLES),
    ]
    engine_of_examples.fill([Contact(number, 1, "a@b.de", values, EPOCH, EPOCH) for number, values in enumerate(held)])
    wrong = []
    for number, (key, name, values, value, expected) in enumerate(EXAMPLES, 1):
        for operator in (o for o in OPERATORS if name in (o.name, o.negates)):
            rule = build(DraftCondition(key, operator.name, values, "here"), FIELDS)
            found = engine_of_examples.selected(rule, NOW)
            negative = operator.negates is not None
            if (number in found, 0 in found) != (expected is not negative, negative):
                wrong.append((key, operator.name, values, value))
    assert wrong == []
