"""§ One meaning: the builder's count of each part of a rule agrees with the reference evaluator."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.rules.build import build_parts
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Any, Node, join
from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS, SEGMENTS, rules
from tests.laws.time_strategies import timed_crowds
from tests.support.effort import examples


@settings(max_examples=examples(150))
@given(case=timed_crowds(), some=st.lists(rules, min_size=1, max_size=6))
def test_every_part_is_counted_by_its_meaning(
    stores: Stores, case: tuple[EvaluationTime, list[Contact]], some: list[Node]
) -> None:
    as_of, audience = case
    rule = join(Any, some)  # of few conditions and of many, which are counted in two ways
    stores.fill(audience)
    parts, problems = build_parts(from_json(to_json(rule)), FIELDS, SEGMENTS)
    assert not problems
    assert parts["rule"] == rule
    counted = stores.counted(rule, list(parts.values()), as_of)
    held = [{c.id for c in audience if selects(part, c, as_of, lambda _: False)} for part in parts.values()]
    selected = held[list(parts).index("rule")]
    assert counted.total == len(audience)
    assert counted.parts == [len(ids) for ids in held]
    sample = stores.sampled(rule, as_of, 3)
    assert len(set(sample)) == min(3, len(selected))
    assert selected.issuperset(sample)
    assert counted.sample == sample
    suppressed = {contact.id for contact in audience if contact.suppressed}
    assert stores.counted(rule, list(parts.values()), as_of, mailable=True) == counted._replace(
        mailable=len(selected - suppressed)
    )
