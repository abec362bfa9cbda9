"""Members of segments: why they are in, since when, and who came and went."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from tamis.actions.consent.unsubscribe_links import LinkMaker
from tamis.actions.segments.explanations import Explanation
from tamis.actions.segments.history import SizesByDay
from tamis.actions.segments.manual.pages import ValuedMembersPage
from tamis.actions.segments.rule_syntax import Explained, ExplainedEvents
from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import Cause, MembershipSnapshot
from tamis.web.api.schemas.common import Body, Name
from tamis.web.api.schemas.contacts import FieldValues, Suppressed, UnsubscribeUrl, values_out


class MemberOut(msgspec.Struct):
    """A member of a segment; of one that is no contact, only email and names are known."""

    id: Annotated[int, Meta(description="The recipient id: unique over all segments, and stable while it stays.")]
    contact_id: int | None
    email: str
    added_manually: bool
    since: datetime
    suppressed: Annotated[bool, Meta(description="Whether the email may not be mailed.")]
    fields: FieldValues
    unsubscribe_url: UnsubscribeUrl
    suppression: Suppressed = UNSET


class MemberNames(Body):
    """The names of a member that is no contact; contacts have their own."""

    first_name: Name = ""
    last_name: Name = ""


class RuleEventsOut(msgspec.Struct):
    """The events that count for a condition, and when time alone changes whether it holds."""

    event: str
    counted: int
    latest: Annotated[list[datetime], Meta(description="The instants of the latest ones that count, at most 20.")]
    asked: Annotated[str, Meta(description="What is asked of them, in words.")]
    changes_at: Annotated[datetime | None, Meta(description="When time alone changes it; null if it does not.")]
    changing: Annotated[
        datetime | None,
        Meta(description="The instant of the event that begins or stops counting then, if that is why."),
    ]


class RulePartOut(msgspec.Struct):
    """A part of a rule, and whether it holds."""

    kind: Literal[
        "condition", "segment", "share", "suppression", "subscription", "event", "all", "any", "not", "nothing"
    ]
    text: str
    value: Annotated[
        str | None, Meta(description="The contact's value of the field, or of its events; null if it has none.")
    ]
    holds: bool
    parts: list["RulePartOut"]
    events: Annotated[RuleEventsOut | None, Meta(description="The events behind a condition about events.")] = None


class ExplainedSegmentOut(msgspec.Struct):
    """The segment that an explanation is about."""

    id: int
    name: str


class ExplanationOut(msgspec.Struct):
    """Why an email is, or is not, in a segment."""

    segment: ExplainedSegmentOut
    email: str
    contact_id: int | None
    in_segment: bool
    because: Literal["rule", "added by hand", "removed by hand"]
    since: Annotated[datetime | None, Meta(description="When it was added manually or excluded.")]
    rule: Annotated[
        RulePartOut | None, Meta(description="The rule, part by part; null if it does not apply to the email.")
    ]
    changes_at: Annotated[datetime | None, Meta(description="When the membership will change as time passes, if ever.")]


class HistoryDayOut(msgspec.Struct):
    """The number of members at the end of a day, and how many entered and left during it."""

    day: date
    count: int
    entered: int
    left: int
    cause: Annotated[Cause | None, Meta(description="Why all members were computed on this day, if they were.")]


class HistoryOut(msgspec.Struct):
    """The sizes of a segment on the last days, including today."""

    time_zone: str
    known_since: Annotated[datetime | None, Meta(description="Since when the members are known.")]
    days: list[HistoryDayOut]


class ActivityOut(msgspec.Struct):
    """An entry or exit of a member; or, where all members were computed, their count."""

    id: int
    type: Literal["entered", "left", "computed"]
    at: datetime
    cause: Cause
    contact_id: int | None = None
    email: Annotated[str | None, Meta(description="Null if it is no longer known.")] = None
    count: Annotated[int | None, Meta(description="The number of members that were computed.")] = None


def members_out(page: ValuedMembersPage, links: LinkMaker) -> list[MemberOut]:
    """Return a page of members as the API shows them."""
    return [
        MemberOut(
            found.member.recipient_id,
            found.member.contact_id,
            found.member.email,
            found.member.is_manual,
            found.member.since,
            found.member.suppressed,
            values_out(found.values, page.fields),
            links.url(page.type_id, found.member.contact_id, found.member.email),
        )
        for found in page.members
    ]


def explanation_out(found: Explanation) -> ExplanationOut:
    """Return an explanation as the API shows it."""
    return ExplanationOut(
        ExplainedSegmentOut(found.segment.id, found.segment.name),
        found.email,
        found.contact_id,
        found.is_in,
        found.because,
        found.since,
        None if found.rule is None else _part(found.rule),
        found.changes_at,
    )


def _part(part: Explained) -> RulePartOut:
    parts = [_part(inner) for inner in part.parts]
    return RulePartOut(part.kind, part.text, part.value, part.holds, parts, _events(part.events))


def _events(found: ExplainedEvents | None) -> RuleEventsOut | None:
    if found is None:
        return None
    latest = list(found.latest)
    return RuleEventsOut(found.event, found.counted, latest, found.asked, found.changes_at, found.changing)


def history_out(sizes: SizesByDay, time_zone: str) -> HistoryOut:
    """Return the sizes of a segment as the API shows them."""
    days = [HistoryDayOut(day.day, day.recipients, day.entered, day.departed, day.snapshot) for day in sizes.days]
    return HistoryOut(time_zone, sizes.known_since, days)


def activity_out(entry: ActivityEntry | MembershipSnapshot) -> ActivityOut:
    """Return an entry of a segment's log as the API shows it."""
    if isinstance(entry, MembershipSnapshot):
        return ActivityOut(entry.number, "computed", entry.instant, entry.cause, count=entry.recipients)
    kind: Literal["entered", "left"] = "entered" if entry.delta > 0 else "left"
    return ActivityOut(entry.number, kind, entry.instant, entry.cause, entry.contact_id, entry.email)
