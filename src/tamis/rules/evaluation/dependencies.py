"""Dependencies between segments whose rules name each other: evaluation order, longest chain, cycles."""

from collections.abc import Callable, Collection, Iterator, Mapping

from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.syntaxes.draft import MAX_DEPTH
from tamis.rules.tree import Rule, referenced_segments

MAX_CHAIN = MAX_DEPTH
"""The most segments in a chain in which each names the next."""

MembershipSource = Callable[[int], Rule | bool]
"""Returns what decides the membership of a contact in a segment: its rule, or a known result."""


def resolve_membership(decided: MembershipSource, evaluate: Callable[[Rule, Membership], bool]) -> Membership:
    """Return a function that tells whether a contact is a member of a segment.

    `evaluate` evaluates a rule, given the memberships in the segments that it names. Each segment is evaluated once,
    after all that it names, however many name it and however long the chain is. Rules in a cycle, which are refused
    when they are created, select nobody.
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
                    left.extend(referenced_segments(decision))
            rules = without_circular(rules)
            for level in sort_into_levels(rules):
                for id_ in level:
                    known[id_] = evaluate(rules[id_], known.__getitem__)
        return known[segment_id]

    return is_in


def sort_into_levels(rules: Mapping[int, Rule]) -> list[list[int]]:
    """Sort segments into levels, each after all segments that it names."""
    named = {id_: referenced_segments(rule) & rules.keys() for id_, rule in rules.items()}
    levels = _levels(named)
    assert sum(map(len, levels)) == len(named), "segments in circles have no order"
    return levels


def find_circular(rules: Mapping[int, Rule]) -> frozenset[int]:
    """Return the segments that name themselves, directly or indirectly."""
    named = {id_: referenced_segments(rule) & rules.keys() for id_, rule in rules.items()}
    ordered = {id_ for level in _levels(named) for id_ in level}
    left = {id_: named[id_] - ordered for id_ in named.keys() - ordered}
    found: set[int] = set()
    for component in _strongly_connected(left):
        if len(component) > 1 or component[0] in left[component[0]]:
            found.update(component)
    return frozenset(found)


def _strongly_connected(named: Mapping[int, frozenset[int]]) -> Iterator[list[int]]:
    """Yield the strongly connected components (Tarjan's algorithm)."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: dict[int, None] = {}
    for start in named:
        if start in number:
            continue
        stack = [(start, iter(named[start]))]
        number[start] = lowest[start] = len(number)
        path[start] = None
        while stack:
            id_, edges = stack[-1]
            successor = next((named_id for named_id in edges if named_id not in number or named_id in path), None)
            if successor is None:
                stack.pop()
                if stack:
                    lowest[stack[-1][0]] = min(lowest[stack[-1][0]], lowest[id_])
                if lowest[id_] == number[id_]:
                    component = [path.popitem()[0]]
                    while component[-1] != id_:
                        component.append(path.popitem()[0])
                    yield component
            elif successor in number:
                lowest[id_] = min(lowest[id_], number[successor])
            else:
                number[successor] = lowest[successor] = len(number)
                path[successor] = None
                stack.append((successor, iter(named[successor])))


def without_circular(rules: Mapping[int, Rule]) -> dict[int, Rule]:
    """Return the rules, with those in a cycle replaced by the rule that selects nobody."""
    circular = find_circular(rules)
    return {id_: None if id_ in circular else rule for id_, rule in rules.items()}


def longest_chain(segment_id: int, rules: Mapping[int, Rule]) -> list[int]:
    """Return a longest chain through a segment, in which each segment names the next; there must be no cycles."""
    below = {id_: referenced_segments(rule) & rules.keys() for id_, rule in rules.items()}
    above: dict[int, set[int]] = {id_: set() for id_ in rules}
    for id_, named in below.items():
        for of in named:
            above[of].add(id_)
    up = _longest_path(segment_id, above)
    return [*reversed(up[1:]), *_longest_path(segment_id, below)]


def _longest_path(start: int, edges: Mapping[int, Collection[int]]) -> list[int]:
    """Return a longest path from a start; there must be no cycles."""
    reached = {start}
    left = [start]
    while left:
        for id_ in edges[left.pop()]:
            if id_ not in reached:
                reached.add(id_)
                left.append(id_)
    length: dict[int, int] = {}
    next_of: dict[int, int] = {}
    for level in _levels({id_: frozenset(edges[id_]) for id_ in reached}):
        for id_ in level:
            last = max(edges[id_], key=length.__getitem__, default=None)
            length[id_] = 1 if last is None else 1 + length[last]
            if last is not None:
                next_of[id_] = last
    path = [start]
    while path[-1] in next_of:
        path.append(next_of[path[-1]])
    return path


def _levels(named: Mapping[int, frozenset[int]]) -> list[list[int]]:
    """Sort segments into levels, each after all that it names, without those that are in cycles or name such ones."""
    waits_for = {id_: len(of) for id_, of in named.items()}
    dependents: dict[int, list[int]] = {id_: [] for id_ in named}
    for id_, of in named.items():
        for one in of:
            dependents[one].append(id_)
    levels: list[list[int]] = []
    level = sorted(id_ for id_, number in waits_for.items() if not number)
    while level:
        levels.append(level)
        ready = []
        for id_ in level:
            for by in dependents[id_]:
                waits_for[by] -= 1
                if not waits_for[by]:
                    ready.append(by)
        level = sorted(ready)
    return levels


def find_cycle(segment_id: int, rules: Mapping[int, Rule]) -> list[int] | None:
    """Return a shortest cycle through a segment, beginning and ending with it, or None."""
    came_from: dict[int, int] = {}
    edges = [segment_id]
    for id_ in edges:  # grows during the loop, shorter paths first
        for named in sorted(referenced_segments(rules.get(id_))):
            if named == segment_id:
                path = [named, id_]
                while path[-1] != segment_id:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if named not in came_from:
                came_from[named] = id_
                edges.append(named)
    return None


def find_dependents(segment_id: int, rules: Mapping[int, Rule]) -> frozenset[int]:
    """Return a segment and all that name it, directly or indirectly: it must name none of them."""
    found = {segment_id}
    left = {id_: referenced_segments(rule) for id_, rule in rules.items()}
    while more := {id_ for id_, named in left.items() if named & found} - found:
        found |= more
    return frozenset(found)
