"""Contacts, and what a write answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from tamis.actions.consent.unsubscribe_links import LinkMaker, list_unsubscribe_headers
from tamis.actions.contacts.contact_writes import WrittenContact
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.contacts import Contact
from tamis.domain.segments.membership_changes import SegmentChanges
from tamis.domain.values.fields import Field, Value
from tamis.web.api.schemas.common import Body

JsonFieldValue = bool | float | str | list[str] | None
"""A value as JSON: dates as `YYYY-MM-DD`, instants after RFC 3339, several choices as a list."""
FieldValues = Annotated[
    dict[str, JsonFieldValue],
    Meta(description="Values by the keys of their fields, null where there is none. Dates are `YYYY-MM-DD`."),
]
UnsubscribeUrl = Annotated[
    str,
    Meta(description="The unsubscribe link for emails to this email; it needs no sign-in, and is valid for years."),
]
LARGEST_WHOLE = 2**53


class SuppressionMark(msgspec.Struct):
    """Why an email may not be mailed."""

    reason: SuppressionReason
    since: datetime
    source: Annotated[str, Meta(description="From where Tamis knows it: `api`, `console`, the name of a provider, …")]


Suppressed = Annotated[
    SuppressionMark | UnsetType, Meta(description="Why the email may not be mailed; missing if it may be.")
]


class ContactOut(msgspec.Struct):
    """A contact: a person of one contact type."""

    id: int
    email: str
    fields: FieldValues
    created_at: datetime
    updated_at: datetime
    suppression: Suppressed = UNSET


class LinkedContactOut(ContactOut, kw_only=True):
    """A contact with its unsubscribe link."""

    unsubscribe_url: UnsubscribeUrl


class ContactDetailsOut(LinkedContactOut, kw_only=True):
    """A contact with all that an email to it needs."""

    unsubscribe_headers: Annotated[
        dict[str, str],
        Meta(description="The headers of an email with which mail programs offer to unsubscribe (RFC 8058)."),
    ]


class SegmentChangesOut(msgspec.Struct):
    """The ids of the segments that a write has made a contact enter and leave."""

    entered: list[int]
    left: list[int]


class WrittenContactOut(ContactDetailsOut, kw_only=True):
    """A contact as a write has left it, or as it was before its deletion."""

    segments: SegmentChangesOut


class ContactBody(Body):
    """What a contact is to have."""

    fields: Annotated[dict[str, Any], Meta(description="Values by the keys of their fields; null clears a value.")] = (
        field(default_factory=dict)
    )
    email: Annotated[
        str | UnsetType, Meta(description="A new email with PATCH; with PUT, another spelling of the same one.")
    ] = UNSET


def contact_out(contact: Contact, fields: Sequence[Field]) -> ContactOut:
    """Return a contact as the API shows it, with the values of some fields."""
    values = values_out(contact.values, fields)
    return ContactOut(contact.id, contact.email, values, contact.created_at, contact.updated_at)


def linked_contact_out(contact: Contact, fields: Sequence[Field], links: LinkMaker) -> LinkedContactOut:
    """Return a contact as the API shows it, with its unsubscribe link."""
    values, url = values_out(contact.values, fields), _link(contact, links)
    return LinkedContactOut(
        contact.id, contact.email, values, contact.created_at, contact.updated_at, unsubscribe_url=url
    )


def contact_details_out(contact: Contact, fields: Sequence[Field], links: LinkMaker) -> ContactDetailsOut:
    """Return a contact as the API shows it, with all that an email to it needs."""
    values, url = values_out(contact.values, fields), _link(contact, links)
    return ContactDetailsOut(
        contact.id,
        contact.email,
        values,
        contact.created_at,
        contact.updated_at,
        unsubscribe_url=url,
        unsubscribe_headers=list_unsubscribe_headers(url),
    )


def written_contact_out(written: WrittenContact, changes: SegmentChanges, links: LinkMaker) -> WrittenContactOut:
    """Return what a write answers."""
    contact = written.contact
    assert contact
    url = _link(contact, links)
    return WrittenContactOut(
        contact.id,
        contact.email,
        values_out(contact.values, written.fields.own),
        contact.created_at,
        contact.updated_at,
        unsubscribe_url=url,
        unsubscribe_headers=list_unsubscribe_headers(url),
        segments=SegmentChangesOut(list(changes.entered), list(changes.left)),
    )


def _link(contact: Contact, links: LinkMaker) -> str:
    return links.url(contact.contact_type_id, contact.id, contact.email)


def values_out(values: Mapping[int, Value], fields: Sequence[Field]) -> dict[str, JsonFieldValue]:
    """Return values by the keys of their fields, None where there is none."""
    return {shown.key: _json_value(values.get(shown.id)) for shown in fields}


def _json_value(value: Value | None) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_WHOLE:
        return int(value)
    return value  # msgspec writes dates, instants and tuples as the API promises
