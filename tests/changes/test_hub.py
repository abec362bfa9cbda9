"""Writers hear exactly which segments their writes have changed, as soon as the projector has applied them."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from time import monotonic, sleep

import pytest

from tamis.actions.changes import projector_thread
from tamis.actions.changes.hub import ChangeHub, PublishedBatch, Watch
from tamis.actions.changes.projector_thread import ProjectorThread
from tamis.actions.changes.segment_changes import read_segment_changes
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.services import Services
from tamis.columns.history import batches, link
from tamis.domain.errors import Unavailable
from tamis.domain.segments.history import ChangeRow, ProjectedBatch
from tamis.domain.segments.membership_changes import SegmentChanges
from tamis.records.change_log import last_change
from tamis.records.handles import Transaction
from tamis.records.segments import segments
from tamis.web.projection_waiters import ProjectionWaiters
from tests.stores.workspace import Workspace, new_workspace

UNTIL_DONE = 60


@pytest.fixture
def space(services: Services) -> Workspace:
    """Make contacts in Peru and India, and a segment of each."""
    made = new_workspace(services)
    made.write(ann={"country": "Peru"}, bob={"country": "India"})
    made.segment("Peru", 'country = "Peru"')
    made.segment("India", 'country = "India"')
    made.segment("Blank", "country is blank")
    services.project()
    return made


@pytest.fixture
def ids(space: Workspace) -> dict[str, int]:
    """Return the ids of the segments by name."""
    db = space.services.records.reader()
    return {segment.name: segment.id for segment in segments.live_of_account(db, space.account.id)}


@contextmanager
def running(services: Services) -> Iterator[None]:
    """Run the projector's thread for a block."""
    stop = threading.Event()
    thread = threading.Thread(target=ProjectorThread(services, lambda: None).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        services.hub.wake_projector()
        thread.join()


def wait_for(watch: Watch, change: int) -> PublishedBatch:
    """Wait for the batch that applies a change."""
    until = monotonic() + UNTIL_DONE
    while (found := watch.find(change)) is None:
        assert monotonic() < until
        sleep(0.001)
    return found


def move(db: Transaction, now: datetime, space: Workspace, name: str, country: str) -> int:
    """Change the country of a contact; return the number of the change."""
    edit_contact(db, now, space.account, space.type, space.contact(name).id, {"country": country})
    return last_change(db)


def test_a_writer_hears_which_segments_its_contact_entered_and_left(space: Workspace, ids: dict[str, int]) -> None:
    services, ann = space.services, space.contact("ann").id
    with services.hub.watch() as watch:
        change = services.write(move, space, "ann", "India")
        services.project()
        found = read_segment_changes(services, wait_for(watch, change), [ann])
        assert found == SegmentChanges((ids["India"],), (ids["Peru"],))
    with services.hub.watch() as watch:
        services.write(delete_contact, space.account, space.type, "ann@example.org")
        change = last_change(services.records.reader())
        services.project()
        found = read_segment_changes(services, wait_for(watch, change), [ann])
        assert found == SegmentChanges((), (ids["India"],))


def test_the_projector_does_not_sleep_while_a_writer_waits(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_thread, "SECONDS", 3600.0)
    services, ann = space.services, space.contact("ann").id
    with running(services):
        for country in ("India", "Peru", "India"):
            with services.hub.watch() as watch:
                change = services.write(move, space, "ann", country)
                found = wait_for(watch, change).changes_of([ann])
            assert found
            assert len(found.entered) == len(found.left) == 1


def test_the_projector_does_not_sleep_while_anybody_listens(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_thread, "SECONDS", 3600.0)
    services = space.services
    with running(services), services.hub.listen():
        projected = threading.Event()
        services.hub.call_on_batches(lambda batch: projected.set() if batch and batch.changes else None)
        services.write(move, space, "ann", "India")
        assert projected.wait(UNTIL_DONE)


def test_two_writes_of_one_contact_in_one_batch_are_both_told_the_sum(space: Workspace, ids: dict[str, int]) -> None:
    services, ann = space.services, space.contact("ann").id
    with services.hub.watch() as one, services.hub.watch() as other:
        first, second = (services.write(move, space, "ann", country) for country in ("India", ""))
        services.project()
        found = [
            read_segment_changes(services, wait_for(watch, change), [ann])
            for watch, change in ((one, first), (other, second))
        ]
    assert found == [SegmentChanges((ids["Blank"],), (ids["Peru"],))] * 2


def test_entering_and_leaving_in_one_batch_cancel_each_other_out() -> None:
    rows = [ChangeRow(n, 7 << 32 | 1, change, n, "contact changed") for n, change in enumerate((1, -1, 1, -1))]
    found = PublishedBatch(ProjectedBatch(1, 0, 4, [*rows, ChangeRow(5, 8 << 32 | 1, 1, 5, "import")]))
    assert found.changes_of([1]) == SegmentChanges((8,), ())
    assert found.changes_of([2]) == SegmentChanges()


def test_the_changes_of_a_large_batch_are_read_from_the_store(
    space: Workspace, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_ROWS", 1)
    services = space.services
    with services.hub.watch() as watch:
        services.write(move, space, "bob", "Peru")
        change = services.write(move, space, "ann", "India")
        services.project()
        found = wait_for(watch, change)
        assert found.changes_of([1]) is None
        read = [read_segment_changes(services, found, [space.contact(name).id]) for name in ("ann", "bob")]
    assert read == [SegmentChanges((ids["India"],), (ids["Peru"],)), SegmentChanges((ids["Peru"],), (ids["India"],))]


def test_a_writer_is_told_that_the_projection_fails(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("columns_have_no_disk", doing="follow the records")

    monkeypatch.setattr(link.HistoryLink, "keep", fail)
    services = space.services
    with running(services), services.hub.watch() as watch:
        change = services.write(move, space, "ann", "India")
        with pytest.raises(Unavailable, match="disk is full"):
            wait_for(watch, change)


def test_batches_are_kept_only_for_open_watches() -> None:
    hub = ChangeHub()
    with hub.watch() as early:
        for change in (1, 2, 3):
            hub.publish(ProjectedBatch(change, 0, change))
        with hub.watch() as late:
            hub.publish(ProjectedBatch(4, 3, 4))
            assert wait_for(early, 2).batch.change == 2
            assert wait_for(late, 2).batch.change == 4, "an earlier batch is not this writer's"
            assert early.find(4) is late.find(4)
    assert not hub._batches
    assert not hub.is_awaited
    hub.publish(ProjectedBatch(5, 4, 5))
    assert not hub._batches


def test_many_tasks_of_an_event_loop_are_woken_by_one_call_for_each_batch() -> None:
    hub = ChangeHub()
    waiters = ProjectionWaiters(hub)
    calls = 0

    async def query() -> list[int]:
        nonlocal calls
        loop = asyncio.get_running_loop()
        schedule = loop.call_soon_threadsafe

        def counted(*args: object) -> object:
            nonlocal calls
            calls += 1
            return schedule(*args)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[assignment, method-assign]
        with hub.watch() as watch:
            tasks = [asyncio.create_task(waiters.wait_for_change(watch, n % 3 + 1, UNTIL_DONE)) for n in range(64)]
            await asyncio.sleep(0)
            with ThreadPoolExecutor(1) as projector:
                for change in (1, 2, 3):
                    projector.submit(hub.publish, ProjectedBatch(change, change - 1, change))
            return [found.batch.change for found in await asyncio.gather(*tasks)]

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, query()).result() == [n % 3 + 1 for n in range(64)]
    assert calls == 3


def test_a_task_that_waits_in_vain_is_told() -> None:
    hub = ChangeHub()
    waiters = ProjectionWaiters(hub)

    async def query() -> None:
        with hub.watch() as watch:
            await waiters.wait_for(lambda: False, 0.01)
            with pytest.raises(Unavailable, match="not known yet"):
                await waiters.wait_for_change(watch, 1, 0.01)
            hub.publish_failure(Unavailable("columns_stopped"))
            with pytest.raises(Unavailable, match="reopened"):
                await waiters.wait_for_change(watch, 1, UNTIL_DONE)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, query()).result()
