"""Contacts: one at a time, in batches, and of any number."""

from collections.abc import AsyncIterable, Iterable, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged, streamed
from tamis.client.models.contacts import BatchResult, Contact, PurgeResult, Values
from tamis.client.models.segments import ContactChange, Explanation
from tamis.client.ndjson import NewContact, Stream
from tamis.client.request import Page, Request, json_body, optional, path, tag


class ContactCalls(Resource[Sender]):
    """Contacts of a contact type, found by their emails."""

    @paged
    def list(
        self,
        type_id: int,
        *,
        where: str | None = None,
        fields: Iterable[str] | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Contact]]:
        """List the contacts that a rule selects, or all; `sort` is the key of a field, `-key` for descending order."""
        query = {
            "where": where,
            "fields": None if fields is None else ",".join(fields),
            "sort": sort,
            "limit": page_size,
            "cursor": cursor,
        }
        return Request("GET", path("contact-types", type_id, "contacts"), Page[Contact], query)

    @call
    def get(self, type_id: int, email: str) -> Request[Contact]:
        """Return the contact with an email."""
        return Request("GET", _place(type_id, email), Contact)

    @call
    def get_by_id(self, contact_id: int) -> Request[Contact]:
        """Return the contact with an id."""
        return Request("GET", path("contacts", contact_id), Contact)

    @call
    def put(self, type_id: int, email: str, fields: Values, *, if_match: str | None = None) -> Request[Contact]:
        """Create the contact with an email, or replace all of its values."""
        content = json_body(fields=fields)
        return Request("PUT", _place(type_id, email), Contact, headers=tag(if_match), content=content)

    @call
    def update(
        self,
        type_id: int,
        email: str,
        fields: Values,
        *,
        new_email: str | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> Request[Contact]:
        """Change the fields named of a contact, or its email; None clears a value."""
        content = json_body(fields=fields, email=new_email)
        return Request("PATCH", _place(type_id, email), Contact, headers=tag(if_match), content=content)

    @call
    def put_quickly(self, type_id: int, email: str, fields: Values) -> Request[None]:
        """Do what `put` does, and return as soon as it is durable, without an answer."""
        return Request("PUT", _place(type_id, email), type(None), headers=MINIMAL, content=json_body(fields=fields))

    @call
    def update_quickly(self, type_id: int, email: str, fields: Values) -> Request[None]:
        """Do what `update` does, and return as soon as it is durable, without an answer."""
        return Request("PATCH", _place(type_id, email), type(None), headers=MINIMAL, content=json_body(fields=fields))

    @call
    def delete(
        self, type_id: int, email: str, *, forget: bool | None = None, if_match: str | None = None
    ) -> Request[Contact | None]:
        """Delete a contact, and return it as it was, with the segments that it has left.

        With `forget` the email does not come back by an import; it need not be that of a contact, which answers None.
        """
        place, query = _place(type_id, email), {"forget": forget}
        return optional(Request("DELETE", place, Contact, query, headers=tag(if_match)))

    @call
    def purge(
        self,
        type_id: int,
        *,
        inactive_for: str | UnsetType = UNSET,
        where: str | UnsetType = UNSET,
        dry_run: bool | None = None,
    ) -> Request[PurgeResult]:
        """Delete the contacts without activity for a time such as `2 years`, or that a rule selects, up to 50,000 with
        a call; with `dry_run`, only count them."""
        content = json_body(inactive_for=inactive_for, where=where)
        place = path("contact-types", type_id, "contacts", "purge")
        return Request("POST", place, PurgeResult, {"dry_run": dry_run}, content=content, wait=PURGE_SECONDS)

    @call
    def batch(self, type_id: int, contacts: Sequence[tuple[str, Values]]) -> Request[BatchResult]:
        """Create or update up to 10,000 contacts; each is an email and its values."""
        content = json_body(contacts=[{"email": email, "fields": fields} for email, fields in contacts])
        return Request("POST", path("contact-types", type_id, "contacts", "batch"), BatchResult, content=content)

    @streamed
    def stream(self, type_id: int, contacts: Iterable[NewContact] | AsyncIterable[NewContact]) -> Stream[BatchResult]:
        """Create or update contacts of any number from an iterator, in several requests; the answer has the results
        of rejected ones only, by their index in the whole."""
        return Stream(contacts, path("contact-types", type_id, "contacts", "batch"), BatchResult, _line)

    @paged
    def segments(
        self,
        contact_id: int,
        *,
        all: bool | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Explanation]]:
        """List the segments that a contact is in, and why; with `all` also those that it is not in."""
        query = {"all": all, "limit": page_size, "cursor": cursor}
        return Request("GET", path("contacts", contact_id, "segments"), Page[Explanation], query)

    @paged
    def history(
        self, contact_id: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[ContactChange]]:
        """List the entries of a contact into segments, and its exits, newest first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("contacts", contact_id, "history"), Page[ContactChange], query)

    @call
    def export(self, contact_id: int) -> Request[dict[str, object]]:
        """Return all that is known about a contact."""
        return Request("GET", path("contacts", contact_id, "export"), dict[str, object])


MINIMAL = {"Prefer": "return=minimal"}


def _line(contact: NewContact) -> bytes:
    email, fields = contact
    return msgspec.json.encode({"email": email, "fields": fields})


def _place(type_id: int, email: str) -> str:
    return path("contact-types", type_id, "contacts", email)


PURGE_SECONDS = 600
"""How long the server may take to delete contacts."""
