"""Entries and exits of a contact, and everything that is known of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tamis.actions.contacts.contact_record import ContactRecord
from tamis.actions.segments.history import ContactChange
from tamis.domain.segments.membership_changes import Cause
from tamis.web.api.schemas.contacts import ContactOut, FieldValues, contact_out, values_out
from tamis.web.api.schemas.events import EventOut, event_out
from tamis.web.api.schemas.topics import ConsentRecordOut, SubscriptionOut, consent_record_out, subscriptions_out

CHANGES: dict[int, Literal["entered", "was_in", "left"]] = {1: "entered", 0: "was_in", -1: "left"}


class SegmentOfContact(msgspec.Struct):
    """A segment that a contact is, or was, in."""

    id: int
    name: str
    deleted: bool


class ContactChangeOut(msgspec.Struct):
    """An entry of a contact into a segment, or its exit."""

    number: int
    type: Annotated[
        Literal["entered", "was_in", "left"], Meta(description="`was_in`: it was in it when its history begins.")
    ]
    segment: SegmentOfContact
    at: datetime
    cause: Cause


class AddedManually(msgspec.Struct):
    """A manual addition of a contact's email to a segment."""

    segment_id: int
    segment_name: str
    email: str
    first_name: str
    last_name: str
    since: datetime


class ExcludedManually(msgspec.Struct):
    """A manual exclusion of a contact from a segment."""

    segment_id: int
    segment_name: str
    since: datetime


class BeforeImport(msgspec.Struct):
    """What a contact had before an import changed it, kept to undo the import."""

    import_id: int
    email: str
    fields: FieldValues
    updated_at: datetime


class ContactTypeRef(msgspec.Struct):
    """The type of a contact."""

    id: int
    name: str


class ContactRecordOut(msgspec.Struct):
    """Everything that is known of a contact."""

    contact: ContactOut
    contact_type: ContactTypeRef
    suppressed: Annotated[bool, Meta(description="Whether the email may not be mailed.")]
    segments: Annotated[list[SegmentOfContact], Meta(description="The segments that it is in now.")]
    added_manually: list[AddedManually]
    excluded_manually: list[ExcludedManually]
    events: Annotated[list[EventOut], Meta(description="What it did, newest first.")]
    history: Annotated[list[ContactChangeOut], Meta(description="Its entries and exits, newest first.")]
    before_imports: list[BeforeImport]
    subscriptions: list[SubscriptionOut]
    consent_records: Annotated[list[ConsentRecordOut], Meta(description="What it has said about topics, oldest first.")]


def changes_out(changes: Sequence[ContactChange]) -> list[ContactChangeOut]:
    """Return entries and exits as the API shows them."""
    return [
        ContactChangeOut(
            change.number,
            CHANGES[change.delta],
            SegmentOfContact(change.segment_id, change.segment_name, not change.is_live),
            change.instant,
            change.cause,
        )
        for change in changes
    ]


def contact_record_out(record: ContactRecord) -> ContactRecordOut:
    """Return everything that is known of a contact."""
    present, fields = record.present, record.present.fields.own
    return ContactRecordOut(
        contact_out(present.contact, fields),
        ContactTypeRef(record.contact_type.id, record.contact_type.name),
        present.contact.suppressed,
        [SegmentOfContact(segment.id, segment.name, deleted=False) for segment in present.segments],
        [AddedManually(*row) for row in present.included],
        [ExcludedManually(*row) for row in present.excluded],
        [event_out(event) for event in record.events],
        changes_out(record.history),
        [
            BeforeImport(prior.import_id, prior.email, values_out(prior.values, fields), prior.updated_at)
            for prior in record.before_imports
        ],
        subscriptions_out(record.subscriptions),
        [consent_record_out(shown) for shown in record.consent_records],
    )
