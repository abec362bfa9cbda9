"""Attempts to deliver: signing, recording what became of them, and tests."""

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tamis import log
from tamis.actions.audit import record_entry
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.messages import body_of_test
from tamis.actions.webhooks.sender import Answer, Sender
from tamis.domain.accounts.actors import SERVER
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.errors import NotFound
from tamis.domain.webhooks import (
    Attempt,
    Delivery,
    DeliveryOutcome,
    DisabledReason,
    OpenMessage,
    Secrets,
    Webhook,
    make_message_id,
    next_attempt,
    signed_headers,
)
from tamis.records import webhooks
from tamis.records.handles import Transaction


@dataclass(slots=True)
class DeliveryCounters:
    """What a server has delivered since it started."""

    attempts: Counter[DeliveryOutcome] = field(default_factory=Counter)
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: the changes after a number up to `message.last`, which are `changes` many."""

    message: OpenMessage
    after: int
    changes: int
    started_at: datetime
    answer: Answer


async def send_signed(
    sender: Sender, webhook: Webhook, secrets: Secrets, message_id: str, now: datetime, body: bytes
) -> Answer:
    """Send a message to a webhook, signed with its secrets of an instant."""
    return await sender.send(webhook.url, signed_headers(secrets.valid_at(now), message_id, now, body), body)


def record_attempt(db: Transaction, now: datetime, webhook: Webhook, sent: Sent) -> None:
    """Record an attempt: a delivered message moves the webhook on, a failed one is tried again later, for three days.
    Does nothing for a webhook that was deleted meanwhile; one that was moved meanwhile stays where it is."""
    answer, message = sent.answer, sent.message
    is_delivered = answer.outcome == DeliveryOutcome.DELIVERED
    attempt = Attempt(
        message.id,
        False,
        webhook.failures + 1,
        sent.started_at,
        timedelta(seconds=answer.seconds),
        answer.outcome,
        answer.status,
        "" if is_delivered else answer.text,
        sent.after,
        message.last,
        sent.changes,
    )
    if webhooks.log_attempt(db, webhook.id, attempt) is None:
        return
    if is_delivered:
        webhooks.record_success(db, webhook.id, message.id)
        return
    failures, since = webhook.failures + 1, webhook.failing_since or sent.started_at
    next_at = None if answer.outcome == DeliveryOutcome.GONE else next_attempt(now, failures, since, random.random())
    is_current = webhooks.record_failure(db, webhook.id, message.id, failures, since, next_at)
    if is_current and next_at is None:
        reason = DisabledReason.GONE if answer.outcome == DeliveryOutcome.GONE else DisabledReason.FAILING
        webhooks.disable_webhook(db, webhook.id, reason, now)
        subject = Subject("webhook", webhook.id, webhook.description)
        record_entry(
            db.acting_as(SERVER), now, webhook.account_id, AuditAction.WEBHOOK_DISABLED, subject, reason=str(reason)
        )
        log.event(
            "webhook_disabled", level=logging.WARNING, account=webhook.account_id, webhook=webhook.id, reason=reason
        )
    elif is_current and failures == 1:
        log.event("webhook_failed", account=webhook.account_id, webhook=webhook.id, outcome=answer.outcome)


async def send_test(services: Services, webhook: Webhook) -> Delivery:
    """Send a test to a webhook now, also to a disabled one, and return what became of it; raises NotFound when the
    webhook was deleted."""
    secrets, now = webhooks.secrets_of(services.records.reader(), webhook.id), services.clock()
    if secrets is None:
        raise NotFound("webhook_unknown", webhook=webhook.id)
    sender = Sender(AddressPolicy(services.settings.webhook_networks))
    message_id = make_message_id()
    answer = await send_signed(sender, webhook, secrets, message_id, now, body_of_test(now))
    duration = timedelta(seconds=answer.seconds)
    attempt = Attempt(message_id, True, 1, now, duration, answer.outcome, answer.status, answer.text, None, None, 0)
    number = await asyncio.wrap_future(services.submit_of(webhook.account_id, _log_test, webhook, attempt))
    if number is None:
        raise NotFound("webhook_unknown", webhook=webhook.id)
    return Delivery(number, attempt)


def _log_test(db: Transaction, _now: datetime, webhook: Webhook, attempt: Attempt) -> int | None:
    return webhooks.log_attempt(db, webhook.id, attempt)
