"""Lanes: accounts alternate, however many tasks each has submitted."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.actions.lanes import Lane, Task
from tamis.domain.errors import Busy, Unavailable

TIMEOUT_SECONDS = 60
MOST_WAITING = 50


class Busyness:
    """A lane of one thread that is held until it is let go, and the order in which its tasks are done."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.go = threading.Event()
        self.begun = threading.Event()
        self.done: list[str | int] = []
        self.first = lane.submit("first", self._wait)
        assert self.begun.wait(TIMEOUT_SECONDS)

    def _wait(self) -> None:
        self.begun.set()
        assert self.go.wait(TIMEOUT_SECONDS)

    def add(self, account: str | int) -> Task:
        """Hand in a task of an account that notes that it was done."""
        return self.lane.start(account, lambda: self.done.append(account))


@pytest.fixture
def busy() -> Iterator[Busyness]:
    stopped: list[int] = []
    lane = Lane("test", 1, per_account=1, max_waiting=MOST_WAITING, interrupt=stopped.append)
    found = Busyness(lane)
    yield found
    found.go.set()
    lane.stop()


def test_a_task_of_a_quiet_account_precedes_the_second_of_a_busy_one(busy: Busyness) -> None:
    tasks = [busy.add(1) for _ in range(40)] + [busy.add(2)]
    busy.go.set()
    for task in tasks:
        task.future.result(TIMEOUT_SECONDS)
    assert busy.done.index(2) <= 1


@given(st.lists(st.integers(1, 4), max_size=40))
def test_waiting_accounts_alternate(accounts: list[int]) -> None:
    lane = Lane("test", 1, per_account=1, max_waiting=MOST_WAITING)
    busy = Busyness(lane)
    tasks = [busy.add(account) for account in accounts]
    busy.go.set()
    for task in tasks:
        task.future.result(TIMEOUT_SECONDS)
    lane.stop()
    assert Counter(busy.done) == Counter(accounts)
    left = Counter(accounts)
    last: dict[str | int, int] = {}
    for place, account in enumerate(busy.done):
        if account in last:
            between = set(busy.done[last[account] + 1 : place])
            assert between >= {other for other, number in left.items() if number and other != account}
        left[int(account)] -= 1
        last[account] = place


def test_each_account_has_its_own_bounded_queue(busy: Busyness) -> None:
    for _ in range(MOST_WAITING):
        busy.add(1)
    with pytest.raises(Busy, match="waiting"):
        busy.add(1)
    other = busy.add(2)
    more = busy.lane.start(1, lambda: None, is_bounded=False)
    busy.go.set()
    other.future.result(TIMEOUT_SECONDS)
    more.future.result(TIMEOUT_SECONDS)


def test_the_threads_of_an_account_are_limited() -> None:
    lane = Lane("test", 3, per_account=2, max_waiting=MOST_WAITING)
    go, here = threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        here.release()
        assert go.wait(TIMEOUT_SECONDS)

    greedy = [lane.submit(1, wait) for _ in range(5)]
    assert here.acquire(timeout=TIMEOUT_SECONDS)
    assert here.acquire(timeout=TIMEOUT_SECONDS)
    assert lane.submit(2, lambda: "at once").result(TIMEOUT_SECONDS) == "at once"
    assert sum(future.running() for future in greedy) == 2
    go.set()
    for future in greedy:
        future.result(TIMEOUT_SECONDS)
    lane.stop()


def test_abandoned_tasks_do_not_start_and_running_ones_are_interrupted() -> None:
    stopped: list[int] = []
    lane = Lane("test", 1, per_account=1, max_waiting=MOST_WAITING, interrupt=stopped.append)
    busy = Busyness(lane)
    running = lane.start(1, lambda: None)
    lane.abandon(running)
    assert (running.future.cancelled(), stopped) == (True, [])
    held, begun = threading.Event(), threading.Event()

    def hold() -> int:
        begun.set()
        assert held.wait(TIMEOUT_SECONDS)
        return threading.get_ident()

    task = lane.start(1, hold)
    busy.go.set()
    assert begun.wait(TIMEOUT_SECONDS)
    lane.abandon(task)
    held.set()
    assert stopped == [task.future.result(TIMEOUT_SECONDS)]
    lane.submit(1, lambda: None).result(TIMEOUT_SECONDS)
    lane.abandon(task)  # done, so no other task is interrupted
    assert len(stopped) == 1
    lane.stop()


def test_an_error_of_a_task_affects_no_other(busy: Busyness) -> None:
    failed = busy.lane.submit(1, lambda: 1 // 0)
    after = busy.lane.submit(1, lambda: "after")
    busy.go.set()
    with pytest.raises(ZeroDivisionError):
        failed.result(TIMEOUT_SECONDS)
    assert after.result(TIMEOUT_SECONDS) == "after"


def test_no_task_starts_after_a_stop(busy: Busyness) -> None:
    waiting = busy.add(1)
    busy.go.set()
    busy.lane.stop()
    assert waiting.future.done()
    with pytest.raises(Unavailable):
        busy.add(1)
