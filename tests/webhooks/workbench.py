"""What the tests of deliveries share: an account, changes of it in memory, and a worker that delivers them."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any, Protocol

from tamis.actions.accounts.accounts import create_account
from tamis.actions.changes.change_format import ChangeOut
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.messages import OutgoingPage
from tamis.actions.webhooks.registration import (
    WebhookEdit,
    create_webhook,
    edit_webhook,
    find_webhook,
    list_deliveries,
)
from tamis.actions.webhooks.sender import Sender
from tamis.actions.webhooks.worker import WebhookWorker
from tamis.domain.segments.changes import ChangeType
from tamis.domain.webhooks import Attempt, NewSecret, Webhook
from tests.support.receiver import TIMEOUT_SECONDS

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = 100


class MovableClock(Protocol):
    """A clock that waiting moves."""

    ahead: timedelta


class Feed:
    """Changes of accounts, in memory; one of another account lies between any two."""

    def __init__(self) -> None:
        self.last = 0
        self.reads = 0
        self._changes: dict[int, list[ChangeOut]] = {}

    def add(
        self, account_id: int, count: int = 1, segment_id: int = 1, type: ChangeType = ChangeType.ENTERED
    ) -> list[int]:
        """Add changes; returns their numbers."""
        changes = self._changes.setdefault(account_id, [])
        numbers = range(self.last + 2, self.last + 2 + 2 * count, 2)
        at = BEGIN + timedelta(seconds=self.last)
        changes += [ChangeOut(n, type, segment_id, n, f"person{n}@example.org", at, "contact_changed") for n in numbers]
        self.last = numbers[-1]
        return list(numbers)

    def read(self, account_id: int, after: int, up_to: int | None) -> OutgoingPage:
        """Read a page."""
        self.reads += 1
        last = self.last if up_to is None else min(up_to, self.last)
        found = [change for change in self._changes.get(account_id, ()) if after < change.id <= last][:PAGE]
        return OutgoingPage(found, found[-1].id if len(found) == PAGE else max(last, after))


class Workbench:
    """An account with webhooks; `sender` sends what the worker delivers."""

    def __init__(self, services: Services, clock: MovableClock, policy: AddressPolicy) -> None:
        self.services, self.clock, self.policy = services, clock, policy
        self.feed = Feed()
        self.account = self.new_account("owner@example.org")
        self.seconds = 15.0

    def new_account(self, email: str) -> Any:
        """Make another account."""
        return self.services.write(create_account, email, "UTC", None)[0]

    @contextmanager
    def running(self, sleep: Callable[[float], Awaitable[None]] | None = None) -> Iterator[WebhookWorker]:
        """Deliver during a block; pauses end at once, and move the clock, unless there is another `sleep`."""

        async def pause(seconds: float) -> None:
            self.clock.ahead += timedelta(seconds=seconds)
            await asyncio.sleep(0)

        sender = Sender(self.policy, seconds=self.seconds)
        self.worker = WebhookWorker(self.services, self.feed.read, sender, sleep or pause)
        stop = threading.Event()
        thread = threading.Thread(target=self.worker.run, args=(stop,))
        thread.start()
        try:
            yield self.worker
        finally:
            stop.set()
            thread.join()

    def create(self, url: str, account: Any = None, **wanted: Any) -> NewSecret:
        """Create a webhook."""
        account = account or self.account
        return self.services.write(create_webhook, account, self.policy, WebhookEdit(url=url, **wanted))

    def edit(self, webhook: Webhook, **edit: Any) -> Webhook:
        """Edit a webhook."""
        return self.services.write(edit_webhook, self.account, self.policy, webhook.id, WebhookEdit(**edit))

    def change(self, count: int = 1, account: Any = None, **change: Any) -> list[int]:
        """Add changes, and tell the worker."""
        account_id = (account or self.account).id
        numbers = self.feed.add(account_id, count, **change)
        self.worker.wake(frozenset({account_id}))
        return numbers

    def find(self, webhook: Webhook) -> Webhook:
        """Return a webhook as it is now."""
        return find_webhook(self.services.records.reader(), self.account, webhook.id)

    def attempts(self, webhook: Webhook) -> list[Attempt]:
        """Return the log of a webhook, oldest first."""
        found = list_deliveries(self.services.records.reader(), self.account, webhook.id, limit=10_000)
        return [delivery.attempt for delivery in reversed(found)]

    def wait_until(self, is_done: Callable[[], object]) -> None:
        """Wait until something is so."""
        until = monotonic() + TIMEOUT_SECONDS
        while not is_done():
            assert monotonic() < until
            sleep(0.01)
