"""Creating, editing and deleting webhooks, and moving them through the changes of their account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from tamis.actions.audit import record_entry
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.urls import check_url
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Detail, Subject
from tamis.domain.errors import Invalid, NotFound, Problem, Refused, ValueProblem
from tamis.domain.segments.changes import ChangeType
from tamis.domain.values.text import line_problem
from tamis.domain.webhooks import (
    MAX_WEBHOOKS,
    SECRET_OVERLAP,
    Delivery,
    DisabledReason,
    NewSecret,
    Webhook,
    make_secret,
)
from tamis.records import webhooks
from tamis.records.handles import Reader, Transaction
from tamis.records.history.read import read_position
from tamis.records.segments import segments

T = TypeVar("T")
CHANGE_TYPES = {str(type_): type_ for type_ in ChangeType}


@dataclass(frozen=True, slots=True)
class WebhookEdit:
    """What is changed of a webhook; None stays as it is. No types or segment ids select all."""

    url: str | None = None
    description: str | None = None
    types: Sequence[str] | None = None
    segment_ids: Sequence[int] | None = None
    enabled: bool | None = None


def list_webhooks(db: Reader, account: Account) -> list[Webhook]:
    """List the webhooks of an account, oldest first."""
    return webhooks.webhooks_of_account(db, account.id)


def find_webhook(db: Reader, account: Account, webhook_id: int) -> Webhook:
    """Return a webhook; raises NotFound."""
    found = webhooks.webhook_by_id(db, account.id, webhook_id)
    if found is None:
        raise NotFound("webhook_unknown", webhook=webhook_id)
    return found


def list_deliveries(
    db: Reader, account: Account, webhook_id: int, before: int | None = None, limit: int = 100
) -> list[Delivery]:
    """List the attempts of a webhook, newest first, from before a number; raises NotFound."""
    return webhooks.read_deliveries(db, find_webhook(db, account, webhook_id).id, before, limit)


def newest_number(db: Reader) -> int:
    """Return the number of the newest change of all accounts."""
    return read_position(db).number


def create_webhook(
    db: Transaction, now: datetime, account: Account, policy: AddressPolicy, wanted: WebhookEdit
) -> NewSecret:
    """Create a webhook for the changes from now on; returns it with its secret, the only time that it is shown. Raises
    Invalid, and Refused when the account has too many."""
    url = (wanted.url or "").strip()
    _require_valid(db, account, policy, replace(wanted, url=url))
    if webhooks.count_webhooks(db, account.id) >= MAX_WEBHOOKS:
        raise Refused("too_many_webhooks", most=MAX_WEBHOOKS)
    secret = make_secret()
    id_ = webhooks.insert_webhook(
        db,
        account.id,
        url,
        (wanted.description or "").strip(),
        _distinct(wanted.types or ()),
        _distinct(wanted.segment_ids or ()),
        secret,
        newest_number(db),
        now,
    )
    if wanted.enabled is False:
        webhooks.disable_webhook(db, id_, DisabledReason.MANUAL, now)
    created = find_webhook(db, account, id_)
    _record(db, now, created, AuditAction.WEBHOOK_CREATED)
    return NewSecret(created, secret)


def edit_webhook(
    db: Transaction, now: datetime, account: Account, policy: AddressPolicy, webhook_id: int, edit: WebhookEdit
) -> Webhook:
    """Edit a webhook: one that is enabled again goes on where it was, and a failing one is tried at once. Raises
    NotFound and Invalid."""
    webhook = find_webhook(db, account, webhook_id)
    edit = replace(edit, url=None if edit.url is None else edit.url.strip())
    _require_valid(db, account, policy, edit)
    changed = replace(
        webhook,
        url=webhook.url if edit.url is None else edit.url,
        description=webhook.description if edit.description is None else edit.description.strip(),
        types=webhook.types if edit.types is None else tuple(CHANGE_TYPES[type_] for type_ in _distinct(edit.types)),
        segment_ids=webhook.segment_ids if edit.segment_ids is None else _distinct(edit.segment_ids),
    )
    if changed != webhook:
        webhooks.update_webhook(db, replace(changed, updated_at=now))
        if (changed.types, changed.segment_ids) != (webhook.types, webhook.segment_ids):
            webhooks.discard_message(db, webhook_id)  # one id never has two contents
    if changed != webhook or webhook.failures:
        webhooks.restart_attempts(db, webhook_id)
    if edit.enabled and not webhook.is_enabled:
        webhooks.enable_webhook(db, webhook_id)
    elif edit.enabled is False and webhook.is_enabled:
        webhooks.disable_webhook(db, webhook_id, DisabledReason.MANUAL, now)
    edited = find_webhook(db, account, webhook_id)
    if edited.revision != webhook.revision:
        _record(db, now, edited, AuditAction.WEBHOOK_CHANGED, enabled=edited.is_enabled)
    return edited


def delete_webhook(db: Transaction, now: datetime, account: Account, webhook_id: int) -> None:
    """Delete a webhook with the log of its deliveries; raises NotFound."""
    deleted = find_webhook(db, account, webhook_id)
    webhooks.delete_webhook(db, webhook_id)
    _record(db, now, deleted, AuditAction.WEBHOOK_DELETED)


def rotate_secret(db: Transaction, now: datetime, account: Account, webhook_id: int) -> NewSecret:
    """Make a new secret for a webhook, and return it, the only time that it is shown. Deliveries are signed with the
    previous one, too, for 24 hours. Raises NotFound."""
    find_webhook(db, account, webhook_id)
    secret = make_secret()
    webhooks.rotate_secret(db, webhook_id, secret, now + SECRET_OVERLAP, now)
    rotated = find_webhook(db, account, webhook_id)
    _record(db, now, rotated, AuditAction.WEBHOOK_SECRET_ROTATED)
    return NewSecret(rotated, secret)


def replay_changes(db: Transaction, now: datetime, account: Account, webhook_id: int, after: int) -> Webhook:
    """Deliver the changes after a number again, or skip those up to it. Raises NotFound, and Invalid for a number that
    there is not yet."""
    find_webhook(db, account, webhook_id)
    last = newest_number(db)
    if not 0 <= after <= last:
        raise Invalid([Problem("after", "change_number_out_of_range", last=last)])
    webhooks.move_webhook(db, webhook_id, after)
    webhooks.restart_attempts(db, webhook_id)
    moved = find_webhook(db, account, webhook_id)
    _record(db, now, moved, AuditAction.WEBHOOK_REPLAYED, after=after)
    return moved


def show_new_secret(db: Reader, account: Account, webhook_id: int) -> NewSecret:
    """Return a webhook with its secret, for the answer to the request that has made it; raises NotFound."""
    webhook, secrets = find_webhook(db, account, webhook_id), webhooks.secrets_of(db, webhook_id)
    if secrets is None:
        raise NotFound("webhook_unknown", webhook=webhook_id)
    return NewSecret(webhook, secrets.current)


def _record(db: Transaction, now: datetime, webhook: Webhook, action: AuditAction, **details: Detail) -> None:
    """Record an action, without the URL, which may contain a secret."""
    record_entry(db, now, webhook.account_id, action, Subject("webhook", webhook.id, webhook.description), **details)


def _require_valid(db: Reader, account: Account, policy: AddressPolicy, edit: WebhookEdit) -> None:
    problems = []
    if edit.url is not None:
        try:
            check_url(edit.url, policy)
        except ValueProblem as problem:
            problems.append(Problem.of("url", problem.message))
    if edit.description is not None and (wrong := line_problem(edit.description)):
        problems.append(Problem.of("description", wrong))
    for number, type_ in enumerate(edit.types or ()):
        if type_ not in CHANGE_TYPES:
            problems.append(Problem(f"types[{number}]", "change_type_unknown", known=list(CHANGE_TYPES)))
    if edit.segment_ids:
        known = {segment.id for segment in segments.live_of_account(db, account.id)}
        problems += [
            Problem(f"segment_ids[{number}]", "segment_unknown", segment=segment_id)
            for number, segment_id in enumerate(edit.segment_ids)
            if segment_id not in known
        ]
    if problems:
        raise Invalid(problems)


def _distinct(values: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
