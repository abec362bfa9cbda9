"""Segments whose rules name each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.rules.operators import BY_NAME
from tamis.rules.segments import cycle_through, in_order, naming
from tamis.rules.tree import All, InSegment, Node, Not, Rule


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
def test_the_way_of_a_segment_back_to_itself(names: dict[int, set[int]], way: list[int] | None) -> None:
    assert cycle_through(1, {id_: rule_naming(ids) for id_, ids in names.items()}) == way


@given(st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3)))
def test_segments_can_be_put_in_order_exactly_when_none_comes_back_to_itself(names: dict[int, set[int]]) -> None:
    rules = {id_: rule_naming(ids) for id_, ids in names.items()}
    if any(cycle_through(id_, rules) for id_ in rules):
        with pytest.raises(AssertionError, match="circle"):
            in_order(rules)
        return
    place = {id_: number for number, level in enumerate(in_order(rules)) for id_ in level}
    assert place.keys() == rules.keys()
    assert all(place[named] < place[id_] for id_ in rules for named in names[id_] & rules.keys())


@given(st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3)))
def test_a_segment_may_name_whoever_does_not_come_back_to_it(names: dict[int, set[int]]) -> None:
    rules = {id_: rule_naming(ids) for id_, ids in names.items()}
    circular = naming(1, rules)
    for id_ in range(1, 7):
        way = cycle_through(1, {**{other: rule for other, rule in rules.items() if other != 1}, 1: rule_naming({id_})})
        assert (way is not None) is (id_ in circular)
