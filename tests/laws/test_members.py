"""§ Exact, in every engine: segments that name each other have the members that the reference evaluator selects."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.rules.evaluation.dependencies import resolve_membership
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, Node, Not, Rule
from tests.laws.engines import Engine
from tests.laws.strategies import SEGMENTS, built, draft_segments, rules
from tests.laws.time_strategies import timed_crowds
from tests.support.effort import examples

about_segments: st.SearchStrategy[Node] = st.recursive(
    st.one_of(draft_segments().map(built), rules),
    lambda parts: st.one_of(
        st.builds(Not, parts), st.builds(All, st.tuples(parts, parts)), st.builds(Any, st.tuples(parts, parts))
    ),
    max_leaves=3,
)
"""Rules that name each other's segments: in chains, and in cycles, which select nobody."""


@settings(max_examples=examples(100))
@given(
    case=timed_crowds(),
    named=st.fixed_dictionaries(
        {ref.id: st.one_of(st.none(), about_segments, about_segments) for ref in SEGMENTS.refs}
    ),
)
def test_segments_have_the_members_that_their_rules_select(
    engine: Engine, case: tuple[EvaluationTime, list[Contact]], named: dict[int, Rule]
) -> None:
    as_of, audience = case
    expected: dict[int, set[int]] = {id_: set() for id_ in named}
    for contact in audience:
        is_in = resolve_membership(named.__getitem__, lambda rule, known, c=contact: selects(rule, c, as_of, known))  # type: ignore[misc]
        for id_ in filter(is_in, named):
            expected[id_].add(contact.id)
    engine.fill(audience)
    assert engine.members(named, as_of) == expected
