"""The audit log: who did what, when.

Every action that changes what an account has calls `record_entry` in its own transaction; the actor comes with the
transaction (`Services.acting_as`). Contacts written one by one are not recorded, batches and imports as one entry.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, AuditEntry, AuditFilter, Detail, Subject, user_subject
from tamis.domain.accounts.users import User
from tamis.records.accounts import audit
from tamis.records.handles import Reader, Transaction
from tamis.records.team import users

ENTRIES_PER_STEP = 10_000


def record_entry(
    db: Transaction, now: datetime, account_id: int, action: AuditAction, subject: Subject, **details: Detail
) -> None:
    """Record what the actor of a transaction does in it. Details contain no personal data of contacts."""
    audit.insert(db, now, account_id, action, subject, details)


def record_entry_of_user(db: Transaction, now: datetime, user: User, action: AuditAction, **details: Detail) -> None:
    """Record what concerns a user in all of their accounts."""
    for account_id in users.account_ids(db, user.id):
        record_entry(db, now, account_id, action, user_subject(user), **details)


def record_part(
    db: Transaction,
    now: datetime,
    account_id: int,
    action: AuditAction,
    subject: Subject,
    request_id: str,
    counts: Mapping[str, int],
) -> None:
    """Record a part of what a request does: its counts are added to those of its entry, if it has one."""
    if request_id and (begun := audit.entry_of_request(db, account_id, action, request_id)):
        entry_id, details = begun
        sums = {name: count for name, count in details.items() if isinstance(count, int)}
        audit.set_details(db, entry_id, {**details, **(Counter(sums) + Counter(counts))})
        return
    shown = {"request": request_id} if request_id else {}
    audit.insert(db, now, account_id, action, subject, {**counts, **shown})


def list_entries(
    db: Reader,
    account: Account,
    limit: int,
    before: int = BEYOND_LAST,
    wanted: AuditFilter = AuditFilter(),  # noqa: B008  frozen
) -> list[AuditEntry]:
    """Return entries of an account with ids below `before`, newest first."""
    return audit.page(db, account.id, wanted, limit, before)


def delete_expired_entries(services: Services) -> None:
    """Delete entries older than `audit_days`, in steps, and users without an account that no record names."""
    before = services.clock() - timedelta(days=services.settings.audit_days)
    while services.write(lambda db, _: audit.delete_before(db, before, ENTRIES_PER_STEP)) == ENTRIES_PER_STEP:
        pass
    services.write(lambda db, _: audit.delete_unnamed_users(db))
