"""The incomplete parts of a draft rule: blanks that are still to be filled in are not errors yet."""

from collections.abc import Iterator

from tamis.rules.operators import SPELLINGS, Takes, normal_spelling
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftEventCondition, DraftGroup, DraftNot


def list_incomplete(draft: Draft | None) -> tuple[str, ...]:
    """Return the places of conditions that lack a field, an operator or a value, and of empty groups; also of those
    about the properties of events."""
    return tuple(dict.fromkeys(place for place, _ in _open(draft)))


def list_open_places(draft: Draft | None) -> frozenset[str]:
    """Return the places of all blanks, and of the conditions and groups that contain them."""
    return frozenset(place for pair in _open(draft) for place in pair)


def _open(draft: Draft | None) -> Iterator[tuple[str, str]]:
    """Yield for each blank the place of its condition or group, and its own place."""
    match draft:
        case DraftCondition():
            yield from ((draft.where, place) for place in _blanks(draft))
        case DraftGroup():
            if not draft.parts:
                yield draft.where, draft.where
            for part in draft.parts:
                yield from _open(part)
        case DraftNot():
            yield from _open(draft.part)
        case DraftEventCondition():
            yield from ((draft.where, place) for place in _event_blanks(draft))
            yield from _open(draft.filter)


def _event_blanks(draft: DraftEventCondition) -> Iterator[str]:
    if draft.event == "":
        yield draft.where_event
    if draft.measured == "":
        yield draft.where_measured
    yield from _blanks(draft.test)
    if draft.window:
        yield from _blanks(draft.window)


def _blanks(draft: DraftCondition) -> Iterator[str]:
    meanings = SPELLINGS.get(normal_spelling(draft.operator), ())
    if draft.field == "":
        yield draft.where_field
    if not draft.operator.strip():
        yield draft.where_operator
    if meanings and len(draft.values) < _least(meanings[0].takes):
        yield draft.where
    for value, place in zip(draft.values, draft.where_values, strict=False):
        if not (value if meanings and meanings[0].takes_blanks else value.strip()):
            yield place


def _least(takes: Takes) -> int:
    return {Takes.NONE: 0, Takes.ONE: 1, Takes.TWO: 2, Takes.MANY: 1}[takes]
