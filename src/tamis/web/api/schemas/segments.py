"""Segments, their rules, and what can be asked about them."""

import re
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from tamis.actions.contacts.contact_queries import selected_fields
from tamis.actions.segments.planning.edit_effects import MembershipEffect
from tamis.actions.segments.planning.forecasts import Forecast
from tamis.actions.segments.previews import Preview
from tamis.actions.segments.rule_syntax import to_text
from tamis.actions.segments.sizes import ListedSegment
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import FieldSet
from tamis.web.api.schemas.common import Body, Name
from tamis.web.api.schemas.contacts import ContactOut, contact_out

RuleInput = Annotated[
    str | dict[str, Any] | None,
    Meta(
        description='A rule as text, such as `country = "US" and age is between 25 and 60`, or as JSON: '
        '`{"all": […]}`, `{"any": […]}`, `{"not": …}` and `{"field", "operator", "values"}`. Without conditions (null '
        "or a blank text) it selects nobody.",
        extra_json_schema={"examples": ['country = "US"', {"field": "age", "operator": "is blank", "values": []}]},
    ),
]
Description = Annotated[str | None, Meta(description="What the segment is for: up to 2,000 characters, or null.")]
_NUMBER = re.compile(r"(\d+)")
Count = Annotated[int, Meta(ge=0)]


class SegmentOut(msgspec.Struct):
    """A segment: a named rule over one contact type, with its members."""

    id: int
    contact_type_id: int
    name: str
    description: Description
    rule: Annotated[
        dict[str, Any] | None,
        Meta(description="The rule as JSON, with fields and segments by id; null if it has no conditions."),
    ]
    text: Annotated[str, Meta(description="The rule as text, with fields by key and segments by name.")]
    sentence: Annotated[str, Meta(description="The rule in words.")]
    count: Annotated[Count, Meta(description="The number of members, external recipients included.")]
    mailable: Annotated[Count, Meta(description="How many of them may be mailed: their emails are not suppressed.")]
    created_at: datetime
    updated_at: datetime


class NewSegment(Body):
    """A segment to create."""

    contact_type_id: int
    name: Name
    rule: RuleInput = None
    description: Description = None


class SegmentPatch(Body):
    """The changes to a segment; what is missing stays."""

    name: Name | UnsetType = UNSET
    rule: RuleInput | UnsetType = UNSET
    description: Description | UnsetType = UNSET


class EffectSampleOut(msgspec.Struct):
    """Some of the contacts that would enter and leave, at most ten of each."""

    entering: list[ContactOut]
    leaving: list[ContactOut]


class DependentOut(msgspec.Struct):
    """A segment that depends on the edited one: how its members would change with it."""

    segment_id: int
    name: str
    count_before: Count
    count_after: Count
    entering: Count
    leaving: Count


class EffectOut(msgspec.Struct):
    """What an edit would do to the members of a segment now; nothing was changed."""

    count_before: Count
    count_after: Count
    entering: Annotated[Count, Meta(description="How many would enter.")]
    leaving: Annotated[Count, Meta(description="How many would leave.")]
    sample: EffectSampleOut
    dependents: Annotated[list[DependentOut], Meta(description="Segments whose rules depend on this one.")]


class RuleToPreview(Body):
    """A rule that is not saved."""

    contact_type_id: int
    rule: RuleInput
    segment_id: Annotated[
        int | None, Meta(description="The segment that is being edited: its rule must not depend on itself.")
    ] = None


class PartOut(msgspec.Struct):
    """A part of a rule, and how many contacts match it alone."""

    path: Annotated[str, Meta(description="Where it is in the JSON form: `rule`, `rule.all[0]`, `rule.any[1].not`.")]
    count: Count


class PreviewOut(msgspec.Struct):
    """What a rule selects now."""

    count: Annotated[Count, Meta(description="How many it selects: contacts and external recipients.")]
    mailable: Annotated[Count, Meta(description="How many of them may be mailed: their emails are not suppressed.")]
    total: Annotated[Count, Meta(description="The number of contacts of the type.")]
    parts: list[PartOut]
    sentence: str
    text: str
    sample: Annotated[list[ContactOut], Meta(description="Up to ten of the contacts that it selects.")]


class ForecastDayOut(msgspec.Struct):
    """A day: how many enter and leave as time passes, and the number of members at its end."""

    day: date
    entering: Count
    leaving: Count
    count: Count


class ForecastOut(msgspec.Struct):
    """The members of a segment on the next days if nothing but time changes."""

    as_of: datetime
    time_zone: Annotated[str, Meta(description="The days are those of the account's time zone.")]
    count: Annotated[Count, Meta(description="The number of members now.")]
    mailable: Annotated[Count, Meta(description="How many of them may be mailed: their emails are not suppressed.")]
    days: Annotated[list[ForecastDayOut], Meta(description="Begins with the rest of today.")] = field(
        default_factory=list
    )


def segment_out(listed: ListedSegment) -> SegmentOut:
    """Return a segment as the API shows it."""
    segment = listed.segment
    return SegmentOut(
        segment.id,
        segment.contact_type_id,
        segment.name,
        segment.description or None,
        msgspec.json.decode(segment.rule),
        listed.rule,
        listed.sentence,
        listed.recipients,
        listed.mailable,
        segment.created_at,
        segment.updated_at,
    )


def effect_out(effect: MembershipEffect, fields: FieldSet) -> EffectOut:
    """Return what an edit would do as the API shows it."""
    shown = selected_fields(None, fields)
    sample = EffectSampleOut(
        [contact_out(contact, shown) for contact in effect.entering_sample],
        [contact_out(contact, shown) for contact in effect.leaving_sample],
    )
    dependents = [
        DependentOut(
            dependent.segment.id,
            dependent.segment.name,
            dependent.count_before,
            dependent.count_after,
            dependent.entering,
            dependent.leaving,
        )
        for dependent in effect.dependents
    ]
    return EffectOut(effect.count_before, effect.count_after, effect.entering, effect.leaving, sample, dependents)


def preview_out(preview: Preview, fields: FieldSet) -> PreviewOut:
    """Return the preview of a valid rule as the API shows it."""
    shown = selected_fields(None, fields)
    return PreviewOut(
        preview.count or 0,
        preview.mailable or 0,
        preview.total,
        [PartOut(path, preview.counts[path]) for path in sorted(preview.counts, key=_place)],
        preview.sentence or "",
        to_text(preview.rule),
        [contact_out(contact, shown) for contact in preview.sample],
    )


def _place(path: str) -> list[str | int]:
    """Return the key by which paths are in the order of the rule, each part after the one that it is in."""
    return [int(part) if part.isdigit() else part for part in _NUMBER.split(path)]


def forecast_out(forecast: Forecast, time_zone: str) -> ForecastOut:
    """Return a forecast as the API shows it."""
    days = [ForecastDayOut(day.day, day.entering, day.leaving, day.count) for day in forecast.days]
    return ForecastOut(forecast.as_of, time_zone, forecast.count, forecast.mailable, days)


class SegmentSizeOut(msgspec.Struct):
    """A segment that is compared, and the number of its members."""

    id: int
    name: str
    count: Count


class SegmentsToCompare(Body):
    """2 to 20 segments of one contact type."""

    segment_ids: list[int]


class OverlapOut(msgspec.Struct):
    """How segments overlap; lists are in the order of the segments."""

    segments: list[SegmentSizeOut]
    union: Annotated[Count, Meta(description="How many are in any of them.")]
    intersection: Annotated[Count, Meta(description="How many are in all of them.")]
    only: Annotated[list[int], Meta(description="How many only each of them has.")]
    matrix: Annotated[list[list[int]], Meta(description="How many every two of them share.")]


class SampleToDraw(Body):
    """A sample of members; the same seed always gives the same members."""

    percent: Annotated[float | None, Meta(description="The share of the members, up to 100.")] = None
    groups: Annotated[int | None, Meta(description="Split the members, or the sample, into this many groups.")] = None
    group: Annotated[int | None, Meta(description="List the members of this group; the first is 1.")] = None
    seed: Annotated[str, Meta(description="Any text; a different one selects different members.")] = "tamis"


class GroupOut(msgspec.Struct):
    """A group of a split segment."""

    group: int
    count: Count


class SampledOut(msgspec.Struct):
    """A member in a sample."""

    id: Annotated[int, Meta(description="The recipient id.")]
    contact_id: int | None
    email: str


class SampleOut(msgspec.Struct):
    """The sizes of the groups if the segment was split and no group chosen, otherwise a page of the members."""

    groups: list[GroupOut]
    data: list[SampledOut]
    next_cursor: Annotated[str | None, Meta(description="Send it as `cursor` for the next page; null on the last.")]


def segment_size_out(segment: Segment, count: int) -> SegmentSizeOut:
    """Return a compared segment as the API shows it."""
    return SegmentSizeOut(segment.id, segment.name, count)
