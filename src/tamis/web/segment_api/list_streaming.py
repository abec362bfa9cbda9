"""Streaming of long lists page by page: neither their length nor a slow reader costs memory or threads."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tamis.actions.lanes import Lane
from tamis.domain.errors import Busy
from tamis.web.http import Request, StreamedResponse
from tamis.web.request_tasks import run_in_lane

ITEMS_PER_CHUNK = 2_000
"""Items that are passed to the connection at a time: about a third of a megabyte, buffered until read."""
IDLE_SECONDS = 1.0
"""After this long without reading, the pages fetched for a reader are dropped, and fetched again when it continues."""


class ListChunk(NamedTuple):
    """Consecutive items: how many, the id of the last one, and their JSON separated by commas."""

    length: int
    last: int
    items: bytes


def chunk_rows(rows: Sequence[tuple[int, str]]) -> list[ListChunk]:
    """Split a page of items into chunks."""
    parts = (rows[start : start + ITEMS_PER_CHUNK] for start in range(0, len(rows), ITEMS_PER_CHUNK))
    return [ListChunk(len(part), part[-1][0], ",".join([row[1] for row in part]).encode()) for part in parts]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A requested list: `page` returns the chunks after an id, of at most a number of items in all."""

    name: str
    page: Callable[[int, int], list[ListChunk]]
    after: int
    limit: int
    page_size: int


class ListStreams:
    """The lists being streamed; each account waits for its own pages only."""

    def __init__(self, lane: Lane, most_open: int) -> None:
        self._lane = lane
        self._most_open = most_open
        self._open: Counter[int] = Counter()

    async def stream(self, query: ListQuery, account_id: int, request: Request) -> StreamedResponse:
        """Return the response; raises Busy, and what fetching the first page raises."""
        if self._open[account_id] >= self._most_open:
            raise Busy("too_many_lists_of_account")
        size = min(query.page_size, query.limit)
        chunks = deque(await run_in_lane(self._lane, account_id, lambda: query.page(query.after, size)))
        first = chunks.popleft() if chunks else ListChunk(0, query.after, b"")
        head = b'{"status":"success","message":{"' + query.name.encode() + b'":['
        is_last = first.length + sum(chunk.length for chunk in chunks) < size
        return StreamedResponse(head + first.items, self._rest(query, account_id, request, first, chunks, is_last))

    async def _rest(
        self,
        query: ListQuery,
        account_id: int,
        request: Request,
        first: ListChunk,
        fetched: deque[ListChunk],
        is_last: bool,
    ) -> AsyncIterator[bytes]:
        reader = _Reader(self._lane, query, account_id, first, fetched, is_last)
        disconnected = asyncio.ensure_future(_wait_for_disconnect(request))
        self._open[account_id] += 1
        try:
            while not disconnected.done() and (chunk := await reader.next_chunk()):
                idle_timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, reader.drop_buffer)
                yield b"," + chunk.items
                idle_timer.cancel()
            yield b"]}}"
        finally:
            self._open[account_id] -= 1
            if not self._open[account_id]:
                del self._open[account_id]
            disconnected.cancel()
            reader.drop_buffer()


class _Reader:
    """The state of a stream: what was sent, fetched, and is being fetched."""

    def __init__(
        self,
        lane: Lane,
        query: ListQuery,
        account_id: int,
        first: ListChunk,
        fetched: deque[ListChunk],
        is_last: bool,
    ) -> None:
        self._lane = lane
        self._query = query
        self._account_id = account_id
        self._last_sent = first
        self._remaining = query.limit - first.length
        self._fetched = fetched
        self._is_last = is_last
        self._next_page: asyncio.Future[list[ListChunk]] | None = None
        self._requested = 0

    async def next_chunk(self) -> ListChunk | None:
        """Return the next chunk, fetching a page if needed; None at the end."""
        self._prefetch()
        if not self._fetched and self._next_page:
            requested, next_page = self._requested, self._next_page
            page = await next_page
            self._next_page = None
            self._fetched.extend(page)
            self._is_last = sum(chunk.length for chunk in page) < requested
            self._prefetch()
        if not self._fetched:
            return None
        self._last_sent = self._fetched.popleft()
        self._remaining -= self._last_sent.length
        return self._last_sent

    def drop_buffer(self) -> None:
        """Drop what was fetched and not sent."""
        if self._fetched or self._next_page:
            self._fetched.clear()
            self._is_last = False
        if self._next_page:
            self._next_page.cancel()
            self._next_page = None

    def _prefetch(self) -> None:
        """Fetch the next page while the last one is being sent."""
        last = self._fetched[-1].last if self._fetched else self._last_sent.last
        self._requested = min(self._query.page_size, self._remaining - sum(chunk.length for chunk in self._fetched))
        if self._next_page is None and not self._is_last and self._requested > 0:
            page, requested = self._query.page, self._requested
            self._next_page = asyncio.ensure_future(
                run_in_lane(self._lane, self._account_id, lambda: page(last, requested), is_bounded=False)
            )
            self._next_page.add_done_callback(_retrieve_exception)


def _retrieve_exception(next_page: "asyncio.Future[list[ListChunk]]") -> None:
    if not next_page.cancelled():
        next_page.exception()  # a dropped page is not awaited


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
