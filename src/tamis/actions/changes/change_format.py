"""How programs see changes: the same over the API and in the messages of webhooks."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tamis.domain.segments.changes import ChangeType, FeedEntry
from tamis.domain.segments.membership_changes import Cause

CAUSES: dict[Cause, str] = {
    Cause.CONTACT: "contact_changed",
    Cause.IMPORT: "import",
    Cause.UNDO: "import_undone",
    Cause.OVERRIDE: "manual",
    Cause.RULE: "rule_edited",
    Cause.TIME: "time",
    Cause.DELETION: "segment_deleted",
    Cause.EVENT: "event",
    Cause.CONSENT: "consent",
    Cause.RETENTION: "events_expired",
    Cause.FIRST: "first_build",
    Cause.REBUILD: "rebuild",
    Cause.RESTORED: "segment_restored",
    Cause.KEPT: "history_trimmed",
}


class ChangeOut(msgspec.Struct):
    """A contact entered or left a segment, or a segment was built or deleted."""

    id: Annotated[int, Meta(description="Only grows; gaps are normal.")]
    type: Annotated[
        ChangeType,
        Meta(
            description="`built`: all members of the segment were computed, for the first time or again; `members` has "
            "them, and nobody who was a member before counts any more. `deleted`: the segment has no members any more."
        ),
    ]
    segment_id: int
    contact_id: Annotated[int | None, Meta(description="null for an email that is not a contact.")]
    email: Annotated[
        str | None, Meta(description="The present email; null if it is not known any more, or may not be mailed.")
    ]
    at: datetime
    cause: Annotated[str, Meta(description=f"One of {', '.join(f'`{name}`' for name in CAUSES.values())}.")]
    recipient_id: Annotated[
        int | UnsetType, Meta(description="The id of the member within its segment, the same on entering and leaving.")
    ] = UNSET
    count: Annotated[int | UnsetType, Meta(description="How many members a built segment has.")] = UNSET
    members: Annotated[str | UnsetType, Meta(description="Where to read the members of a built segment.")] = UNSET


def change_out(entry: FeedEntry) -> ChangeOut:
    """Return a change as programs see it."""
    shown = ChangeOut(
        entry.number,
        entry.type,
        entry.segment_id,
        entry.contact_id,
        entry.email,
        entry.at,
        CAUSES[entry.cause],
        UNSET if entry.recipient_id is None else entry.recipient_id,
    )
    if entry.type is ChangeType.BUILT:
        shown.count = entry.size or 0
        shown.members = f"/v1/segments/{entry.segment_id}/past-members?at_change={entry.number}"
    return shown
