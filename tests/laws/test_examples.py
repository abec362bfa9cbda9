"""§ One meaning, of the examples in which engines differ from each other: every engine says of each what it says."""

from collections.abc import Iterator

import pytest

from tamis.domain.contacts import Contact
from tamis.domain.fields import Value
from tamis.domain.instants import EPOCH
from tamis.rules.build import build
from tamis.rules.operators import OPERATORS
from tamis.rules.syntaxes.draft import DraftCondition
from tests.laws.engines import ENGINES, Engine
from tests.rules.examples import EXAMPLES, NOW
from tests.rules.fields import FIELDS


@pytest.fixture(scope="module", params=ENGINES)
def engine_of_examples(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = ENGINES[request.param](FIELDS)
    yield made
    made.close()


def test_an_operator_means_what_it_says_in_every_engine(engine_of_examples: Engine) -> None:
    wrong = []
    for key, name, values, value, expected in EXAMPLES:
        both: list[dict[int, Value]] = [{FIELDS.by_key[key].id: value}, {}]
        engine_of_examples.fill([Contact(n, 1, "a@b.de", held, EPOCH, EPOCH) for n, held in enumerate(both, 1)])
        said = {1} if expected else set()
        for operator in (o for o in OPERATORS if name in (o.name, o.negates)):
            found = engine_of_examples.selected(build(DraftCondition(key, operator.name, values, "here"), FIELDS), NOW)
            if found != ({1, 2} - said if operator.negates else said):
                wrong.append((key, operator.name, values, value, found))
    assert wrong == []
