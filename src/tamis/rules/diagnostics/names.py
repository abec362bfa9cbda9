"""What is wrong with the name of a field, an operator or a segment, and which one may have been meant."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from tamis.domain.errors import Message
from tamis.domain.events.events import EventCatalogue
from tamis.domain.segments.segments import SegmentRefs
from tamis.domain.values.fields import Field, FieldSet, Kind, ValueProblem
from tamis.domain.values.text import MAX_LINE, fold, shorten
from tamis.rules.operators import BY_NAME, OPERATORS, SPELLINGS, Operator, find_operator, names_for, normal_spelling

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_MAX_COMPARED = 60
_MAX_SUGGESTIONS = 3
_MAX_LISTED = 20
_MIN_SIMILARITY = 0.7


def unknown_field(reference: str | int, fields: FieldSet) -> Message:
    """Report an unknown field, with the closest names."""
    names = {fold(name): field.key for field in fields.fields for name in (field.key, field.name)}
    if isinstance(reference, int):
        return Message("no_field_with_id", field=reference, advice=_did_you_mean(_close_matches(str(reference), names)))
    return Message("no_field", field=shorten(reference), advice=_did_you_mean(_close_matches(reference, names)))


def unknown_event(reference: str | int, events: EventCatalogue) -> Message:
    """Report an unknown event name, with the closest names, or those that there are."""
    if isinstance(reference, int):
        return Message("no_event_with_id", event=reference)
    shown = [event.name for event in events.names if not event.hidden]
    advice = _did_you_mean(_close_matches(reference, {fold(event.name): event.name for event in events.names}))
    if advice is None:
        advice = Message("events_there_are", events=shown[:_MAX_LISTED]) if shown else Message("no_events_yet")
    return Message("no_event", event=shorten(reference), advice=advice)


def unknown_property(
    reference: str | int,
    event: str,
    properties: FieldSet,
    outside: FieldSet = FieldSet(()),  # noqa: B008  frozen
) -> Message:
    """Report an unknown property of events, with the closest names, or those that there are; `outside` are fields of
    contacts."""
    if isinstance(reference, str) and (field := outside.find(reference)):
        return Message("field_inside_where", event=event, field=field.key)
    keys = {fold(name): field.key for field in properties.fields for name in (field.key, field.name)}
    advice = _did_you_mean(_close_matches(str(reference), keys))
    if advice is None and properties.fields:
        advice = Message("properties_there_are", properties=[field.key for field in properties.fields[:_MAX_LISTED]])
    return Message("no_property", event=event, property=shorten(str(reference)), advice=advice)


def event_in_place_of_field(reference: str | int, events: EventCatalogue) -> Message | None:
    """Report an event, or a property of events, that stands where only fields of contacts can be; None if it is not
    known."""
    if isinstance(reference, str) and (named := events.find(reference)):
        return Message("event_is_no_field", event=named.name)
    for event in events.names:
        found = events.properties_of(event.id).find(reference) if isinstance(reference, str) else None
        if found:
            return Message("property_outside_where", property=found.key, event=event.name)
    return None


def unknown_segment(reference: str, segments: SegmentRefs) -> Message:
    """Report an unknown segment, with the closest names."""
    near = _close_matches(reference, {fold(ref.name): ref.name for ref in segments.refs})
    return Message("no_segment_of_type", segment=shorten(reference), advice=_did_you_mean(near))


def unknown_topic(reference: str, fields: FieldSet) -> Message:
    """Report an unknown topic, with the closest names, or all names."""
    topics = {fold(topic.name): topic.name for topic in fields.topics}
    near = _close_matches(reference, topics) or list(topics.values())
    return Message("no_topic_of_type", topic=shorten(reference), advice=_did_you_mean(near))


def unknown_operator(spelling: str, field: Field | None = None, *, lists_all: bool = False) -> Message:
    """Report an unknown operator, with the closest spellings, or the operators of the field, or all operators."""
    fitting = [operator for operator in OPERATORS if field is None or field.kind in operator.kinds]
    names = {name: _shown(name, operator) for operator in fitting for name in (operator.name, *operator.aliases)}
    written = normal_spelling(spelling)
    near = _close_matches(written, names)
    if "…" in written:  # the part after the value may be right
        near += [name for name in names.values() if name.endswith(written[written.index("…") :])]
    advice = _did_you_mean(near)
    if not near and field:
        advice = Message("operators_of_field", field=field.name, kind=field.kind, operators=list(names_for(field.kind)))
    elif not near and lists_all:
        advice = Message("operators_there_are", operators=list(BY_NAME))
    return Message("no_operator", operator=shorten(spelling), advice=advice)


def inapplicable_operator(spelling: str, field: Field) -> Message:
    """Report an operator that does not apply to the kind of a field, with those that do."""
    written = normal_spelling(spelling)
    alike = (name for operator in SPELLINGS[written] for name in operator.aliases)  # such as >= for both
    inside = (name for name in SPELLINGS if name.startswith(written + " …"))
    found = [operator for name in (*alike, *inside) if (operator := find_operator(name, field.kind))]
    advice = _did_you_mean([_as_text(operator) for operator in found])
    advice = advice or Message("use_operators", operators=list(names_for(field.kind)))
    return Message("operator_does_not_apply", operator=spelling, field=field.name, kind=field.kind, advice=advice)


def find_other_field(reference: str, field: Field, fields: FieldSet) -> Field:
    """Find the field that a field is compared with; raises ValueProblem.

    The reference is an ID in digits, a key or a name, or a key of any form in backticks.
    """
    written = reference.strip()
    is_quoted = len(written) > 2 and written[0] == written[-1] == "`"
    found = fields.find(int(written) if _ID.fullmatch(written) else written.strip("`") if is_quoted else written)
    if found is None:
        raise ValueProblem("other_field_unknown", problem=unknown_field(written.strip("`"), fields))
    if found == field:
        raise ValueProblem("field_compared_with_itself")
    if found.kind is not field.kind:
        raise ValueProblem("other_field_of_another_kind", kind=field.kind, other=found.name, other_kind=found.kind)
    return found


def find_multi_word_field(first: str | int | None, rest: str, fields: FieldSet) -> Field | None:
    """Find the field whose name begins with a word that was parsed as a whole field: `Birth date is …`."""
    words = rest[:MAX_LINE].split()
    names = (f"{first} {' '.join(words[:count])}" for count in range(len(words), 0, -1))
    return next((field for name in names if (field := fields.find(name))), None)


def find_field_in_value(value: str, fields: FieldSet, of: Field) -> Field | None:
    """Find the field that was written instead of a value: `last_order`, `field last_order`."""
    first, _, rest = value.partition(" ")
    named = rest if fold(first) == "field" else value
    if of.kind not in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES):  # text may end with the name of a field
        named = named.split()[-1]
    return fields.find(named)


def _shown(spelling: str, operator: Operator) -> str:
    return _as_text(operator) if spelling[0].isalpha() else spelling


def _as_text(operator: Operator) -> str:
    return operator.text or operator.name


def _close_matches(name: str, known: Mapping[str, str]) -> list[str]:
    return [
        known[found]
        for found in get_close_matches(fold(name)[:_MAX_COMPARED], known, _MAX_SUGGESTIONS, _MIN_SIMILARITY)
    ]


def _did_you_mean(near: Collection[str]) -> Message | None:
    return Message("did_you_mean", near=[shorten(text) for text in dict.fromkeys(near)]) if near else None
