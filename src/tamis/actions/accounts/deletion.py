"""Deleting an account with everything in it.

One transaction closes it: nobody signs in any more, no key works, no webhook is called, no provider can report, and its
segments are gone. Contacts and files follow in steps, so that others can write in between. Whatever a stopped process
leaves of a closed account, the daily upkeep deletes.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from tamis import log
from tamis.actions.audit import record_entry
from tamis.actions.fields.field_conversion import discard_lost_files
from tamis.actions.importing.jobs.uploads import discard_upload
from tamis.actions.importing.rows.rejects import PLACE as REJECTS
from tamis.actions.services import Services
from tamis.actions.team.users import end_access, require_role_over
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.accounts.users import Role
from tamis.domain.errors import NotFound, TamisError
from tamis.domain.files.imports import HIGHEST_ID
from tamis.records import types
from tamis.records.accounts import account_deletion, accounts
from tamis.records.accounts.account_deletion import DeletedAccount
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import imports, uploads
from tamis.records.segments import segments
from tamis.records.team import users

CONTACTS_PER_STEP = 5_000


@dataclass(frozen=True, slots=True)
class AccountContents:
    """How much is deleted with an account."""

    contacts: int
    segments: int
    users: int


def count_contents(db: Reader, account: Account) -> AccountContents:
    """Count what is deleted with an account."""
    contacts = sum(types.count_contacts(db, found.id) for found in types.types_of_account(db, account.id))
    return AccountContents(
        contacts, len(segments.live_of_account(db, account.id)), len(users.of_account(db, account.id))
    )


def close_account(db: Transaction, now: datetime, account: Account) -> None:
    """Delete an account, so that nothing of it can be reached; `erase_account` deletes what it owns. Raises NotFound,
    and Refused if the actor is no owner."""
    if accounts.account_by_id(db, account.id) is None:
        raise NotFound("account_unknown", email=account.email)
    require_role_over(db, account, Role.OWNER)
    record_entry(db, now, account.id, AuditAction.ACCOUNT_DELETED, Subject("account", account.id))
    account_deletion.mark_deleted(db, account.id, now)
    _delete_reachable(db, now, account.id)


def erase_account(services: Services, account_id: int) -> None:
    """Delete what a closed account owned, in steps; raises Unavailable."""
    services.write(_delete_reachable, account_id)
    db = services.records.reader()
    for type_id in account_deletion.type_ids(db, account_id):
        while services.write(_delete_some_contacts, type_id):
            pass
        discard_lost_files(services, type_id)
    for upload in uploads.of_account(db, account_id):
        discard_upload(services, upload)
    for job in imports.of_account(db, account_id, HIGHEST_ID):
        for name in (job.report.rejects_file, job.report.omitted_file):
            if name:
                (services.settings.data / REJECTS / name).unlink(missing_ok=True)
    services.write(_delete_rest, account_id)
    log.event("account_deleted", account=account_id)


def erase_closed_accounts(services: Services) -> None:
    """Delete what is left of closed accounts, also by requests that were running; a failure is logged, and it is tried
    again the next day."""
    for closed in account_deletion.list_deleted(services.records.reader()):
        try:
            erase_account(services, closed.id)
        except (OSError, TamisError) as error:
            log.event("account_not_erased", level=logging.ERROR, account=closed.id, reason=str(error))


def list_accounts(db: Reader) -> list[Account]:
    """List all accounts, oldest first."""
    return accounts.all_accounts(db)


def list_deleted_accounts(db: Reader) -> list[DeletedAccount]:
    """List the deleted accounts, oldest first."""
    return account_deletion.list_deleted(db)


def _delete_reachable(db: Transaction, now: datetime, account_id: int) -> None:
    for known in users.of_account(db, account_id):
        end_access(db, account_id, known.user)
    account_deletion.delete_webhooks(db, account_id)
    account_deletion.delete_providers(db, account_id)
    account_deletion.delete_segments(db, account_id, now)
    account_deletion.delete_types(db, account_id, now)
    account_deletion.delete_access(db, account_id)


def _delete_some_contacts(db: Transaction, now: datetime, type_id: int) -> int:
    return account_deletion.delete_some_contacts(db, type_id, CONTACTS_PER_STEP, now)


def _delete_rest(db: Transaction, _now: datetime, account_id: int) -> None:
    account_deletion.delete_rest(db, account_id)
