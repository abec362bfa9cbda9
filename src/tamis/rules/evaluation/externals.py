"""Which external recipients a rule is asked about: those who are in a segment that it says one must be in.

So nobody comes to a segment through one that its rule names to keep people out.
"""

from collections.abc import Iterator

from tamis.domain.externals import External
from tamis.rules.evaluation.evaluate import Membership, selects
from tamis.rules.operators import positive
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, InSegment, Not, Rule


def segments_included(rule: Rule) -> tuple[int, ...]:
    """Return the ids of the segments that a rule says one must be in, in ascending order.

    What counts is the condition when negation is moved down to it: "not is not in segment 7" says: must be in 7.
    """
    return tuple(sorted(set(_included(rule, wanted=True))))


def selects_external(rule: Rule, external: External, as_of: EvaluationTime, in_segment: Membership) -> bool:
    """Return whether a rule selects an external recipient at a moment."""
    return any(map(in_segment, segments_included(rule))) and selects(rule, external, as_of, in_segment)


def _included(rule: Rule, *, wanted: bool) -> Iterator[int]:
    match rule:
        case InSegment(segment_id, _, operator):
            if wanted is not positive(operator)[1]:
                yield segment_id
        case Not(part):
            yield from _included(part, wanted=not wanted)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _included(part, wanted=wanted)
