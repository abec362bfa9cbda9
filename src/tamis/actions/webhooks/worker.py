"""The thread that delivers changes to webhooks: one event loop, and one task for each webhook that has something to
deliver. A receiver that hangs keeps only its own task waiting, and an idle webhook has none."""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tamis import log
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.deliveries import DeliveryCounters
from tamis.actions.webhooks.follower import RETRY_SECONDS, Delivering, Follower
from tamis.actions.webhooks.messages import OutgoingPage, read_outgoing
from tamis.actions.webhooks.sender import Sender
from tamis.domain.errors import TamisError
from tamis.records import webhooks
from tamis.records.change_log import last_change

TICK_SECONDS = 0.25
"""How often the worker looks for edited webhooks, and for writes that are not projected yet."""
STOP_SECONDS = 3.0
"""How long running attempts may take when the server stops. One that is cut off is made again, with the same id."""
CLEANUP_SECONDS = 3600.0

ReadChanges = Callable[[int, int, int | None], OutgoingPage]
"""Reads a page of the changes of an account with numbers above one, up to another one or, with None, to the last."""


class WebhookWorker:
    """Delivers changes until it is stopped. `sleep` and the clock of the services decide when retries are due."""

    def __init__(
        self,
        services: Services,
        read_changes: ReadChanges,
        sender: Sender,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._services, self._read_changes = services, read_changes
        self._delivering = Delivering(services, self._read_page, sender, sleep)
        self._followers: dict[int, Follower] = {}
        self._by_account: dict[int, dict[int, Follower]] = defaultdict(dict)
        self._revision = -1
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="webhook-changes")
        self._pages: dict[tuple[int, int, int | None], asyncio.Future[OutgoingPage]] = {}
        """The pages that are being read: webhooks that are equally far share them."""
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def counters(self) -> DeliveryCounters:
        """What was delivered since the server started."""
        return self._delivering.counters

    @property
    def lag_seconds(self) -> float:
        """How long the oldest change that is being delivered has waited."""
        now = self._services.clock()
        waiting = [follower.pending_since for follower in list(self._followers.values()) if follower.pending_since]
        return max(((now - since).total_seconds() for since in waiting), default=0.0)

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set."""
        try:
            asyncio.run(self._run(stop))
        finally:
            self._readers.shutdown(cancel_futures=True)

    def wake(self, account_ids: frozenset[int] | None = None) -> None:
        """Look for new changes of some accounts, or of all; from any thread."""
        if self._followers and self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, account_ids)

    async def _run(self, stop: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        next_cleanup = self._loop.time()
        while not stop.is_set():
            try:
                self._reload()
                self._want_projection()
                if self._loop.time() >= next_cleanup:
                    next_cleanup += CLEANUP_SECONDS
                    await self._clean_up()
            except TamisError as error:
                log.event("webhooks_not_read", level=logging.ERROR, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # the thread must go on
                log.event("fault", level=logging.ERROR, error=error, interface="webhooks")
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(TICK_SECONDS)
        await self._end_tasks()

    def _wake(self, account_ids: frozenset[int] | None) -> None:
        self._pages.clear()  # pages that are being read may lack the new changes
        for account_id in self._by_account if account_ids is None else account_ids:
            for follower in self._by_account.get(account_id, {}).values():
                follower.wake()

    def _want_projection(self) -> None:
        """Have the projector run if it lags: by itself, it may sleep for a second."""
        columns = self._services.columns_if_open
        if self._followers and columns and last_change(self._services.records.reader()) > (columns.applied or 0):
            self._services.hub.wake_projector()

    def _reload(self) -> None:
        """Take over webhooks that were created, edited or deleted."""
        db = self._services.records.reader()
        revision = webhooks.read_revision(db)
        if revision == self._revision:
            return
        enabled = {webhook.id: webhook for webhook in webhooks.enabled_webhooks(db)}
        for follower in list(self._followers.values()):
            known = follower.webhook
            if known.id not in enabled or enabled[known.id].revision != known.revision:
                if follower.task:
                    follower.task.cancel()
                del self._followers[known.id], self._by_account[known.account_id][known.id]
        for webhook in enabled.values():
            if webhook.id not in self._followers:
                follower = Follower(webhook, self._delivering)
                self._followers[webhook.id] = self._by_account[webhook.account_id][webhook.id] = follower
                follower.wake()
        self._revision = revision

    async def _read_page(self, account_id: int, after: int, up_to: int | None) -> OutgoingPage:
        """Read a page in a thread, unless it is being read for another webhook."""
        key = account_id, after, up_to
        reading = self._pages.get(key)
        if reading is None:
            loop = asyncio.get_running_loop()
            reading = self._pages[key] = loop.run_in_executor(self._readers, self._read_changes, *key)
            reading.add_done_callback(lambda read: self._drop_page(key, read))
        return await asyncio.shield(reading)

    def _drop_page(self, key: tuple[int, int, int | None], reading: "asyncio.Future[OutgoingPage]") -> None:
        if self._pages.get(key) is reading:
            del self._pages[key]
        if not reading.cancelled():
            reading.exception()  # those who wait have it; perhaps nobody does any more

    async def _clean_up(self) -> None:
        if webhooks.has_expired(self._services.records.reader(), self._services.clock()):
            await self._delivering.write(0, webhooks.delete_expired)

    async def _end_tasks(self) -> None:
        """Let running attempts end for a short while; the others end at once."""
        running = [(follower, follower.task) for follower in self._followers.values() if follower.task]
        for follower, task in running:
            if not follower.is_attempting:
                task.cancel()
        if running:
            _, late = await asyncio.wait([task for _, task in running], timeout=STOP_SECONDS)
            for task in late:
                task.cancel()


def make_webhook_worker(services: Services) -> WebhookWorker:
    """Make the worker of a server, which hears of the accounts that have changes."""
    sender = Sender(AddressPolicy(services.settings.webhook_networks))
    worker = WebhookWorker(services, partial(read_outgoing, services), sender)
    services.recent_changes.call_on_accounts(worker.wake)
    return worker
