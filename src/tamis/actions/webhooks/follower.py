"""Following the changes for one webhook: the next message, its attempts, and the pauses between them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from tamis import log
from tamis.actions.services import Services
from tamis.actions.webhooks.deliveries import DeliveryCounters, Sent, record_attempt, send_signed
from tamis.actions.webhooks.messages import Batch, OutgoingPage
from tamis.actions.webhooks.sender import Sender
from tamis.domain.errors import TamisError
from tamis.domain.webhooks import MAX_PAUSE, DeliveryOutcome, OpenMessage, Webhook, make_message_id
from tamis.records import webhooks
from tamis.records.handles import Transaction

P = ParamSpec("P")
T = TypeVar("T")
RETRY_SECONDS = 5.0
"""The pause after an error of our own, such as a full disk."""
CLOCK_SECONDS = 60.0
"""The clock is read again so often during a pause: it may be corrected."""
MAX_CONCURRENT = 1_000
"""So many attempts run at a time: each has a connection, and holds a message in memory."""
MAX_PASSED = 10_000
"""A webhook passes so many numbers that it does not select before its position is stored."""

ReadPage = Callable[[int, int, int | None], Awaitable[OutgoingPage]]
"""Reads a page of the changes of an account with numbers above one, up to another one or, with None, to the last."""


@dataclass(frozen=True)
class Delivering:
    """What all webhooks are delivered with; `sleep` and the clock of the services decide when retries are due."""

    services: Services
    read_page: ReadPage
    sender: Sender
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    counters: DeliveryCounters = field(default_factory=DeliveryCounters)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT))

    async def write(
        self, account_id: int, action: Callable[Concatenate[Transaction, datetime, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """Run an action that writes, and wait until the write is on disk."""
        future: Future[T] = self.services.submit_of(account_id, action, *args, **kw)
        return await asyncio.wrap_future(future)


class Follower:
    """Delivers the changes of one webhook, as it was when this was made: an edited one gets another follower."""

    def __init__(self, webhook: Webhook, delivering: Delivering) -> None:
        self.webhook = webhook
        self.pending_since: datetime | None = None
        """When the first change of the message that is being delivered was made."""
        self.is_attempting = False
        self._with = delivering
        self._passed = webhook.position
        """Changes up to this number are delivered or not selected."""
        self._task: asyncio.Task[None] | None = None
        self._is_woken = False

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """The running task, or None while there is nothing to deliver."""
        return self._task

    def wake(self) -> None:
        """Look for changes now, or again after the running message."""
        self._is_woken = True
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._is_woken:
                self._is_woken = False
                await self._deliver_all()
        finally:
            self._task = None

    async def _deliver_all(self) -> None:
        webhook_id = self.webhook.id
        while True:
            try:
                while await self._deliver_next():
                    pass
                return
            except TamisError as error:
                log.event("webhook_not_served", level=logging.ERROR, webhook=webhook_id, reason=str(error))
            except Exception as error:  # the other webhooks must go on
                log.event("fault", level=logging.ERROR, error=error, interface="webhooks", webhook=webhook_id)
            await asyncio.sleep(RETRY_SECONDS)

    async def _deliver_next(self) -> bool:
        """Attempt to deliver the next message; return False when there is none, or when the webhook was edited."""
        services = self._with.services
        db = services.records.reader()
        webhook = webhooks.webhook_by_id(db, self.webhook.account_id, self.webhook.id)
        if webhook is None or not webhook.is_enabled or webhook.revision != self.webhook.revision:
            return False
        self.webhook = webhook
        if webhook.next_attempt_at:
            await self._wait_until(webhook.next_attempt_at)
        message = webhooks.open_message(db, webhook.id)
        after = webhook.position if message else max(self._passed, webhook.position)
        batch, last = await self._collect(webhook, after, message)
        if not batch.encoded:
            return await self._pass(webhook, message, last)
        if message is None:
            message = OpenMessage(make_message_id(), last)
            if not await self._write(webhooks.record_message, webhook.position, after, message):
                return True  # moved, edited, or just written by the follower before: read again
        await self._attempt(webhook, after, message, batch)
        return True

    async def _collect(self, webhook: Webhook, after: int, message: OpenMessage | None) -> tuple[Batch, int]:
        """Read the changes of the message that is being delivered, or of the next one, and up to which number it
        goes."""
        batch, number = Batch(), after
        while True:
            page = await self._with.read_page(webhook.account_id, number, message.last if message else None)
            for change in page.changes:
                if webhook.selects(change.type, change.segment_id) and not batch.add(change):
                    return batch, batch.last
            if page.last <= number or (not batch.encoded and page.last - after >= MAX_PASSED):
                return batch, max(page.last, number)
            number = page.last

    async def _pass(self, webhook: Webhook, message: OpenMessage | None, number: int) -> bool:
        """Pass changes that are not selected, or that the history has lost since the message was made; return whether
        there may be more."""
        if message:
            await self._write(webhooks.record_success, message.id)
            return True
        must_store = number - webhook.position >= MAX_PASSED
        if must_store and not await self._write(webhooks.skip_to, webhook.position, number):
            return True
        is_further, self._passed = number > self._passed, number
        return is_further

    async def _attempt(self, webhook: Webhook, after: int, message: OpenMessage, batch: Batch) -> None:
        services = self._with.services
        async with self._with.slots:
            started_at = services.clock()
            secrets = webhooks.secrets_of(services.records.reader(), webhook.id)
            if secrets is None:
                return
            self.is_attempting, self.pending_since = True, batch.first_at
            try:
                body = batch.body(message.last)
                answer = await send_signed(self._with.sender, webhook, secrets, message.id, started_at, body)
                sent = Sent(message, after, len(batch.encoded), started_at, answer)
                await self._with.write(webhook.account_id, record_attempt, webhook, sent)
            finally:
                self.is_attempting = False
        self._with.counters.attempts[answer.outcome] += 1
        if answer.outcome == DeliveryOutcome.DELIVERED:
            self._with.counters.changes += len(batch.encoded)
            self._passed, self.pending_since = message.last, None

    async def _wait_until(self, instant: datetime) -> None:
        """Wait until an instant, but no longer than a pause can be: the clock may have been ahead when it began."""
        left = MAX_PAUSE.total_seconds()
        while left > 0 and (seconds := (instant - self._with.services.clock()).total_seconds()) > 0:
            seconds = min(seconds, CLOCK_SECONDS)
            await self._with.sleep(seconds)
            left -= seconds

    async def _write(self, action: Callable[Concatenate[Transaction, int, P], T], *args: P.args, **kw: P.kwargs) -> T:
        webhook_id = self.webhook.id
        return await self._with.write(self.webhook.account_id, lambda db, _: action(db, webhook_id, *args, **kw))
