"""Segments whose rules name each other: in which order they can be decided."""

from collections.abc import Mapping

from tamis.rules.tree import Rule, segments_named


def in_order(rules: Mapping[int, Rule]) -> list[list[int]]:
    """Sort segments into levels, so that each comes after all that it names."""
    left = {id_: segments_named(rule) & rules.keys() for id_, rule in rules.items()}
    levels: list[list[int]] = []
    while left:
        level = sorted(id_ for id_, named in left.items() if not named & left.keys())
        assert level, "a circle of segments is refused when it is made"
        levels.append(level)
        for id_ in level:
            del left[id_]
    return levels
