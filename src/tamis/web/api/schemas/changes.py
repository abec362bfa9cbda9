"""The changes of an account."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tamis.domain.changes import ChangeType, FeedEntry, FeedPage
from tamis.domain.membership_changes import Cause

CAUSES: dict[Cause, str] = {
    Cause.CONTACT: "contact_changed",
    Cause.IMPORT: "import",
    Cause.UNDO: "import_undone",
    Cause.OVERRIDE: "manual",
    Cause.RULE: "rule_edited",
    Cause.TIME: "time",
    Cause.DELETION: "segment_deleted",
    Cause.FIRST: "first_build",
    Cause.REBUILD: "rebuild",
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
    email: Annotated[str | None, Meta(description="The present email; null if it is not known any more.")]
    at: datetime
    cause: Annotated[str, Meta(description=f"One of {', '.join(f'`{name}`' for name in CAUSES.values())}.")]
    recipient_id: Annotated[
        int | UnsetType, Meta(description="The id of the member within its segment, the same on entering and leaving.")
    ] = UNSET
    count: Annotated[int | UnsetType, Meta(description="How many members a built segment has.")] = UNSET
    members: Annotated[str | UnsetType, Meta(description="Where to read the members of a built segment.")] = UNSET


class PastMemberOut(msgspec.Struct):
    """Who was a member of a segment."""

    id: Annotated[int, Meta(description="The recipient id, which changes have as `recipient_id`.")]
    contact_id: Annotated[int | None, Meta(description="null for an email that is not a contact.")]
    email: Annotated[str | None, Meta(description="The present email; null if it is not known any more.")]


class ChangePage(msgspec.Struct):
    """Changes in order."""

    data: list[ChangeOut]
    next_cursor: Annotated[
        str, Meta(description="The number to continue after: send it as `after`. Nothing before it is missing.")
    ]
    has_more: Annotated[bool, Meta(description="Whether there are more changes already.")]


def change_out(entry: FeedEntry) -> ChangeOut:
    """Return a change as the API shows it."""
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


def change_page(page: FeedPage) -> ChangePage:
    """Return a page of changes as the API shows it."""
    return ChangePage([change_out(entry) for entry in page.entries], str(page.last), page.has_more)
