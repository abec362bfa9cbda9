"""Deleting accounts with everything that they own."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records import change_log, types, webhooks
from tamis.records.consent import providers
from tamis.records.engine.sql import run, select
from tamis.records.events.write import remove_of_type
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure
from tamis.records.queries import load
from tamis.records.segments import segments, trash

SQL = load("account_deletion")
ACCESS = ("delete_keys", "delete_invitations", "delete_sessions")
"""The statements that end the access of programs and people."""
REST = (
    "delete_import_values", "delete_import_ranges", "delete_imports", "delete_uploads", "delete_forgotten_emails",
    "delete_topics", "delete_consent_records", "delete_suppressions", "delete_requests", "delete_chunks",
    "delete_audit_entries",
)  # fmt: skip
"""The statements that delete what an account owns besides types, contacts, segments and webhooks."""


@dataclass(frozen=True, slots=True)
class DeletedAccount:
    """A deleted account: when it was deleted and by whom, an email of a user or the name of a machine's user; None when
    the audit log no longer has it."""

    id: int
    deleted_at: datetime
    deleted_by: str | None


def mark_deleted(db: Transaction, account_id: int, now: datetime) -> None:
    """Mark an account as deleted, and blank its email, which is free again."""
    run(db, SQL["close"], (to_micros(now), account_id))


def list_deleted(db: Reader) -> list[DeletedAccount]:
    """List the deleted accounts, oldest first."""
    return select(db, _deleted, SQL["deleted"])


def type_ids(db: Reader, account_id: int) -> list[int]:
    """List the ids of all contact types of an account, deleted ones included."""
    return select(db, int, SQL["types"], (account_id,))


def delete_segments(db: Transaction, account_id: int, now: datetime) -> None:
    """Delete the segments of an account for good, also those in the trash: only their ids stay, so that the projection
    and the history follow."""
    for segment in segments.live_of_account(db, account_id):
        segments.delete(db, segment, now)
    trash.purge(db, select(db, int, SQL["kept_segments"], (account_id,)), now)
    run(db, SQL["blank_segments"], (account_id,))


def delete_webhooks(db: Transaction, account_id: int) -> None:
    """Delete the webhooks of an account."""
    for webhook in webhooks.webhooks_of_account(db, account_id):
        webhooks.delete_webhook(db, webhook.id)


def delete_providers(db: Transaction, account_id: int) -> None:
    """Delete the providers of an account, whose URLs stop working."""
    for provider in providers.providers_of_account(db, account_id):
        providers.delete_provider(db, provider.id)


def delete_types(db: Transaction, account_id: int, now: datetime) -> None:
    """Delete the contact types of an account with their fields and events, and keep the ids; contacts follow in steps
    (`delete_some_contacts`)."""
    for type_id in type_ids(db, account_id):
        if types.is_live(db, type_id):
            remove_of_type(db, type_id)
            change_log.record_field_changes(db, type_id, now)
        run(db, SQL["delete_fields"], (type_id,))
    run(db, SQL["close_types"], (to_micros(now), account_id))


def delete_some_contacts(db: Transaction, type_id: int, most: int, now: datetime) -> int:
    """Delete some contacts of a deleted type, and return how many."""
    ids = select(db, int, SQL["some_contacts"], (type_id, most))
    if ids:
        listed = (msgspec.json.encode(ids).decode(),)
        run(db, SQL["delete_prior_values"], listed)
        run(db, SQL["delete_contacts"], listed)
        change_log.record_contact_changes(db, type_id, ids, now, Cause.DELETION)
        erasure.request_erasure(db, now)
    return len(ids)


def delete_access(db: Transaction, account_id: int) -> None:
    """Delete the keys, sessions and invitations of an account."""
    for name in ACCESS:
        run(db, SQL[name], (account_id,))


def delete_rest(db: Transaction, account_id: int) -> None:
    """Delete what else an account owns."""
    for name in REST:
        run(db, SQL[name], (account_id,))


def _deleted(id_: int, deleted_at: int, actor: str | None) -> DeletedAccount:
    return DeletedAccount(id_, from_micros(deleted_at), actor)
