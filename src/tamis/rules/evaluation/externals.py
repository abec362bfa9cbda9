"""Evaluate rules for external recipients: only those in a segment that the rule includes are considered.

So nobody enters a segment through a segment that its rule names in order to keep people out.
"""

from collections.abc import Iterator

from tamis.domain.contacts.externals import External
from tamis.rules.evaluation.evaluate import Membership, selects
from tamis.rules.operators import positive_form
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, InSegment, Not, Rule


def segments_included(rule: Rule) -> tuple[int, ...]:
    """Return the ids of the segments whose members a rule includes, in ascending order.

    Negation is first moved down to the conditions: "not is not in segment 7" includes the members of 7.
    """
    return tuple(sorted(set(_included(rule, wanted=True))))


def selects_external(rule: Rule, external: External, as_of: EvaluationTime, in_segment: Membership) -> bool:
    """Return whether a rule selects an external recipient, who has no events, as of a time."""
    if not any(map(in_segment, segments_included(rule))):
        return False
    return selects(rule, external, as_of, in_segment, lambda event_id: ())


def _included(rule: Rule, *, wanted: bool) -> Iterator[int]:
    match rule:
        case InSegment(segment_id, _, operator):
            if wanted is not positive_form(operator)[1]:
                yield segment_id
        case Not(part):
            yield from _included(part, wanted=not wanted)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _included(part, wanted=wanted)
