"""The clock is set back and forth under what programs rely on: forecasts, pages, and keys of requests."""

import random
from datetime import datetime, timedelta

import pytest

from tamis.actions.contacts.contact_queries import query_contacts
from tamis.actions.idempotency import IdempotentRequest, find_chunk, run_chunk_once, run_once
from tamis.actions.segments.planning.forecasts import forecast_segment
from tamis.domain.values.instants import day_in_utc, day_of
from tamis.records.handles import Transaction
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.reliability.test_clock import DAY, HOUR, YEAR, Clocked, clocked
from tests.stores.oracle import Oracle
from tests.support.effort import combinations

__all__ = ["clocked"]
MICROSECOND = timedelta(microseconds=1)
JUMPS = [(-HOUR, -DAY), (YEAR, -YEAR), (-YEAR, 2 * DAY)]


@pytest.mark.parametrize("jumps", JUMPS)
def test_forecasts_are_those_of_the_instant_that_the_clock_shows(
    clocked: Clocked, jumps: tuple[timedelta, ...]
) -> None:
    chance = random.Random(2)
    account = clocked.workspace.account
    clocked.write(chance)
    clocked.check()
    for jump in jumps:
        clocked.now += jump
        clocked.write(chance)
        oracle = Oracle(account, clocked.workspace.type)
        for segment in clocked.segments:
            forecast = forecast_segment(clocked.services, account.id, segment.id, 3)
            assert [day.day - day_of(clocked.now, account.zone) for day in forecast.days] == [0 * DAY, DAY, 2 * DAY]
            for day in forecast.days:
                end = day_in_utc(day.day, account.zone)[1] - MICROSECOND
                db = clocked.services.records.reader()
                expected = oracle.expected(db, clocked.segments, EvaluationTime(end, account.zone))
                assert day.count == len(expected[segment.id]), (segment.name, day)


@pytest.mark.parametrize(("jumps", "sort"), combinations(JUMPS, [None, "created_at", "-updated_at", "-score"]))
def test_pages_skip_and_repeat_nobody(clocked: Clocked, jumps: tuple[timedelta, ...], sort: str | None) -> None:
    workspace = clocked.workspace
    workspace.write(**{f"known{number}": {"score": str(number % 5)} for number in range(20)})
    seen: list[str] = []
    after: tuple[int, object] | None = None
    moves = iter(jumps)
    while True:
        page = query_contacts(clocked.services, workspace.account, workspace.type.id, None, sort, after, 3)
        seen += [contact.email for contact in page.contacts]
        if page.next is None:
            break
        key = page.next.key
        after = page.next.contact_id, key.isoformat() if isinstance(key, datetime) else key
        clocked.now += next(moves, timedelta(seconds=1))
        if len(seen) < 60:  # others write meanwhile
            workspace.write(**{f"new{len(seen)}": {"score": "2"}})
    assert len(seen) == len(set(seen))
    assert {f"known{number}@example.org" for number in range(20)} <= set(seen)


def test_a_key_can_be_used_anew_for_another_body_a_day_later(clocked: Clocked) -> None:
    request = IdempotentRequest(clocked.workspace.account.id, "key", b"fingerprint")

    def store(number: int, digest: bytes) -> bytes:
        return clocked.services.write(run_chunk_once, request, number, digest, lambda _db, _now: digest)

    assert [store(number, b"first") for number in range(3)] == [b"first"] * 3
    clocked.now += 20 * HOUR  # the body was sent slowly
    assert store(3, b"first") == b"first"
    clocked.now += 5 * HOUR
    db = clocked.services.records.reader()
    for number in range(4):
        assert find_chunk(db, request, number, clocked.now) is None
        assert store(number, b"second") == b"second"


@pytest.mark.parametrize("jump", [-HOUR, -YEAR, 23 * HOUR])
def test_a_request_is_done_once(clocked: Clocked, jump: timedelta) -> None:
    done: list[datetime] = []

    def act(_: Transaction, now: datetime) -> int:
        done.append(now)
        return len(done)

    request = IdempotentRequest(clocked.workspace.account.id, "key", b"fingerprint")
    for _ in range(2):
        assert clocked.services.write(run_once, request, int, act) == 1
        clocked.now += jump
    clocked.now = done[0] + DAY
    assert clocked.services.write(run_once, request, int, act) == 2
