"""Segments whose rules name each other: in which order they can be decided, how long a chain of them may be, and that
none comes back to itself."""

from collections.abc import Callable, Collection, Iterator, Mapping

from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.syntaxes.draft import MAX_DEPTH
from tamis.rules.tree import Rule, segments_named

MAX_CHAIN = MAX_DEPTH
"""How many segments there may be in a chain of which each names the next one."""

Decided = Callable[[int], Rule | bool]
"""Tells by what it is decided whether a contact is in a segment: its rule, or an answer that is known."""


def decide_in_order(decided: Decided, ask: Callable[[Rule, Membership], bool]) -> Membership:
    """Return what tells whether somebody is in a segment; `ask` tells it of a rule, given who is in those it names.

    Each segment is decided once, after all that it names, however many name it and however long their chain is. The
    rule of one in a circle, which is refused when it is made, selects nobody.
    """
    known: dict[int, bool] = {}

    def is_in(segment_id: int) -> bool:
        if segment_id not in known:
            rules: dict[int, Rule] = {}
            left = [segment_id]
            while left:
                found = left.pop()
                if found in known or found in rules:
                    continue
                decision = decided(found)
                if isinstance(decision, bool):
                    known[found] = decision
                else:
                    rules[found] = decision
                    left.extend(segments_named(decision))
            rules = without_circles(rules)
            for level in in_order(rules):
                for id_ in level:
                    known[id_] = ask(rules[id_], known.__getitem__)
        return known[segment_id]

    return is_in


def in_order(rules: Mapping[int, Rule]) -> list[list[int]]:
    """Sort segments into levels, so that each comes after all that it names."""
    named = {id_: segments_named(rule) & rules.keys() for id_, rule in rules.items()}
    levels = _levels(named)
    assert sum(map(len, levels)) == len(named), "segments in circles have no order"
    return levels


def in_circles(rules: Mapping[int, Rule]) -> frozenset[int]:
    """Return the segments that come back to themselves over those that they name."""
    named = {id_: segments_named(rule) & rules.keys() for id_, rule in rules.items()}
    in_order = {id_ for level in _levels(named) for id_ in level}
    left = {id_: named[id_] - in_order for id_ in named.keys() - in_order}
    found: set[int] = set()
    for together in _connected(left):
        if len(together) > 1 or together[0] in left[together[0]]:
            found.update(together)
    return frozenset(found)


def _connected(named: Mapping[int, frozenset[int]]) -> Iterator[list[int]]:
    """Yield the segments that lead to each other (Tarjan's strongly connected components)."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: dict[int, None] = {}
    for start in named:
        if start in number:
            continue
        walk = [(start, iter(named[start]))]
        number[start] = lowest[start] = len(number)
        path[start] = None
        while walk:
            id_, ways = walk[-1]
            following = next((way for way in ways if way not in number or way in path), None)
            if following is None:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[id_])
                if lowest[id_] == number[id_]:
                    together = [path.popitem()[0]]
                    while together[-1] != id_:
                        together.append(path.popitem()[0])
                    yield together
            elif following in number:
                lowest[id_] = min(lowest[id_], number[following])
            else:
                number[following] = lowest[following] = len(number)
                path[following] = None
                walk.append((following, iter(named[following])))


def without_circles(rules: Mapping[int, Rule]) -> dict[int, Rule]:
    """Return rules of which those in circles select nobody."""
    circular = in_circles(rules)
    return {id_: None if id_ in circular else rule for id_, rule in rules.items()}


def longest_chain(segment_id: int, rules: Mapping[int, Rule]) -> list[int]:
    """Return a longest chain of segments, of which each names the next one, that a segment is part of; none of those
    around it may be in a circle."""
    below = {id_: segments_named(rule) & rules.keys() for id_, rule in rules.items()}
    above: dict[int, set[int]] = {id_: set() for id_ in rules}
    for id_, named in below.items():
        for of in named:
            above[of].add(id_)
    up = _longest_way(segment_id, above)
    return [*reversed(up[1:]), *_longest_way(segment_id, below)]


def _longest_way(start: int, ways: Mapping[int, Collection[int]]) -> list[int]:
    """Return a longest way from a start over where it leads to; it must not lead back."""
    reached = {start}
    left = [start]
    while left:
        for id_ in ways[left.pop()]:
            if id_ not in reached:
                reached.add(id_)
                left.append(id_)
    length: dict[int, int] = {}
    following: dict[int, int] = {}
    for level in _levels({id_: frozenset(ways[id_]) for id_ in reached}):
        for id_ in level:
            last = max(ways[id_], key=length.__getitem__, default=None)
            length[id_] = 1 if last is None else 1 + length[last]
            if last is not None:
                following[id_] = last
    way = [start]
    while way[-1] in following:
        way.append(following[way[-1]])
    return way


def _levels(named: Mapping[int, frozenset[int]]) -> list[list[int]]:
    """Sort segments into levels, each after all that it names; those in circles, and that name such ones, are left
    out."""
    waits_for = {id_: len(of) for id_, of in named.items()}
    naming: dict[int, list[int]] = {id_: [] for id_ in named}
    for id_, of in named.items():
        for one in of:
            naming[one].append(id_)
    levels: list[list[int]] = []
    level = sorted(id_ for id_, number in waits_for.items() if not number)
    while level:
        levels.append(level)
        following = []
        for id_ in level:
            for by in naming[id_]:
                waits_for[by] -= 1
                if not waits_for[by]:
                    following.append(by)
        level = sorted(following)
    return levels


def cycle_through(segment_id: int, rules: Mapping[int, Rule]) -> list[int] | None:
    """Find a shortest way from a segment over those that its rule names, and theirs, back to itself: it begins and
    ends with the segment. None when there is no such way."""
    came_from: dict[int, int] = {}
    ways = [segment_id]
    for id_ in ways:  # grows while it is walked over, shorter ways first
        for named in sorted(segments_named(rules.get(id_))):
            if named == segment_id:
                way = [named, id_]
                while way[-1] != segment_id:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if named not in came_from:
                came_from[named] = id_
                ways.append(named)
    return None


def naming(segment_id: int, rules: Mapping[int, Rule]) -> frozenset[int]:
    """Return the segments that name a segment, directly or by way of others, and itself: it must name none of them."""
    found = {segment_id}
    left = {id_: segments_named(rule) for id_, rule in rules.items()}
    while more := {id_ for id_, named in left.items() if named & found} - found:
        found |= more
    return frozenset(found)
