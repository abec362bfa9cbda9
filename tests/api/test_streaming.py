"""The full list of a segment is streamed: a slow reader holds no lock and no memory, and a disconnect ends the work."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.lanes import Lane
from tamis.actions.segments import recipients
from tamis.actions.segments.segments import delete_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import NewKeyPair
from tamis.domain.errors import Busy
from tamis.domain.segments.segments import Segment
from tamis.settings import Settings
from tamis.web.app import web_app
from tamis.web.http import Request
from tamis.web.segment_api import endpoints, list_streaming
from tests.stores.workspace import Workspace, new_workspace

PEOPLE, PIECE = 600, 50
PAGES = PEOPLE // PIECE
TIMEOUT_SECONDS = 60
Message = MutableMapping[str, Any]


@dataclass
class Reader:
    """A client of the full list; `pages` are the starts of those that were fetched for it."""

    workspace: Workspace
    keys: NewKeyPair
    segment: Segment
    pages: list[int]
    received: list[Message] = field(default_factory=list)

    def read(self, take: Callable[[int], Awaitable[None]], gone: asyncio.Event | None = None) -> None:
        """Ask for the list, taking one piece after the other: `take` is given its number from 0 on, and lasts until it
        is taken. `gone` is set when the client closes the connection. Returns when the application has ended."""

        async def send(message: Message) -> None:
            self.received.append(message)
            if message["type"] == "http.response.body" and message.get("more_body"):
                await take(sum(1 for m in self.received if m["type"] == "http.response.body") - 1)

        async def run() -> None:
            requested = iter([{"type": "http.request", "body": b"", "more_body": False}])

            async def receive() -> Message:
                for message in requested:
                    return message
                await (gone or asyncio.Event()).wait()
                return {"type": "http.disconnect"}

            scope = {
                "type": "http",
                "http_version": "1.1",
                "scheme": "http",
                "method": "GET",
                "path": "/api/segment/email/list",
                "query_string": f"segment_id={self.segment.id}".encode(),
                "headers": [
                    (b"publickey", self.keys.public_key.encode()),
                    (b"secretkey", self.keys.secret_key.encode()),
                ],
            }
            await asyncio.wait_for(web_app(self.workspace.services, "")(scope, receive, send), TIMEOUT_SECONDS)

        with ThreadPoolExecutor(1) as thread:  # another test of the run may have a loop in this one
            thread.submit(asyncio.run, run()).result()

    @property
    def pieces(self) -> list[bytes]:
        """What was received of the list."""
        return [m["body"] for m in self.received if m["type"] == "http.response.body"]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    services = Services(Settings(tmp_path / "data"))
    account, keys = services.write(create_account, "owner@example.org", "UTC", None)
    workspace = new_workspace(services, account)
    workspace.write(**{f"p{number}": {} for number in range(PEOPLE)})
    everyone = workspace.segment("Everyone", "email is not blank")
    services.project()
    pages: list[int] = []
    fetch = recipients.recipient_page

    def counted(services: Services, account_id: int, segment_id: int, after: int, limit: int) -> list[tuple[int, str]]:
        pages.append(after)
        return fetch(services, account_id, segment_id, after, limit)

    monkeypatch.setattr(recipients, "recipient_page", counted)
    monkeypatch.setattr(endpoints, "ITEMS_PER_PAGE", PIECE)
    yield Reader(workspace, keys, everyone, pages)
    services.close()


def test_the_list_is_sent_in_chunks_of_bounded_size(reader: Reader) -> None:
    async def take(_: int) -> None:
        """Take it at once."""

    reader.read(take)
    listed = json.loads(b"".join(reader.pieces))["message"]["contactEmails"]
    assert [row["email"] for row in listed] == [f"p{number}@example.org" for number in range(PEOPLE)]
    assert max(piece.count(b'"email"') for piece in reader.pieces) == PIECE


def test_only_the_next_chunk_is_buffered_for_a_slow_reader(reader: Reader) -> None:
    ahead: list[int] = []

    async def take(number: int) -> None:
        while 0 < number < PAGES and len(reader.pages) < number + 2:
            await asyncio.sleep(
                0.001
            )  # until the next page is on its way, which only the first piece has not behind it
        ahead.append(len(reader.pages) - (number + 1))

    reader.read(take)
    assert len(ahead) >= PAGES
    assert max(ahead) <= 1


def test_a_slow_reader_holds_no_lock(reader: Reader) -> None:
    workspace, columns = reader.workspace, reader.workspace.services.project()
    done: list[int] = []

    async def take(number: int) -> None:
        if number == 3:
            await asyncio.to_thread(lambda: workspace.write(late={}))
            await asyncio.to_thread(workspace.services.project)
            await asyncio.to_thread(columns.rewrite)  # the file itself is replaced, so no one may be reading it
            done.append(number)

    reader.read(take)
    assert done == [3]
    listed = json.loads(b"".join(reader.pieces))["message"]["contactEmails"]
    assert len(listed) == PEOPLE + 1


def test_a_disconnected_reader_ends_the_query(reader: Reader) -> None:
    gone = asyncio.Event()

    async def take(number: int) -> None:
        if number == 2:
            gone.set()
            await asyncio.sleep(0)

    reader.read(take, gone)
    assert len(reader.pages) <= 5 < PAGES


def test_data_fetched_for_a_stalled_reader_is_released_and_fetched_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_streaming, "ITEMS_PER_CHUNK", PIECE // 5)
    dropped: list[int] = []
    right = list_streaming._Reader.drop_buffer

    def counted(self: list_streaming._Reader) -> None:
        right(self)
        dropped.append(len(reader.pages))

    monkeypatch.setattr(list_streaming._Reader, "drop_buffer", counted)

    async def take(number: int) -> None:
        stands_still = number in (3, 17)
        monkeypatch.setattr(list_streaming, "IDLE_SECONDS", 0 if number in (2, 16) else TIMEOUT_SECONDS)
        seen = len(dropped)
        while stands_still and len(dropped) == seen:
            await asyncio.sleep(0)

    reader.read(take)
    listed = json.loads(b"".join(reader.pieces))["message"]["contactEmails"]
    assert [row["email"] for row in listed] == [f"p{number}@example.org" for number in range(PEOPLE)]
    assert len(dropped) == 3  # and at the end
    assert any((after - reader.segment.id * (1 << 32)) % PIECE for after in reader.pages[1:])  # from within a page


def test_concurrent_list_reads_of_an_account_are_limited() -> None:
    async def query(listings: list_streaming.ListStreams) -> None:
        request = Request.of({"method": "GET", "headers": []}, _nothing_more)
        long = list_streaming.ListQuery(
            "contactEmails", lambda after, _: [list_streaming.ListChunk(1, after + 1, b"1")], 0, 3, 1
        )
        open_now = [await listings.stream(long, 1, request) for _ in range(2)]
        for stream in open_now:
            assert await anext(stream.rest)
        with pytest.raises(Busy):
            await listings.stream(long, 1, request)
        await listings.stream(long, 2, request)
        for stream in open_now:
            assert [piece async for piece in stream.rest] == [b",1", b"]}}"]
        await listings.stream(long, 1, request)

    lane = Lane("lists", 1, per_account=1, max_waiting=9)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, query(list_streaming.ListStreams(lane, 2))).result()
    lane.stop()


async def _nothing_more() -> Message:
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


def test_a_list_is_aborted_when_its_segment_is_deleted(reader: Reader) -> None:
    async def take(number: int) -> None:
        if number == 0:
            services, account = reader.workspace.services, reader.workspace.account
            await asyncio.to_thread(lambda: services.write(delete_segment, account, reader.segment.id))

    reader.read(take)
    assert reader.received[0]["status"] == 200
    assert not b"".join(reader.pieces).endswith(b"]}}"), "nobody may take this for the whole list"
