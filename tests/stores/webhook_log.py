"""A receiver of webhooks that knows from what it got alone who is in which segment."""

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from tamis.actions.changes.change_format import ChangeOut
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.follower import Delivering, Follower
from tamis.actions.webhooks.messages import OutgoingPage, read_outgoing
from tamis.actions.webhooks.registration import (
    WebhookEdit,
    create_webhook,
    edit_webhook,
    find_webhook,
    replay_changes,
)
from tamis.actions.webhooks.sender import Sender
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.changes import FeedEntry
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.webhooks import Webhook
from tests.stores.feed_reader import FollowedMembers
from tests.support import receiver
from tests.support.event_loop import run_coroutine
from tests.support.receiver import Handler, Receiver

KILLED = "killed"
"""The receiver has what was sent, but Tamis ends before it knows."""
FAULTS = {
    "fails": receiver.answer(503),
    "fails_at_length": receiver.answer(500, b"x" * 100_000),
    "redirects": receiver.answer(302, location="http://127.0.0.1/elsewhere"),
    "closes": receiver.close,
}
"""What a receiver does that has lost the message."""


class WebhookLog(FollowedMembers):
    """Receives the changes of an account, in messages that come again or in several attempts."""

    def __init__(self, services: Services, account: Account) -> None:
        super().__init__(account, 1_000)
        self.numbers: list[int] = []
        """The numbers of all changes, each once, in the order in which they came."""
        self.emails: set[str] = set()
        """The emails of the changes that came last."""
        self._receiver = Receiver()
        self._policy = AddressPolicy(services.settings.webhook_networks)
        self._sender = Sender(self._policy)
        wanted = WebhookEdit(url=self._receiver.url)
        created = services.write(create_webhook, account, self._policy, wanted)
        self._id = created.id
        self._waited = timedelta()
        self._end: Callable[[], object] = lambda: None
        self._is_killed = False
        self._taken = 0

    def stop(self) -> None:
        """Receive no more."""
        self._receiver.stop()

    def deliver(self, services: Services, faults: Sequence[str], replay_after: int | None = None) -> None:
        """Have everything delivered while the receiver and Tamis fail as stated, and apply it to what is known."""
        if replay_after is not None:
            services.write(replay_changes, self.account, self._id, replay_after)
        self._receiver.script = [self._kill if fault == KILLED else partial(self._lose, fault) for fault in faults]
        self._is_killed = True
        while self._is_killed:
            self._is_killed = False
            if not self._webhook(services).is_enabled:  # it failed when three days passed
                services.write(edit_webhook, self.account, self._policy, self._id, WebhookEdit(enabled=True))
            run_coroutine(self._follow(services))
            self._is_killed |= not self._webhook(services).is_enabled
        entries = self._new_entries()
        self.emails = {entry.email for entry in entries if entry.email}
        self.apply(services, entries)

    def _webhook(self, services: Services) -> Webhook:
        return find_webhook(services.records.reader(), self.account, self._id)

    async def _follow(self, services: Services) -> None:
        """Deliver until nothing is left, or until Tamis is killed, after which the records alone know what was sent."""

        async def read_page(account_id: int, after: int, up_to: int | None) -> OutgoingPage:
            return read_outgoing(services, account_id, after, up_to)

        async def pause(seconds: float) -> None:
            self._waited += timedelta(seconds=seconds)

        def clock() -> datetime:
            return services.clock() + self._waited

        waiting = copy(services)
        waiting.clock = clock  # pauses move no other clock: members would enter and leave meanwhile
        follower = Follower(self._webhook(services), Delivering(waiting, read_page, self._sender, pause))
        follower.wake()
        task, loop = follower.task, asyncio.get_running_loop()
        assert task
        self._end = lambda: loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    def _lose(self, fault: str, handler: Handler) -> None:
        self._receiver.received.pop()
        FAULTS[fault](handler)

    def _kill(self, handler: Handler) -> None:
        self._is_killed = True
        self._end()
        receiver.OK(handler)

    def _new_entries(self) -> list[FeedEntry]:
        """Return what has come for the first time; a receiver knows by the number."""
        entries = []
        received = self._receiver.received
        for message in received[self._taken :]:
            changes = [_entry(change) for change in message.json["data"]["changes"]]
            numbers = [entry.number for entry in changes]
            assert numbers == sorted(set(numbers))
            new = [entry for entry in changes if not self.numbers or entry.number > self.numbers[-1]]
            entries += new
            self.numbers += [entry.number for entry in new]
        self._taken = len(received)
        return entries


def _entry(change: dict[str, Any]) -> FeedEntry:
    """Return a change as an entry of the feed; its cause is as programs know it, and matters to nobody here."""
    known = msgspec.convert(change, ChangeOut)
    recipient_id = None if known.recipient_id is msgspec.UNSET else known.recipient_id
    size = None if known.count is msgspec.UNSET else known.count
    found = (known.id, known.type, known.segment_id, recipient_id, known.contact_id, known.email, known.at)
    return FeedEntry(*found, Cause.FIRST, size)
