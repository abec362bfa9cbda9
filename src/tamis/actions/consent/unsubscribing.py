"""What people do with an unsubscribe link: refuse all mail, and undo that."""

from datetime import datetime, timedelta

from tamis.actions.consent import suppressions
from tamis.actions.consent.unsubscribe_links import UnsubscribeLink
from tamis.domain.emails import Email, parse_email_for_lookup
from tamis.domain.suppressions import Suppression, SuppressionReason
from tamis.records import contacts
from tamis.records.handles import Reader, Transaction

SOURCE = "unsubscribe link"
UNDO_WITHIN = timedelta(hours=24)


def suppression_of_link(db: Reader, link: UnsubscribeLink) -> Suppression | None:
    """Return the suppression of the email that a link is for."""
    return suppressions.suppression_of(db, link.account, link.email.key)


def is_unsubscribed(db: Reader, link: UnsubscribeLink) -> bool:
    """Return whether nothing is left to do: all emails of a link are suppressed, for a reason that is grave enough."""
    found = suppressions.suppressions_of(db, link.account, [email.key for email in _emails(db, link)])
    reason = SuppressionReason.UNSUBSCRIBED
    return all(email.key in found and not reason.is_graver_than(found[email.key].reason) for email in _emails(db, link))


def can_undo(db: Reader, now: datetime, link: UnsubscribeLink) -> bool:
    """Return whether the email was suppressed with a link a short while ago, and by nothing else (decision 0055)."""
    found = suppression_of_link(db, link)
    return found is not None and _is_undoable(found, now)


def unsubscribe(db: Transaction, now: datetime, link: UnsubscribeLink) -> None:
    """Suppress the email of a link, and that which its contact has now."""
    for email in _emails(db, link):
        before = suppressions.suppression_of(db, link.account, email.key)
        source = SOURCE if before is None else f"{SOURCE}, {before.reason} before"
        suppressions.suppress(db, now, link.account, [email], SuppressionReason.UNSUBSCRIBED, source)


def undo_unsubscribe(db: Transaction, now: datetime, link: UnsubscribeLink) -> bool:
    """Lift what `unsubscribe` has suppressed, if that was a short while ago; return whether anything was."""
    found = suppressions.suppressions_of(db, link.account, [email.key for email in _emails(db, link)])
    undone = [email for email in _emails(db, link) if email.key in found and _is_undoable(found[email.key], now)]
    for email in undone:
        suppressions.lift_suppression(db, now, link.account, email.address)
    return bool(undone)


def _is_undoable(found: Suppression, now: datetime) -> bool:
    return (
        found.reason is SuppressionReason.UNSUBSCRIBED
        and found.source == SOURCE
        and now - UNDO_WITHIN < found.since <= now
    )


def _emails(db: Reader, link: UnsubscribeLink) -> list[Email]:
    """Return the email of a link, and the present one of its contact, if that has changed."""
    known = dict(contacts.emails_of(db, [link.contact_id])) if link.contact_id else {}
    present = parse_email_for_lookup(known.get(link.contact_id or 0, ""))
    return [link.email, *([present] if present and present.key != link.email.key else [])]
