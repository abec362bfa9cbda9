"""`tamis contact`."""

from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions.consent.subscriptions import states_of_contact
from tamis.actions.consent.unsubscribe_links import link_maker, list_unsubscribe_headers
from tamis.actions.contacts import contacts, forgotten_emails
from tamis.actions.contacts.contacts import ContactInSegments
from tamis.actions.events.timeline import events_of_contact
from tamis.actions.importing.rows.rejects import discard_rejects_with
from tamis.actions.local_calls import ContactHistory
from tamis.actions.lookups import snapshot
from tamis.actions.segments.history import ContactChange
from tamis.cli.client.local_client import run_call
from tamis.cli.common import (
    CAUSES,
    Common,
    TypeOption,
    format_for_display,
    open_services,
    print_line,
    print_notice,
    print_result,
    print_table,
    resolve_account,
    resolve_type,
)
from tamis.cli.consent.topics import states_document
from tamis.cli.contacts.contact_edits import create, document_of, edit
from tamis.cli.contacts.erasure import erase_now
from tamis.cli.events.event_lists import event_document, print_events
from tamis.domain.contacts.emails import email_key, parse_email
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

contact_app = App(name="contact", help="Show, create, edit and delete contacts.")
contact_app.command(create)
contact_app.command(edit)
contact_app.command(
    "tamis.cli.contacts.contact_purge:purge",
    name="purge",
    help="Delete contacts by their last activity, by a rule, or both.",
)
DELTAS = {1: "entered", 0: "was in", -1: "left"}
CHANGES_SHOWN = 20


@contact_app.command(name="show")
def show_contact(email: str, *, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Show the values, segments, events and history of a contact.

    Parameters
    ----------
    email
        Email of the contact.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        db = services.records.reader()
        with snapshot(db):
            found = contacts.show_contact(db, services.clock(), account, contact_type, email)
            events = events_of_contact(db, contact_type, found.contact.id)
            states = states_of_contact(db, contact_type, found.contact.id)
        contact = found.contact
        key = email_key(contact.email) or ""
        link = link_maker(services, account).url(contact_type.id, contact.id, contact.email)
        changes = run_call(services, ContactHistory(account.id, contact_type.id, contact.id, key))
    lists = {
        "subscriptions": states_document(states),
        "events": [event_document(e) for e in events],
        "history": [_change(change) for change in changes],
    }
    headers = list_unsubscribe_headers(link)
    document = _document(found) | {"unsubscribe_url": link, "unsubscribe_headers": headers} | lists
    known = [(field, found.contact.value_of(field)) for field in found.fields.fields]
    lines = [
        f"{field.name:<20} {format_for_display(value, account.zone)}" for field, value in known if value is not None
    ]
    names = ", ".join(segment.name for segment in found.segments) or "no segments"
    print_result(
        common,
        document,
        f"{contact.email} (contact {contact.id})",
        *lines,
        f"Member of: {names}",
        *(f"{one.topic.name}: {one.subscription.state if one.subscription else 'never asked'}" for one in states),
        f"Unsubscribe link: {link}",
    )
    if not common.json:
        print_events(events, account.zone)
    if changes and not common.json:
        rows = [
            (local_time(p.instant, account.zone), DELTAS[p.delta], _segment_name(p), CAUSES.get(p.cause, p.cause))
            for p in changes[:CHANGES_SHOWN]
        ]
        print_table(("When", "Change", "Segment", "Cause"), rows)
        if len(changes) > CHANGES_SHOWN:
            print_line(f"and {len(changes) - CHANGES_SHOWN:,} earlier changes (use --json to see them all)")


@contact_app.command
def delete(
    email: str,
    *,
    type_: TypeOption,
    forget: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Delete a contact and remove it from all segments, including those it was added to manually. Files of
    rejected rows that contain the email are deleted too.

    Parameters
    ----------
    email
        Email of the contact.
    forget
        Forget the email for good: only a hash is kept, and the email cannot be imported or added again. It does not
        have to be a contact.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        action = forgotten_emails.forget_email if forget else contacts.delete_contact
        gone = services.write(action, account, contact_type, email)
        written = parse_email(email)
        discarded = discard_rejects_with(services.settings.data, written) if written else []
        erased = erase_now(services)
    if discarded:
        names = ", ".join(discarded)
        print_notice(f"These files of rejected rows contained the email and were deleted: {names}")
    address = gone.email if gone else email.strip()
    document = {
        "id": gone.id if gone else None,
        "email": address,
        "forgotten": forget,
        "erased": erased,
        "rejects": discarded,
    }
    done = f"Deleted {address}." if gone else f"{address} was not a contact."
    print_result(common, document, done, *([f"It cannot be added to {contact_type.name} again."] if forget else []))


@contact_app.command
def allow(email: str, *, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Allow a forgotten email to be added again.

    Parameters
    ----------
    email
        The forgotten email.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        address = services.write(forgotten_emails.allow_email, account, resolve_type(services, account, type_), email)
    print_result(common, {"email": address.address, "forgotten": False}, f"{address.address} can be added again.")


def _change(change: ContactChange) -> dict[str, object]:
    return {
        "number": change.number,
        "at": format_instant(change.instant),
        "step": DELTAS[change.delta],
        "cause": change.cause,
        "segment": {"id": change.segment_id, "name": change.segment_name, "deleted": not change.is_live},
    }


def _segment_name(change: ContactChange) -> str:
    return change.segment_name if change.is_live else f"{change.segment_name} (deleted)"


def _document(found: ContactInSegments) -> dict[str, object]:
    contact = found.contact
    return {
        **document_of(contact, found.fields),
        "segments": [{"id": segment.id, "name": segment.name} for segment in found.segments],
        "added_by_hand": [
            {
                "segment": {"id": row.segment_id, "name": row.segment_name},
                "email": row.email,
                "first_name": row.first_name,
                "last_name": row.last_name,
                "since": format_instant(row.since),
            }
            for row in found.included
        ],
        "removed_by_hand": [
            {"segment": {"id": row.segment_id, "name": row.segment_name}, "since": format_instant(row.since)}
            for row in found.excluded
        ],
        "created_at": format_instant(contact.created_at),
        "updated_at": format_instant(contact.updated_at),
    }
