"""Dependencies between segments: order, chains, cycles."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.rules.evaluation.dependencies import (
    find_circular,
    find_cycle,
    find_dependents,
    longest_chain,
    resolve_membership,
    sort_into_levels,
    without_circular,
)
from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.operators import BY_NAME
from tamis.rules.tree import All, InSegment, Node, Not, Rule, referenced_segments

NAMES = st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3))


def rule_naming(ids: set[int]) -> Rule:
    """Make a rule that names segments."""
    parts: list[Node] = [Not(InSegment(id_, f"s{id_}", BY_NAME["is in segment"])) for id_ in sorted(ids)]
    return All(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


@pytest.mark.parametrize(
    ("names", "way"),
    [
        ({1: set()}, None),
        ({1: {1}}, [1, 1]),
        ({1: {2}, 2: {3}, 3: {1, 2}}, [1, 2, 3, 1]),
        ({1: {2, 3}, 2: {4}, 3: {1}, 4: {1}}, [1, 3, 1]),
        ({1: {2}, 2: {3}, 3: {2}}, None),
        ({1: {2, 9}, 2: set()}, None),
    ],
)
def test_a_cycle_of_segments_is_found(names: dict[int, set[int]], way: list[int] | None) -> None:
    assert find_cycle(1, {id_: rule_naming(ids) for id_, ids in names.items()}) == way


@given(st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3)))
def test_segments_have_an_order_exactly_when_there_is_no_cycle(names: dict[int, set[int]]) -> None:
    rules = {id_: rule_naming(ids) for id_, ids in names.items()}
    if any(find_cycle(id_, rules) for id_ in rules):
        with pytest.raises(AssertionError, match="circle"):
            sort_into_levels(rules)
        return
    place = {id_: number for number, level in enumerate(sort_into_levels(rules)) for id_ in level}
    assert place.keys() == rules.keys()
    assert all(place[named] < place[id_] for id_ in rules for named in names[id_] & rules.keys())


@given(st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3)))
def test_a_segment_may_use_segments_that_do_not_depend_on_it(names: dict[int, set[int]]) -> None:
    rules = {id_: rule_naming(ids) for id_, ids in names.items()}
    circular = find_dependents(1, rules)
    for id_ in range(1, 7):
        way = find_cycle(1, {**{other: rule for other, rule in rules.items() if other != 1}, 1: rule_naming({id_})})
        assert (way is not None) is (id_ in circular)


@given(NAMES)
def test_circular_segments_are_those_in_a_cycle(names: dict[int, set[int]]) -> None:
    rules = {id_: rule_naming(ids) for id_, ids in names.items()}
    assert find_circular(rules) == {id_ for id_ in rules if find_cycle(id_, rules)}
    assert not find_circular(without_circular(rules))


@given(NAMES)
def test_the_longest_chain_contains_its_segment_and_is_maximal(names: dict[int, set[int]]) -> None:
    rules = without_circular({id_: rule_naming(ids) for id_, ids in names.items()})
    named = {id_: referenced_segments(rule) & rules.keys() for id_, rule in rules.items()}

    def below(id_: int) -> int:
        return 1 + max(map(below, named[id_]), default=0)

    def above(id_: int) -> int:
        return 1 + max((above(by) for by in named if id_ in named[by]), default=0)

    for id_ in rules:
        chain = longest_chain(id_, rules)
        assert id_ in chain
        assert all(following in named[before] for before, following in pairwise(chain))
        assert len(chain) == above(id_) + below(id_) - 1


@given(NAMES, st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_each_segment_is_evaluated_once_with_its_dependencies(
    names: dict[int, set[int]], inside: set[int], outside: set[int]
) -> None:
    rules = without_circular({id_: rule_naming(ids) for id_, ids in names.items()})
    requested: list[Rule] = []

    def decided(id_: int) -> Rule | bool:
        return id_ in inside if id_ in inside | outside or id_ not in rules else rules[id_]

    def query(rule: Rule, is_in: Membership) -> bool:
        requested.append(rule)
        return rule is not None and not any(map(is_in, referenced_segments(rule)))

    def expected(id_: int) -> bool:
        decision = decided(id_)
        return decision if isinstance(decision, bool) else query(decision, expected)

    is_in = resolve_membership(decided, query)
    answers = {id_: is_in(id_) for id_ in range(1, 7)}
    assert len(requested) <= len(rules)
    assert answers == {id_: expected(id_) for id_ in range(1, 7)}


def test_a_chain_of_thousands_needs_no_recursion() -> None:
    rules = {id_: rule_naming({id_ - 1} if id_ > 1 else set()) for id_ in range(1, 5_001)}
    assert len(longest_chain(2_500, rules)) == 5_000
    assert len(sort_into_levels(rules)) == 5_000
    assert resolve_membership(
        rules.__getitem__, lambda rule, is_in: rule is None or any(map(is_in, referenced_segments(rule)))
    )(5_000)
    around = rules | {1: rule_naming({5_000})}
    assert len(find_circular(around)) == 5_000
    assert find_cycle(1, around) == [1, *range(5_000, 0, -1)]
