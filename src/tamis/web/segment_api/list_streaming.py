"""Long lists, sent page by page: neither their length nor a reader that stands still costs memory or threads."""

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
"""How many items are given to the connection at a time: about a third of a megabyte, which it holds until they are
read."""
IDLE_SECONDS = 1.0
"""After so long without reading, what was fetched for a reader is let go, and fetched again when it goes on."""


class Chunk(NamedTuple):
    """Items that follow each other: how many, the number of the last one, and their JSON with commas between."""

    length: int
    last: int
    items: bytes


def chunk_rows(rows: Sequence[tuple[int, str]]) -> list[Chunk]:
    """Cut a page of items into pieces."""
    parts = (rows[start : start + ITEMS_PER_CHUNK] for start in range(0, len(rows), ITEMS_PER_CHUNK))
    return [Chunk(len(part), part[-1][0], ",".join([row[1] for row in part]).encode()) for part in parts]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list as it is asked for: `page` gives the pieces after a number, of at most so many items in all."""

    name: str
    page: Callable[[int, int], list[Chunk]]
    after: int
    limit: int
    page_size: int


class ListStreams:
    """The lists that are being read; each account waits for its own pages."""

    def __init__(self, lane: Lane, most_open: int) -> None:
        self._lane = lane
        self._most_open = most_open
        self._open: Counter[int] = Counter()

    async def stream(self, listing: ListQuery, account_id: int, request: Request) -> StreamedResponse:
        """Return the answer; raises Busy, and what fetching the first page raises."""
        if self._open[account_id] >= self._most_open:
            raise Busy("too_many_lists_of_account")
        size = min(listing.page_size, listing.limit)
        begun = deque(await run_in_lane(self._lane, account_id, lambda: listing.page(listing.after, size)))
        first = begun.popleft() if begun else Chunk(0, listing.after, b"")
        head = b'{"status":"success","message":{"' + listing.name.encode() + b'":['
        is_last = first.length + sum(piece.length for piece in begun) < size
        return StreamedResponse(head + first.items, self._rest(listing, account_id, request, first, begun, is_last))

    async def _rest(
        self,
        listing: ListQuery,
        account_id: int,
        request: Request,
        first: Chunk,
        fetched: deque[Chunk],
        is_last: bool,
    ) -> AsyncIterator[bytes]:
        reader = _Reader(self._lane, listing, account_id, first, fetched, is_last)
        gone = asyncio.ensure_future(_client_gone(request))
        self._open[account_id] += 1
        try:
            while not gone.done() and (piece := await reader.next_piece()):
                still = asyncio.get_running_loop().call_later(IDLE_SECONDS, reader.let_go)
                yield b"," + piece.items
                still.cancel()
            yield b"]}}"
        finally:
            self._open[account_id] -= 1
            if not self._open[account_id]:
                del self._open[account_id]
            gone.cancel()
            reader.let_go()


class _Reader:
    """How far a list is read, what was fetched of it, and what is being fetched."""

    def __init__(
        self, lane: Lane, listing: ListQuery, account_id: int, first: Chunk, fetched: deque[Chunk], is_last: bool
    ) -> None:
        self._lane = lane
        self._listing = listing
        self._account_id = account_id
        self._sent = first
        self._left = listing.limit - first.length
        self._fetched = fetched
        self._is_last = is_last
        self._upcoming: asyncio.Future[list[Chunk]] | None = None
        self._asked = 0

    async def next_piece(self) -> Chunk | None:
        """Return the next piece, fetching a page where none is there; None at the end."""
        self._look_ahead()
        if not self._fetched and self._upcoming:
            asked, upcoming = self._asked, self._upcoming
            page = await upcoming
            self._upcoming = None
            self._fetched.extend(page)
            self._is_last = sum(piece.length for piece in page) < asked
            self._look_ahead()
        if not self._fetched:
            return None
        self._sent = self._fetched.popleft()
        self._left -= self._sent.length
        return self._sent

    def let_go(self) -> None:
        """Forget what was fetched and is not sent."""
        if self._fetched or self._upcoming:
            self._fetched.clear()
            self._is_last = False
        if self._upcoming:
            self._upcoming.cancel()
            self._upcoming = None

    def _look_ahead(self) -> None:
        """Fetch the next page while the last one is on its way."""
        last = self._fetched[-1].last if self._fetched else self._sent.last
        self._asked = min(self._listing.page_size, self._left - sum(piece.length for piece in self._fetched))
        if self._upcoming is None and not self._is_last and self._asked > 0:
            page, asked = self._listing.page, self._asked
            self._upcoming = asyncio.ensure_future(
                run_in_lane(self._lane, self._account_id, lambda: page(last, asked), is_bounded=False)
            )
            self._upcoming.add_done_callback(_note)


def _note(upcoming: "asyncio.Future[list[Chunk]]") -> None:
    if not upcoming.cancelled():
        upcoming.exception()  # for a page that was let go, nobody asks


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
