"""The segments that depend on a field, an option, a topic or another segment: what a rule names can neither be deleted
nor changed while the rule uses it (§ Fail closed).

Rules are read as they are stored, not as they are built, so that broken rules count as well.
"""

from collections.abc import Callable, Iterable

from tamis.domain.errors import Message, Refused
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.operators import BY_NAME, ValueType
from tamis.rules.syntaxes.draft import DraftCondition, conditions, other_fields, uses_field
from tamis.rules.syntaxes.json import from_json


def users_of_field(db: Reader, type_id: int, field: Field) -> list[Segment]:
    """List the segments whose rules use a field."""
    return _users(db, type_id, lambda condition: uses_field(condition, field.id))


def users_by_field(db: Reader, type_id: int) -> dict[int, list[Segment]]:
    """List, by field id, the segments whose rules use each field of a type."""
    users: dict[int, list[Segment]] = {}
    for segment in segments.live_of_type(db, type_id):
        stored = list(conditions(from_json(segment.rule)))
        used = {field_id for condition in stored for field_id in (condition.field, *other_fields(condition))}
        for field_id in used:
            if isinstance(field_id, int):
                users.setdefault(field_id, []).append(segment)
    return users


def users_of_option(db: Reader, type_id: int, field: Field, option: str) -> list[Segment]:
    """List the segments whose rules name an option of a field; operators on parts, such as "contains", do not name
    it."""
    folded = fold(option)
    return _users(
        db,
        type_id,
        lambda condition: (
            condition.field == field.id
            and BY_NAME[condition.operator].values is ValueType.FIELD_VALUE
            and any(fold(value) == folded for value in condition.values)
        ),
    )


def users_of_parts(db: Reader, type_id: int, field: Field) -> list[Segment]:
    """List the segments whose rules compare parts of options of a field, as "contains" does."""
    return _users(
        db, type_id, lambda condition: condition.field == field.id and BY_NAME[condition.operator].takes_parts
    )


def users_of_segment(db: Reader, segment: Segment) -> list[Segment]:
    """List the segments whose rules name a segment."""
    own_id = str(segment.id)
    return _users(
        db,
        segment.contact_type_id,
        lambda condition: BY_NAME[condition.operator].names_segment and own_id in condition.values,
    )


def users_of_topic(db: Reader, type_id: int, topic_id: int) -> list[Segment]:
    """List the segments whose rules name a topic."""
    own_id = str(topic_id)
    return _users(db, type_id, lambda condition: BY_NAME[condition.operator].names_topic and own_id in condition.values)


def dependents_of_segment(db: Reader, segment: Segment) -> list[Segment]:
    """List the segments whose members depend on those of a segment, directly or through others."""
    found: dict[int, Segment] = {}
    waiting = [segment]
    while waiting:
        new = {user.id: user for user in users_of_segment(db, waiting.pop()) if user.id not in found}
        found |= new
        waiting += new.values()
    return sorted(found.values(), key=lambda user: user.name)


def segment_names(users: Iterable[Segment]) -> list[str]:
    """Return the names of segments."""
    return [user.name for user in users]


def refuse_while_used(what: Message, users: list[Segment], *, can_be_edited: bool = True) -> None:
    """Raise Refused, naming all users, if there are any; with `can_be_edited`, editing them is a remedy."""
    if users:
        remedy = Message("edit_or_delete" if can_be_edited else "delete_only")
        raise Refused("in_use_by_segments", what=what, segments=segment_names(users), remedy=remedy)


def _users(db: Reader, type_id: int, uses: Callable[[DraftCondition], bool]) -> list[Segment]:
    return [
        segment
        for segment in segments.live_of_type(db, type_id)
        if any(uses(condition) for condition in conditions(from_json(segment.rule)))
    ]
