"""Webhooks and the log of their deliveries. Secrets leave this module only through `secrets_of`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from tamis.domain.segments.changes import ChangeType
from tamis.domain.values.instants import from_micros, to_micros
from tamis.domain.webhooks import (
    LOGGED_FOR,
    MAX_LOGGED,
    Attempt,
    Delivery,
    DeliveryOutcome,
    DisabledReason,
    OpenMessage,
    Secrets,
    Webhook,
)
from tamis.records.engine.sql import exists, insert, run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("webhooks")
MICROSECOND = timedelta(microseconds=1)
LAST_NUMBER = (1 << 63) - 1


def insert_webhook(
    db: Transaction,
    account_id: int,
    url: str,
    description: str,
    types: Iterable[str],
    segment_ids: Iterable[int],
    secret: str,
    position: int,
    now: datetime,
) -> int:
    """Add a webhook, and return its id; the caller has checked all values."""
    values = (account_id, url, description, _json(types), _json(segment_ids), secret, position, to_micros(now))
    webhook_id = insert(db, int, SQL["insert"], values)
    _raise_revision(db, webhook_id)
    return webhook_id


def webhooks_of_account(db: Reader, account_id: int) -> list[Webhook]:
    """List the webhooks of an account, oldest first."""
    return select(db, _webhook, SQL["of_account"], (account_id,))


def webhook_by_id(db: Reader, account_id: int, webhook_id: int) -> Webhook | None:
    """Find a webhook of an account."""
    return select_one(db, _webhook, SQL["by_id"], (webhook_id, account_id))


def enabled_webhooks(db: Reader) -> list[Webhook]:
    """List the webhooks of all accounts that are not disabled."""
    return select(db, _webhook, SQL["enabled"])


def count_webhooks(db: Reader, account_id: int) -> int:
    """Count the webhooks of an account."""
    return select_only(db, int, SQL["count"], (account_id,))


def read_revision(db: Reader) -> int:
    """Return a number that grows with every change that a person or program makes to a webhook."""
    return select_only(db, int, SQL["revision"])


def secrets_of(db: Reader, webhook_id: int) -> Secrets | None:
    """Return the secrets of a webhook, or None when it was deleted."""

    def make(current: str, previous: str | None, until: int | None) -> Secrets:
        return Secrets(current, previous, _instant(until))

    return select_one(db, make, SQL["secrets"], (webhook_id,))


def open_message(db: Reader, webhook_id: int) -> OpenMessage | None:
    """Return the message that is being delivered, or None."""
    return select_one(db, OpenMessage, SQL["open_message"], (webhook_id,))


def update_webhook(db: Transaction, changed: Webhook) -> None:
    """Store the URL, the description and the filters of a webhook."""
    values = (changed.url, changed.description, _json(changed.types), _json(changed.segment_ids))
    run(db, SQL["update"], (*values, to_micros(changed.updated_at), changed.id))
    _raise_revision(db, changed.id)


def restart_attempts(db: Transaction, webhook_id: int) -> None:
    """Forget the failures of a webhook, so that it is tried at once."""
    run(db, SQL["restart"], (webhook_id,))
    _raise_revision(db, webhook_id)


def enable_webhook(db: Transaction, webhook_id: int) -> None:
    """Enable a webhook, and try it at once."""
    run(db, SQL["enable"], (webhook_id,))
    restart_attempts(db, webhook_id)


def disable_webhook(db: Transaction, webhook_id: int, reason: DisabledReason, now: datetime) -> None:
    """Disable a webhook; does nothing if it is disabled already."""
    run(db, SQL["disable"], (to_micros(now), reason, webhook_id))
    _raise_revision(db, webhook_id)


def rotate_secret(db: Transaction, webhook_id: int, secret: str, previous_until: datetime, now: datetime) -> None:
    """Set the secret of a webhook; the one before it is valid until an instant."""
    run(db, SQL["rotate"], (to_micros(previous_until), secret, to_micros(now), webhook_id))
    _raise_revision(db, webhook_id)


def move_webhook(db: Transaction, webhook_id: int, position: int) -> None:
    """Set the position of a webhook; a message that is being delivered does not move it any more."""
    run(db, SQL["move"], (position, webhook_id))
    _raise_revision(db, webhook_id)


def discard_message(db: Transaction, webhook_id: int) -> None:
    """Discard the message that is being delivered; another one is made after the same position."""
    run(db, SQL["discard_message"], (webhook_id,))
    _raise_revision(db, webhook_id)


def delete_webhook(db: Transaction, webhook_id: int) -> None:
    """Delete a webhook with the log of its deliveries."""
    run(db, SQL["delete_deliveries"], (webhook_id,))
    run(db, SQL["delete"], (webhook_id,))
    _raise_revision(db, webhook_id)


def record_message(db: Transaction, webhook_id: int, position: int, after: int, message: OpenMessage) -> bool:
    """Record, before it is first sent, that a message with the changes after a number follows the position of a
    webhook; return False if the webhook was moved, disabled or deleted meanwhile."""
    return run(db, SQL["open"], (after, message.id, message.last, webhook_id, position)) > 0


def skip_to(db: Transaction, webhook_id: int, position: int, number: int) -> bool:
    """Move a webhook on over changes that it does not select; return False if it was moved meanwhile."""
    return run(db, SQL["skip"], (number, webhook_id, position)) > 0


def record_success(db: Transaction, webhook_id: int, message_id: str) -> None:
    """Move a webhook behind a delivered message, unless the message was discarded meanwhile."""
    run(db, SQL["deliver"], (webhook_id, message_id))


def record_failure(
    db: Transaction, webhook_id: int, message_id: str, failures: int, since: datetime, next_at: datetime | None
) -> bool:
    """Record a failed attempt; return False if the message was discarded meanwhile."""
    values = (failures, to_micros(since), to_micros(next_at) if next_at else None, webhook_id, message_id)
    return run(db, SQL["fail"], values) > 0


def log_attempt(db: Transaction, webhook_id: int, attempt: Attempt) -> int | None:
    """Add an attempt to the log of a webhook, and drop the oldest beyond the limit; return its number, or None when the
    webhook was deleted."""
    number = scalar(db, int, SQL["next_number"], (webhook_id,))
    if number is None:
        return None
    run(
        db,
        SQL["add_delivery"],
        (
            webhook_id,
            number,
            attempt.message_id,
            attempt.is_test,
            attempt.attempt,
            to_micros(attempt.started_at),
            attempt.duration // MICROSECOND,
            attempt.outcome,
            attempt.status,
            attempt.answer,
            attempt.after,
            attempt.last,
            attempt.changes,
        ),
    )
    run(db, SQL["trim_deliveries"], (webhook_id, number - MAX_LOGGED))
    return number


def read_deliveries(db: Reader, webhook_id: int, before: int | None, limit: int) -> list[Delivery]:
    """Read the log of a webhook, newest first, from before a number."""
    return select(db, _delivery, SQL["deliveries"], (webhook_id, before or LAST_NUMBER, limit))


def has_expired(db: Reader, now: datetime) -> bool:
    """Return whether there are deliveries or secrets to delete."""
    return exists(db, SQL["has_expired"], {"logged_after": to_micros(now - LOGGED_FOR), "now": to_micros(now)})


def delete_expired(db: Transaction, now: datetime) -> None:
    """Delete old deliveries, and previous secrets that have expired."""
    run(db, SQL["delete_expired_deliveries"], (to_micros(now - LOGGED_FOR),))
    run(db, SQL["delete_expired_secrets"], (to_micros(now),))


def _raise_revision(db: Transaction, webhook_id: int) -> None:
    run(db, SQL["raise_revision"])
    run(db, SQL["set_revision"], (webhook_id,))


def _json(values: Iterable[str] | Iterable[int]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _webhook(
    id_: int,
    account_id: int,
    url: str,
    description: str,
    types: str,
    segment_ids: str,
    position: int,
    failures: int,
    failing_since: int | None,
    next_attempt_at: int | None,
    disabled_at: int | None,
    disabled_reason: str | None,
    previous_secret_until: int | None,
    created_at: int,
    updated_at: int,
    revision: int,
) -> Webhook:
    return Webhook(
        id_,
        account_id,
        url,
        description,
        msgspec.json.decode(types, type=tuple[ChangeType, ...]),
        msgspec.json.decode(segment_ids, type=tuple[int, ...]),
        position,
        failures,
        _instant(failing_since),
        _instant(next_attempt_at),
        _instant(disabled_at),
        DisabledReason(disabled_reason) if disabled_reason else None,
        _instant(previous_secret_until),
        from_micros(created_at),
        from_micros(updated_at),
        revision,
    )


def _delivery(
    number: int,
    message_id: str,
    is_test: int,
    attempt: int,
    started_at: int,
    duration: int,
    outcome: str,
    status: int | None,
    answer: str,
    after: int | None,
    last: int | None,
    changes: int,
) -> Delivery:
    logged = Attempt(
        message_id,
        bool(is_test),
        attempt,
        from_micros(started_at),
        timedelta(microseconds=duration),
        DeliveryOutcome(outcome),
        status,
        answer,
        after,
        last,
        changes,
    )
    return Delivery(number, logged)
