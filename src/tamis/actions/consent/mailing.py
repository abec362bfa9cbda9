"""Who can be mailed (§ Never mailed against their will).

Whatever hands out emails to those who mail them asks `withholds_suppressed`: the list of recipients and its counts, the
change feed, and webhooks. Exports and lists that are asked for those who can be mailed leave suppressed ones out in any
case.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.view import View
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.contacts.emails import email_key
from tamis.domain.segments.changes import FeedEntry
from tamis.domain.segments.segments import Segment
from tamis.records.accounts import accounts
from tamis.records.consent import suppressions
from tamis.records.handles import Reader, Transaction


def withholds_suppressed(db: Reader, account_id: int) -> bool:
    """Return whether suppressed emails are to be left out of what an account gives to those who mail."""
    return suppressions.has_any(db, account_id) and not accounts.gives_suppressed(db, account_id)


def has_suppressions(db: Reader, account_id: int) -> bool:
    """Return whether anything is suppressed in an account."""
    return suppressions.has_any(db, account_id)


def gives_suppressed(db: Reader, account: Account) -> bool:
    """Return whether an account gives all members to those who mail, who then leave out suppressed ones themselves."""
    return accounts.gives_suppressed(db, account.id)


def set_gives_suppressed(db: Transaction, now: datetime, account: Account, gives: bool) -> None:
    """Set whether an account gives all members to those who mail them."""
    before = accounts.gives_suppressed(db, account.id)
    if gives is before:
        return
    accounts.set_gives_suppressed(db, account.id, gives)
    subject = Subject("account", account.id)
    record_entry(db, now, account.id, AuditAction.ACCOUNT_CHANGED, subject, give_suppressed=gives)


def suppressed_sizes(view: View[ColumnsView], account_id: int, live: Iterable[Segment]) -> dict[int, int]:
    """Count the members of segments whose emails are suppressed; segments without any may be missing."""
    if not suppressions.has_any(view.records, account_id):
        return {}
    types = {segment.id: segment.contact_type_id for segment in live}
    return view.columns.members.count_suppressed(types)


def without_suppressed_emails(db: Reader, account_id: int, entries: Sequence[FeedEntry]) -> Sequence[FeedEntry]:
    """Return entries of the feed, without the emails that may not be mailed."""
    withheld = withheld_emails(db, account_id, [entry.email for entry in entries])
    return [entry._replace(email=None) if entry.email in withheld else entry for entry in entries]


def withheld_emails(db: Reader, account_id: int, emails: Iterable[str | None]) -> set[str]:
    """Return those of some emails that may not be given to those who mail."""
    if not withholds_suppressed(db, account_id):
        return set()
    keys = {email: email_key(email) or "" for email in emails if email}
    found = suppressions.find(db, account_id, set(keys.values()))
    return {email for email, key in keys.items() if key in found}
