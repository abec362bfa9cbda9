"""Listening to changes: pages that many listeners share, waiting without a thread, and streams of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass

import msgspec

from tamis.actions.changes.change_format import change_out
from tamis.actions.changes.feed import MAX_LIMIT, newest_number, read_feed, read_recent
from tamis.actions.services import Services
from tamis.domain.errors import Busy, TamisError
from tamis.domain.segments.changes import FeedPage
from tamis.web.projection_waiters import ProjectionWaiters
from tamis.web.request_tasks import run_in_lane

HEARTBEAT_SECONDS = 15.0
"""So often a stream sends something: proxies close quiet connections."""
MAX_LISTENERS = 100
"""How many requests of one key may listen at a time."""
RETRY = b"retry: 1000\n\n"
HEARTBEAT = b": still here\n\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The changes that a listener wants: those of an account, or of one of its segments."""

    account_id: int
    segment_id: int | None


class Listening:
    """Reads changes for all listeners of a server."""

    def __init__(self, services: Services, waiters: ProjectionWaiters) -> None:
        self._services, self._waiters = services, waiters
        self._reads: dict[tuple[Wanted, int, int], asyncio.Task[FeedPage]] = {}
        """The pages that are being read, by what is wanted, the number after which, and the limit."""
        self._recent: dict[tuple[Wanted, int, int], FeedPage | None] = {}
        """The pages that were read from memory since the last batch of the projector."""
        self._recent_end = 0
        self._listeners: Counter[str] = Counter()

    @contextmanager
    def listener(self, public_key: str) -> Iterator[None]:
        """Have changes projected promptly while a request of a key listens; raises Busy if too many do."""
        if self._listeners[public_key] >= MAX_LISTENERS:
            raise Busy("too_many_listeners", most=MAX_LISTENERS)
        self._listeners[public_key] += 1
        try:
            with self._services.hub.listen():
                yield
        finally:
            self._listeners[public_key] -= 1
            if not self._listeners[public_key]:
                del self._listeners[public_key]

    async def newest(self, account_id: int) -> int:
        """Return the number of the newest change."""
        return await run_in_lane(
            self._services.lanes.short, account_id, lambda: newest_number(self._services, account_id)
        )

    async def read(self, wanted: Wanted, after: int, limit: int) -> FeedPage:
        """Return the changes after a number; listeners that want the same at the same time share one read. Raises what
        `read_feed` does."""
        key = wanted, after, limit
        task = self._reads.get(key)
        if task is None:
            # In a context of its own, because the client that asks first may leave before the others.
            task = self._reads[key] = asyncio.create_task(self._read(wanted, after, limit), context=Context())
            task.add_done_callback(lambda _: self._reads.pop(key))
        return await asyncio.shield(task)

    async def wait(self, wanted: Wanted, after: int, seconds: float) -> bool:
        """Wait until there may be changes after a number, some seconds have passed, or the server stops; return whether
        there may be some."""

        def may_have_changes() -> bool:
            return self._services.recent_changes.newest(wanted.account_id, wanted.segment_id) > after

        await self._waiters.wait_for(may_have_changes, seconds)
        return may_have_changes()

    async def wait_for_page(self, wanted: Wanted, after: int, limit: int, seconds: float) -> FeedPage:
        """Return the changes after a number; while there are none, wait for some up to some seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        page = await self.read(wanted, after, limit)
        while not page.entries and await self.wait(wanted, page.last, until - loop.time()):
            page = await self._read_new(wanted, page.last, limit)
        return page

    async def open_stream(
        self, wanted: Wanted, page: FeedPage, public_key: str, require_valid_key: Callable[[], None]
    ) -> AsyncIterator[bytes]:
        """Return server-sent events from a first page on, which end when the server stops, the key is not valid any
        more, or changes cannot be read; the client then connects again. Raises Busy if too many requests of a key
        listen."""
        events = self._events(wanted, page, public_key, require_valid_key)
        begin = await anext(events)  # counts the listener, which cannot be refused once the response has begun

        async def all_events() -> AsyncIterator[bytes]:
            yield begin
            async for event in events:
                yield event

        return all_events()

    async def _events(
        self, wanted: Wanted, page: FeedPage, public_key: str, require_valid_key: Callable[[], None]
    ) -> AsyncIterator[bytes]:
        hub = self._services.hub
        with self.listener(public_key):
            yield RETRY + _encode(page)
            while True:
                has_changes = page.has_more or await self.wait(wanted, page.last, HEARTBEAT_SECONDS)
                if hub.is_closed:
                    return
                try:
                    require_valid_key()
                    if has_changes:
                        page = await self._read_new(wanted, page.last, MAX_LIMIT)
                except TamisError:
                    return
                yield _encode(page) if has_changes else HEARTBEAT

    async def _read_new(self, wanted: Wanted, after: int, limit: int) -> FeedPage:
        """Return the changes that a listener was woken for: mostly from memory, once for all that want the same."""
        end = self._services.recent_changes.end
        if end != self._recent_end:
            self._recent_end = end
            self._recent.clear()
        key = wanted, after, limit
        if key not in self._recent:
            self._recent[key] = read_recent(self._services, wanted.account_id, after, wanted.segment_id, limit)
        return self._recent[key] or await self.read(wanted, after, limit)

    async def _read(self, wanted: Wanted, after: int, limit: int) -> FeedPage:
        return await run_in_lane(
            self._services.lanes.short,
            wanted.account_id,
            lambda: read_feed(self._services, wanted.account_id, after, wanted.segment_id, limit),
        )


def _encode(page: FeedPage) -> bytes:
    """Return a page as server-sent events, and the position after it, which clients send as `Last-Event-ID`."""
    lines = [b"id: %d\ndata: %b\n\n" % (entry.number, msgspec.json.encode(change_out(entry))) for entry in page.entries]
    return b"".join([*lines, b"id: %d\n: %d\n\n" % (page.last, page.last)])
