"""Segments whose rules name each other: in which order they can be decided, and that none comes back to itself."""

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


def cycle_through(segment_id: int, rules: Mapping[int, Rule]) -> list[int] | None:
    """Find a shortest way from a segment over those that its rule names, and theirs, back to itself: it begins and
    ends with the segment. None when there is no such way."""
    ways = [[segment_id]]
    seen: set[int] = set()
    for way in ways:  # grows while it is walked over, shorter ways first
        for named in sorted(segments_named(rules.get(way[-1]))):
            if named == segment_id:
                return [*way, named]
            if named not in seen:
                seen.add(named)
                ways.append([*way, named])
    return None


def naming(segment_id: int, rules: Mapping[int, Rule]) -> frozenset[int]:
    """Give the segments that name a segment, directly or by way of others, and itself: it must name none of them."""
    found = {segment_id}
    left = {id_: segments_named(rule) for id_, rule in rules.items()}
    while more := {id_ for id_, named in left.items() if named & found} - found:
        found |= more
    return frozenset(found)
