"""The builder's data for its script, as plain JSON: operators, fields, segments, and the preview of a rule."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from markupsafe import Markup

from tamis.actions.segments.planning.edit_effects import MembershipEffect
from tamis.actions.segments.previews import Preview
from tamis.actions.segments.rule_syntax import OPERATORS, Operator, positive_form, to_text
from tamis.actions.segments.segment_options import SegmentOption
from tamis.domain.consent.topics import topic_id_of
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.fields import EMAIL, FIRST_NAME, LAST_NAME, RESERVED, Field, FieldSet, Kind, Value
from tamis.web.console.builder.builder_labels import operator_label
from tamis.web.console.display.filters import day, number, percent
from tamis.web.console.display.messages import message_text
from tamis.web.console.requests.session import Visitor

ALWAYS_SHOWN = (EMAIL, FIRST_NAME, LAST_NAME)
MAX_COLUMNS = 8


def encode_for_script(data: Mapping[str, object]) -> Markup:
    """Encode JSON so that it can be embedded in a page: nothing in it ends or begins an element."""
    document = msgspec.json.encode(data).decode()
    return Markup(document.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026"))


def operators_data() -> list[dict[str, object]]:
    """Return the operators with what the form needs to know about each."""
    return [_operator_data(operator) for operator in OPERATORS]


def _operator_data(operator: Operator) -> dict[str, object]:
    positive_operator, _ = positive_form(operator)
    relative = positive_operator.relative
    return {
        "name": operator.name,
        "label": operator_label(operator),
        "kinds": sorted(operator.kinds),
        "takes": operator.takes,
        "values": operator.values,
        "hours": relative is not None and relative.takes_hours,
        "takes_no_field": operator.takes_no_field,
    }


def fields_data(fields: FieldSet) -> list[dict[str, object]]:
    """Return the fields; values of `unique` ones are not worth a list of suggestions."""
    reserved = {field.id for field in RESERVED}
    return [
        {
            "id": field.id,
            "key": field.key,
            "name": field.name,
            "kind": field.kind,
            "kind_name": KIND_NAMES[field.kind],
            "options": list(field.options),
            "reserved": field.id in reserved,
            "unique": field.id == EMAIL.id,
        }
        for field in fields.fields
    ]


def segments_data(segments: list[SegmentOption]) -> list[dict[str, object]]:
    """Return the segments that a rule may use."""
    builtins: list[dict[str, object]] = msgspec.to_builtins(segments)
    return builtins


def topics_data(fields: FieldSet) -> list[dict[str, object]]:
    """Return the topics that a rule may use."""
    return [{"id": topic_id_of(topic), "name": topic.name} for topic in fields.topics]


def preview_data(preview: Preview, visitor: Visitor) -> dict[str, object]:
    """Return the preview of a rule; shares are of all contacts of the type."""

    def share(count: int) -> str:
        return percent(count / preview.total) if preview.total else ""

    is_complete = preview.count is not None
    return {
        "total": preview.total,
        "count": preview.count,
        "mailable": preview.mailable,
        "share": "" if preview.count is None else share(preview.members.contacts if preview.members else preview.count),
        "members": _members(preview),
        "counts": {place: [count, share(count)] for place, count in preview.counts.items()},
        "so_far": preview.cumulative,
        "sentence": preview.sentence,
        "text": to_text(preview.rule) if is_complete else None,
        "problems": [{"path": problem.path, "message": message_text(problem)} for problem in preview.problems],
        "unfinished": list(preview.incomplete),
        "sample": _sample(preview, visitor),
    }


def _members(preview: Preview) -> dict[str, int] | None:
    """Return how many members the edited segment would have, with the manual changes among them."""
    counts = preview.members
    if counts is None:
        return None
    mailable = counts.members if counts.mailable is None else counts.mailable
    return {"count": counts.members, "mailable": mailable, "added": counts.added, "excluded": counts.excluded}


def effect_data(effect: MembershipEffect) -> dict[str, object]:
    """Return what saving would do to the members of a segment."""
    return {
        "before": effect.count_before,
        "after": effect.count_after,
        "entering": effect.entering,
        "leaving": effect.leaving,
        "names": {
            "enter": [contact.email for contact in effect.entering_sample],
            "leave": [contact.email for contact in effect.leaving_sample],
        },
        "followers": [dependent.segment.name for dependent in effect.dependents],
    }


def _sample(preview: Preview, visitor: Visitor) -> dict[str, object]:
    others = [field for field in preview.fields if field not in ALWAYS_SHOWN][: MAX_COLUMNS - 2]
    rows = []
    for contact in preview.sample:
        names = [contact.value_of(field) for field in (FIRST_NAME, LAST_NAME)]
        name = " ".join(str(part) for part in names if part is not None)
        cells = [contact.email, name or "–", *(_shown(contact.value_of(field), field, visitor) for field in others)]
        rows.append({"id": contact.id, "cells": cells})
    return {"columns": ["Email", "Name", *(field.name for field in others)], "rows": rows}


def _shown(value: Value | None, field: Field, visitor: Visitor) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        local = value.astimezone(visitor.account.zone)
        return f"{day(local.date())}, {local:%H:%M}"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.kind is Kind.NUMBER and isinstance(value, float):
        return number(int(value) if value.is_integer() and abs(value) < 1e15 else value)
    return str(value)
