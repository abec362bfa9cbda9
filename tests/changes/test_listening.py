"""Many listeners of one server share reads, and are limited."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tamis.actions.changes import feed, recent_changes
from tamis.actions.services import Services
from tamis.domain.errors import Busy, NotFound
from tamis.domain.segments.changes import FeedPage
from tamis.domain.segments.history import ProjectedBatch
from tamis.web.api import listening
from tamis.web.api.listening import Listening, Wanted
from tamis.web.projection_waiters import ProjectionWaiters
from tests.stores.workspace import Workspace, new_workspace

UNTIL_DONE = 60


@pytest.fixture
def space(services: Services) -> Workspace:
    made = new_workspace(services)
    made.segment("Peru", 'country = "Peru"')
    services.project()
    return made


def test_listeners_at_one_position_share_one_read(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    services, reads = space.services, []
    after = feed.newest_number(services, space.account.id)

    def counted(*arguments: int) -> FeedPage:
        reads.append(arguments[1:])
        return feed.read_feed(services, *arguments[1:])

    monkeypatch.setattr(listening, "read_feed", counted)
    heard = Listening(services, ProjectionWaiters(services.hub))

    async def query() -> list[FeedPage]:
        wanted = Wanted(space.account.id, None)
        waiting = [asyncio.create_task(heard.wait_for_page(wanted, after, 100, UNTIL_DONE)) for _ in range(100)]
        leaving = asyncio.create_task(heard.wait_for_page(wanted, after, 100, UNTIL_DONE))
        while len(reads) < 1:
            await asyncio.sleep(0.001)
        leaving.cancel()
        with ThreadPoolExecutor(1) as writer:
            writer.submit(space.write, ann={"country": "Peru"})
            writer.submit(services.project)
        return await asyncio.gather(*waiting)

    with ThreadPoolExecutor(1) as thread:
        pages = thread.submit(asyncio.run, query()).result()
    assert [[entry.email for entry in page.entries] for page in pages] == [["ann@example.org"]] * 100
    assert len(reads) <= 3


def test_a_listener_is_told_at_once_what_it_cannot_have(space: Workspace) -> None:
    heard = Listening(space.services, ProjectionWaiters(space.services.hub))

    async def query() -> None:
        with pytest.raises(NotFound):
            await heard.wait_for_page(Wanted(space.account.id, 999), 0, 100, UNTIL_DONE)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, query()).result()


def test_a_key_has_a_limited_number_of_listeners(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MAX_LISTENERS", 2)
    heard = Listening(services, ProjectionWaiters(services.hub))
    with heard.listener("one"), heard.listener("one"), heard.listener("other"):
        assert services.hub.is_awaited
        with pytest.raises(Busy, match="already has 2 requests"), heard.listener("one"):
            raise AssertionError("a third one")
    with heard.listener("one"):
        pass
    assert not services.hub.is_awaited


def test_of_streams_that_begin_together_no_more_than_the_limit_begin(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MAX_LISTENERS", 2)
    services = space.services
    heard, wanted = Listening(services, ProjectionWaiters(services.hub)), Wanted(space.account.id, None)

    async def query() -> list[Busy]:
        page = await heard.read(wanted, 0, 100)
        opened = [heard.open_stream(wanted, page, "one", lambda: None) for _ in range(3)]
        streams = await asyncio.gather(*opened, return_exceptions=True)
        refused = [stream for stream in streams if isinstance(stream, Busy)]
        streams.clear()  # as of clients that leave before they are answered
        async with asyncio.timeout(UNTIL_DONE):
            while services.hub.is_awaited:
                await asyncio.sleep(0)
        await heard.open_stream(wanted, page, "one", lambda: None)
        return refused

    with ThreadPoolExecutor(1) as thread:
        assert len(thread.submit(asyncio.run, query()).result()) == 1
    assert not services.hub.is_awaited


def test_other_accounts_and_segments_wake_no_listener(space: Workspace) -> None:
    services, other = space.services, new_workspace(space.services)
    other.segment("India", 'country = "India"')
    services.project()
    newest, number = services.recent_changes.newest, services.hub.number
    with services.hub.listen():
        other.write(bob={"country": "India"})
        services.project()
        assert newest(space.account.id) <= number < newest(other.account.id) == services.hub.number
        space.write(ann={"country": "Peru"})
        services.project()
        assert newest(space.account.id) == newest(space.account.id, 1) == services.hub.number
        assert newest(space.account.id, 2) < services.hub.number


def test_what_is_in_memory_is_what_the_history_has(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    services, other = space.services, new_workspace(space.services)
    other.segment("India", 'country = "India"')
    services.project()
    monkeypatch.setattr(recent_changes, "MAX_ENTRIES", 10)
    begin = feed.newest_number(services, space.account.id)
    with services.hub.listen():
        for number in range(12):
            space.write(ann={"country": ("Peru", "India")[number % 2]}, **{f"p{number}": {"country": "Peru"}})
            other.write(**{f"q{number}": {"country": "India"}})
            if number == 9:
                space.segment("India", 'country = "India"')
            services.project()
    newest = services.hub.number
    served = 0
    for after in range(begin, newest + 1):
        for account_id, segment_id in ((space.account.id, None), (space.account.id, 1), (other.account.id, None)):
            page = feed.read_recent(services, account_id, after, segment_id)
            if page is not None:
                served += 1
                assert page == feed.read_feed(services, account_id, after, segment_id)
    assert served >= 3 * 10
    assert feed.read_recent(services, space.account.id, begin) is None, "it is too long ago"
    assert feed.read_recent(services, space.account.id, newest + 1) is None
    assert feed.read_recent(services, other.account.id, newest - 5, limit=1) is None, "there are more"
    space.write(cy={"country": "Peru"})  # while nobody listens
    services.project()
    assert feed.read_recent(services, space.account.id, newest) is None


def test_a_listener_is_woken_only_when_the_entries_are_there(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    services, keep, newest_before = space.services, recent_changes.RecentChanges._keep_entries, []

    def noting(self: recent_changes.RecentChanges, batch: ProjectedBatch) -> None:
        newest_before.append(self.newest(space.account.id))
        keep(self, batch)

    monkeypatch.setattr(recent_changes.RecentChanges, "_keep_entries", noting)
    with services.hub.listen():
        space.write(ann={"country": "Peru"})
        services.project()
    assert [newest < services.hub.number for newest in newest_before] == [True]
    assert services.recent_changes.newest(space.account.id) == services.recent_changes.end == services.hub.number
