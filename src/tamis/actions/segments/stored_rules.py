"""The stored rules of segments, parsed and built."""

import logging
from functools import lru_cache

from tamis.domain.errors import Invalid
from tamis.domain.events.events import NO_EVENTS, EventCatalogue
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import FieldSet
from tamis.log import event
from tamis.records.events.catalogue import is_about_events, names_for
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.evaluation.dependencies import find_circular
from tamis.rules.syntaxes.json import from_json
from tamis.rules.tree import Rule


@lru_cache(maxsize=4096)
def stored_rule(document: str, fields: FieldSet, refs: SegmentRefs, events: EventCatalogue) -> Rule:
    """Build a segment's stored rule; `refs` and `events` are the segments and events that it may name.

    A rule that no longer fits its fields selects nobody (§ Fail closed), and is reported in the log.
    """
    try:
        return build(from_json(document), fields, refs, events)
    except Invalid as error:
        event("rule_not_evaluated", level=logging.ERROR, problems=len(error.problems))
        return None


def rules_of_type(db: Reader, type_id: int, fields: FieldSet) -> dict[int, Rule]:
    """Return the rules of the live segments of a contact type, by id.

    A rule in a cycle of segments selects nobody. Cycles cannot be created, only be found in data written otherwise.
    """
    live = segments.live_of_type(db, type_id)
    naming = {segment.id for segment in live if segments.names_segments(segment.rule)}
    refs = SegmentRefs(tuple(SegmentRef(segment.id, segment.name) for segment in live)) if naming else SegmentRefs()
    events = names_for(db, type_id, [segment.rule for segment in live])
    rules = {
        segment.id: stored_rule(
            segment.rule,
            fields,
            refs if segment.id in naming else SegmentRefs(),
            events if is_about_events(segment.rule) else NO_EVENTS,
        )
        for segment in live
    }
    if naming and (circular := find_circular(rules)):
        _log_cycle(type_id, tuple(sorted(circular)))
        rules.update(dict.fromkeys(circular))
    return rules


@lru_cache(maxsize=1024)
def _log_cycle(type_id: int, segment_ids: tuple[int, ...]) -> None:
    """Log a cycle of segments, once in a while."""
    ids = " ".join(map(str, segment_ids[:20]))
    event("segments_in_circle_found", level=logging.ERROR, contact_type=type_id, segments=ids)
