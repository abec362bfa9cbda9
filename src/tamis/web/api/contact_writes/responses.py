"""Writes of single contacts over the API: the same for Litestar's handlers and for the shortcut."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from litestar import Response
from msgspec import UNSET

from tamis.actions.changes.hub import Watch
from tamis.actions.changes.segment_changes import read_segment_changes
from tamis.actions.contacts.contact_writes import (
    WrittenContact,
    contact_tag,
    patch_contact,
    put_contact,
    without_merged,
)
from tamis.actions.contacts.stated_values import StatedContact
from tamis.domain.segments.membership_changes import SegmentChanges
from tamis.web.api.calls import Call
from tamis.web.api.schemas.contacts import ContactBody, WrittenContactOut, written_contact_out
from tamis.web.api.suppression_marks import mark_suppressed

PROJECTION_SECONDS = 30.0
MINIMAL = "return=minimal"
NOTHING = SegmentChanges()
ACTIONS = {"PUT": put_contact, "PATCH": patch_contact}


async def write_contact(
    call: Call, method: Literal["PUT", "PATCH"], type_id: int, email: str, body: ContactBody, prefer: str | None
) -> Response[WrittenContactOut]:
    """Put or patch a contact, and respond."""
    stated = StatedContact(body.fields, None if body.email is UNSET else body.email)
    return await respond_to_write(
        call, prefer, lambda: call.write(ACTIONS[method], call.account, type_id, email, stated, call.precondition)
    )


async def respond_to_write(
    call: Call, prefer: str | None, write: Callable[[], Awaitable[WrittenContact]]
) -> Response[WrittenContactOut]:
    """Write, and answer with the contact and the segments that it has entered and left, or without any content."""
    if prefer and MINIMAL in {part.strip().lower() for part in prefer.split(",")}:
        return _minimal(await write(), {"preference-applied": MINIMAL})
    with call.services.hub.watch() as watch:
        written = await write()
        if written.contact is None:
            return _minimal(written, {})
        changes = NOTHING if written.outcome == "unchanged" else await _segment_changes(call, watch, written)
    created = written.outcome == "created"
    headers = _tag(written) | ({"location": f"/v1/contacts/{written.contact.id}"} if created else {})
    await mark_suppressed(call, [shown := written_contact_out(written, changes, call.links)])
    return Response(shown, status_code=201 if created else 200, headers=headers)


async def _segment_changes(call: Call, watch: Watch, written: WrittenContact) -> SegmentChanges:
    published = await call.projection.wait_for_change(watch, written.change, PROJECTION_SECONDS)
    found = published.changes_of(written.person_ids)
    if found is None:
        found = await call.read(lambda: read_segment_changes(call.services, published, written.person_ids))
    if written.has_joined:
        return await call.read(lambda: without_merged(call.services, call.account, written, found))
    return found


def _minimal(written: WrittenContact, headers: dict[str, str]) -> Response[Any]:
    return Response(None, status_code=204, headers=headers | _tag(written))


def _tag(written: WrittenContact) -> dict[str, str]:
    if written.contact is None or written.outcome == "deleted":
        return {}
    return {"etag": contact_tag(written.contact, written.fields)}
